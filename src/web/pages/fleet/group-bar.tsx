import { stateName, stateWords } from '../../../core/state/index.ts'
import { Glyph } from '../../ui/glyph.tsx'
import type { Cell } from './map-layout.ts'

/** A group of a fleet that is too large for glyphs: how many are in which state, abnormal first. */
export function GroupBar({ cells, label }: { readonly cells: readonly Cell[]; readonly label: string }) {
  const counts = stateWords
    .map((state) => [state, cells.filter((cell) => cell.state === state).length] as const)
    .filter(([, count]) => count > 0)
  return (
    <div role="rowgroup" aria-label={label}>
      <div className="group-bar" role="row">
        {counts.map(([state, count]) => (
          <span key={state} role="gridcell" className="nowrap">
            <Glyph state={state} /> {count.toLocaleString('en')}{' '}
            <span className="sub">{stateName(state).toLowerCase()}</span>
          </span>
        ))}
      </div>
    </div>
  )
}
