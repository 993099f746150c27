import { stateName, stateWords } from '../../../core/state/index.ts'
import { Glyph } from '../../ui/glyph.tsx'

type Counts = Partial<Record<(typeof stateWords)[number], number>>

/** How many clusters are in another state than in sync. */
export function abnormalIn(states: Counts): number {
  return stateWords.reduce((sum, word) => sum + (word === 'in-sync' ? 0 : (states[word] ?? 0)), 0)
}

/** How many clusters are in which state, worst first. */
export function StateCounts({ states }: { readonly states: Counts }) {
  return (
    <span className="row wrap" style={{ gap: '2px 12px' }}>
      {stateWords
        .filter((word) => (states[word] ?? 0) > 0)
        .map((word) => (
          <span key={word} className="nowrap" title={stateName(word)}>
            <Glyph state={word} spoken /> {states[word]?.toLocaleString('en')}
          </span>
        ))}
    </span>
  )
}
