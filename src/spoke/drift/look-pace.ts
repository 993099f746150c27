/** Over time an object is looked at so often at the most, however often it changes. */
const eachMs = 500
/** So many looks may follow each other at once. */
const atOnce = 2

/** What is looked at: each look takes its share of the time, and may take it ahead. */
interface Paced {
  takenUntil: number
}

/**
 * How long the next look at an object has to wait. An object that changes about each second is looked at as it changes:
 * one event that comes late holds none of the later ones up, and after a standstill the time is made up for, because looks
 * may follow each other faster than such an object changes.
 */
export function waitBeforeLook({ takenUntil }: Readonly<Paced>, now: number): number {
  return Math.max(0, takenUntil - (atOnce - 1) * eachMs - now)
}

export function noteLook(paced: Paced, now: number): void {
  paced.takenUntil = Math.max(paced.takenUntil, now) + eachMs
}
