import { stateName, type StateWord } from '../../../core/state/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { Age } from '../../ui/age.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import type { Cell } from './map-layout.ts'

interface ClusterCardsProps {
  readonly cells: readonly Cell[]
  readonly label: string
  readonly focused: string
  readonly shown: string | undefined
  readonly selected: ReadonlySet<string>
}

/** A small fleet as cards: name, state and the sentence that says why. */
export function ClusterCards({ cells, label, focused, shown, selected }: ClusterCardsProps) {
  const scope = useScope()
  // All cards of a page share one question.
  const clusters = useAnswer('clusters', { query: { ...scope, limit: 100 } })
  const views = new Map((clusters.data?.items ?? []).map((view) => [view.name, view]))
  return (
    <div className="cards" role="rowgroup" aria-label={label}>
      {cells.map(({ name, state }) => {
        const view = views.get(name)
        return (
          <div key={name} role="row">
            <div
              role="gridcell"
              data-name={name}
              data-state={state}
              tabIndex={name === focused ? 0 : -1}
              aria-selected={selected.has(name)}
              aria-label={`${name}: ${stateName(state)}`}
              className={`card${selected.has(name) ? ' selected' : ''}${name === shown ? ' ringed' : ''}`}
            >
              <span className="row">
                <Glyph state={state} />
                <b dir="auto">{name}</b>
                <span className="grow" />
                <span className="sub small">
                  <Age at={view?.seen} unknown="never seen" />
                </span>
              </span>
              <span className="why sub">
                {view?.reason ?? stateName(state)}
                {view?.lastKnown === undefined
                  ? ''
                  : ` · last known: ${stateName(view.lastKnown.state as StateWord)}`}
              </span>
              <span className="sub small">
                {view === undefined
                  ? ' '
                  : `${view.bundles} ${view.bundles === 1 ? 'bundle' : 'bundles'}${view.version === undefined ? '' : ` · ${view.version}`}`}
              </span>
            </div>
          </div>
        )
      })}
    </div>
  )
}
