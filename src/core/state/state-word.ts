/** The states, worst first: the order is the precedence of ux §3. */
export const stateWords = [
  'unreachable',
  'failed',
  'drifted',
  'in-progress',
  'leased',
  'pending',
  'in-sync',
] as const

export type StateWord = (typeof stateWords)[number]

const names: Readonly<Record<StateWord, string>> = {
  unreachable: 'Unreachable',
  failed: 'Failed',
  drifted: 'Drifted',
  'in-progress': 'In progress',
  leased: 'Leased',
  pending: 'Pending',
  'in-sync': 'In sync',
}

const glyphs: Readonly<Record<StateWord, string>> = {
  unreachable: '✕',
  failed: '▲',
  drifted: '◆',
  'in-progress': '◐',
  leased: '❚❚',
  pending: '◇',
  'in-sync': '□',
}

/** The state as it is written on screen: `In sync`. */
export function stateName(state: StateWord): string {
  return names[state]
}

/** The shape that stands beside the word, never without it. */
export function stateGlyph(state: StateWord): string {
  return glyphs[state]
}

/** The worst of some states; in sync where there are none. */
export function worstState(states: Iterable<StateWord>): StateWord {
  const given = new Set(states)
  return stateWords.find((word) => given.has(word)) ?? 'in-sync'
}
