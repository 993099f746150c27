/** Numbers that look drawn, and are the same for the same seed. */
export interface Random {
  /** From 0 to below 1. */
  next(): number
  /** A whole number from 0 to below `count`. */
  below(count: number): number
  /** One of several. Throws when there is none. */
  pick<Value>(of: readonly Value[]): Value
  /** Some of them, in an order of their own; all when there are fewer. */
  some<Value>(of: readonly Value[], count: number): Value[]
  /** Draws of its own for a part, so that one more draw here moves nothing there. */
  part(name: string): Random
}

/** Draws from a seed: mulberry32 (public domain) over a hash of the text. */
export function seeded(seed: string): Random {
  let state = hashOf(seed)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (count: number): number => Math.floor(next() * count)
  return {
    next,
    below,
    pick(of) {
      const [one] = of.slice(below(of.length))
      if (one === undefined) throw new Error('there is nothing to pick from')
      return one
    },
    some(of, count) {
      const left = [...of]
      const taken: (typeof left)[number][] = []
      while (taken.length < count && left.length > 0) taken.push(...left.splice(below(left.length), 1))
      return taken
    },
    part: (name) => seeded(`${seed}/${name}`),
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash | 0
}
