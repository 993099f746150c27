package main

import "math/rand"

// mostDraws bounds the search of drawsSince.
const mostDraws = 1_000_000

// drawsSince tells how often the shared source of math/rand was asked since it got this seed: its next number is
// looked up in what the seed gives. randInt and shuffle use it, and the host does not see them.
func drawsSince(seed int64) int {
	next := rand.Uint64()
	source, ok := rand.NewSource(seed).(rand.Source64)
	if !ok {
		return 0
	}
	for draws := range mostDraws {
		if source.Uint64() == next {
			return draws
		}
	}
	return mostDraws
}
