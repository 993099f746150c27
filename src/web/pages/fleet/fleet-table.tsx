import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { stateName, type StateWord } from '../../../core/state/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Glyph } from '../../ui/glyph.tsx'

const rowHeight = 40
const page = 1_000

interface FleetTableProps {
  readonly filter: StateWord | undefined
  readonly selected: ReadonlySet<string>
  readonly onSelect: (names: ReadonlySet<string>) => void
  readonly onShow: (name: string) => void
}

/** The same clusters as a table: state, reason, version, age. Only the rows on screen are drawn. */
export function FleetTable({ filter, selected, onSelect, onShow }: FleetTableProps) {
  const scope = useScope()
  const state = filter === 'in-sync' ? 'in-sync,pending' : filter
  const clusters = useAnswer('clusters', {
    query: { ...scope, limit: page, ...(state === undefined ? {} : { state }) },
  })
  const box = useRef<HTMLDivElement>(null)
  const items = clusters.data?.items ?? []
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const toggle = (name: string): void => {
    const next = new Set(selected)
    if (!next.delete(name)) next.add(name)
    onSelect(next)
  }
  return (
    <Answer of={clusters} what="the clusters">
      {({ total }) => (
        <>
          <p className="sub">
            {items.length.toLocaleString('en')} of {total.toLocaleString('en')} clusters
            {total > page ? '; narrow the scope to see the others' : ''}
          </p>
          <div ref={box} className="fleet-table" tabIndex={0} role="region" aria-label="Clusters as a table">
            <div role="table" aria-rowcount={total} className="grid-table">
              <div role="row" className="grid-head">
                <span role="columnheader" className="hidden-text">
                  Select
                </span>
                <span role="columnheader">Cluster</span>
                <span role="columnheader">State</span>
                <span role="columnheader">Environment</span>
                <span role="columnheader">Version</span>
                <span role="columnheader">Bundles</span>
                <span role="columnheader">Seen</span>
              </div>
              <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="rowgroup">
                {rows.getVirtualItems().map((row) => {
                  const view = items[row.index]
                  if (view === undefined) return null
                  return (
                    <div
                      key={view.name}
                      role="row"
                      aria-rowindex={row.index + 2}
                      className={selected.has(view.name) ? 'grid-row selected' : 'grid-row'}
                      style={{ transform: `translateY(${row.start}px)`, height: rowHeight }}
                    >
                      <span role="cell">
                        <input
                          type="checkbox"
                          aria-label={`Select ${view.name}`}
                          checked={selected.has(view.name)}
                          onChange={() => toggle(view.name)}
                        />
                      </span>
                      <span role="cell" dir="auto">
                        <Link to={address.cluster(view.name)}>{view.name}</Link>
                      </span>
                      <span role="cell" title={view.reason}>
                        <button type="button" className="bare" onClick={() => onShow(view.name)}>
                          <Glyph state={view.state} /> {stateName(view.state)}
                          {view.reason === undefined ? '' : <span className="sub">: {view.reason}</span>}
                        </button>
                      </span>
                      <span role="cell">{view.environment}</span>
                      <span role="cell">{view.version ?? 'not known'}</span>
                      <span role="cell">{view.bundles}</span>
                      <span role="cell">
                        <Age at={view.seen} />
                      </span>
                    </div>
                  )
                })}
              </div>
            </div>
          </div>
        </>
      )}
    </Answer>
  )
}
