package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// mostTries bounds the search for the value that cannot be decoded.
const mostTries = 2000

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// blame finds the value for which decoding fails, which the decoder's own words often do not say: each value is
// tried alone, without its neighbours, down to one that fails with the same words. Empty where there is none.
func blame(raw []byte, decode func([]byte) error, failure string) string {
	var root map[string]any
	if json.Unmarshal(raw, &root) != nil {
		return ""
	}
	tries := 0
	fails := func(document any) bool {
		tries++
		text, err := json.Marshal(document)
		if err != nil || tries > mostTries {
			return false
		}
		err = decode(text)
		return err != nil && err.Error() == failure
	}
	head := map[string]any{"apiVersion": root["apiVersion"], "kind": root["kind"]}
	wrap := func(value any) any {
		one := value.(map[string]any)
		maps.Copy(one, head)
		return one
	}
	path := ""
	var node any = root
	for {
		step, child, next := guilty(node, func(alone any) bool { return fails(wrap(alone)) }, path == "")
		if step == "" {
			return path
		}
		path = join(path, step)
		outer := wrap
		wrap, node = func(value any) any { return outer(next(value)) }, child
	}
}

// guilty is the first member of a map or list that fails alone: its step, itself, and what puts a value in its place.
func guilty(node any, fails func(alone any) bool, root bool) (string, any, func(any) any) {
	switch value := node.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if root && (key == "apiVersion" || key == "kind") {
				continue
			}
			put := func(member any) any { return map[string]any{key: member} }
			if fails(put(value[key])) {
				if identifier.MatchString(key) {
					return "." + key, value[key], put
				}
				return "[" + key + "]", value[key], put
			}
		}
	case []any:
		for index, item := range value {
			put := func(member any) any { return []any{member} }
			if fails(put(item)) {
				return fmt.Sprintf("[%d]", index), item, put
			}
		}
	}
	return "", nil, nil
}

func join(path string, step string) string {
	if path == "" && step[0] == '.' {
		return step[1:]
	}
	return path + step
}
