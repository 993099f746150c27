import './fleet.css'
import { useEffect, useRef, useState } from 'react'
import type { Fill, StatusView } from '../../../api/index.ts'
import { stateName, type StateWord, stateWords } from '../../../core/state/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { useFleetMap } from '../../data/use-fleet-map.ts'
import { go, useSearch, withSearch } from '../../route/location.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Answer, Together } from '../../ui/answer.tsx'
import { Choose, Toggle } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { CausesList, useCauses } from './causes-list.tsx'
import { ClusterDrawer } from './cluster-drawer.tsx'
import { FleetMap } from './fleet-map.tsx'
import { FleetSentence } from './fleet-sentence.tsx'
import { FleetTable } from './fleet-table.tsx'
import type { Order } from './map-layout.ts'
import { SelectionBar } from './selection-bar.tsx'

const fillChoices: readonly (readonly [Fill, string])[] = [
  ['state', 'state'],
  ['drift-age', 'drift age'],
  ['quota', 'fullest quota'],
  ['version', 'version'],
]

/** Where do I look now? The fleet in a sentence, on a map, and by cause. */
export default function FleetPage() {
  usePageTitle('Fleet')
  const scope = useScope()
  const search = useSearch()
  const status = useAnswer('status', { query: scope })
  const filter = stateWords.find((word) => word === search.get('state'))
  const fill = fillChoices.find(([name]) => name === search.get('fill'))?.[0] ?? 'state'
  const group = search.get('group') ?? 'region'
  const order: Order = search.get('order') === 'worst' ? 'worst' : 'name'
  const view = search.get('view') === 'table' ? 'table' : 'map'
  const shown = search.get('cluster') ?? undefined
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const map = useFleetMap(scope, group, fill)
  // What stands beside and below the map begins where it ends: they come together.
  const parts = [map, ...useCauses()]
  const set = (change: { readonly [name: string]: string | undefined }): void =>
    go(withSearch(change), { replace: true })
  const show = (name: string | undefined): void => set({ cluster: name })
  return (
    <div className="page">
      <div className="page-head">
        <h1>Fleet</h1>
      </div>
      <Answer of={status} what="the state of the fleet">
        {(known) =>
          known.clusters === 0 ? (
            <NoClusters restricted={scope.environment !== undefined || scope.labels !== undefined} />
          ) : (
            <>
              <FleetSentence status={known} chosen={filter} onChoose={(state) => set({ state })} />
              <Spoken status={known} />
              <Together of={parts} what="the map and the causes">
                <div className="two">
                  <section aria-label="Map">
                    <div className="row wrap map-controls">
                      <Choose
                        what="Filter"
                        value={filter ?? ''}
                        choices={[
                          ['', 'all states'],
                          ...stateWords.toReversed().map((word) => [word, stateName(word)] as const),
                        ]}
                        onChoose={(state) => set({ state })}
                      />
                      <GroupBy
                        label={group}
                        known={map.data?.labels ?? []}
                        onChoose={(label) => set({ group: label === 'region' ? undefined : label })}
                      />
                      <Choose
                        what="Fill by"
                        value={fill}
                        choices={fillChoices}
                        onChoose={(one) => set({ fill: one === 'state' ? undefined : one })}
                      />
                      <span className="grow" />
                      <Toggle
                        label="Order"
                        value={order}
                        choices={[
                          ['name', 'By name'],
                          ['worst', 'Worst first'],
                        ]}
                        onChoose={(one) => set({ order: one === 'name' ? undefined : one })}
                      />
                      <Toggle
                        label="Form"
                        value={view}
                        choices={[
                          ['map', 'Map'],
                          ['table', 'Table'],
                        ]}
                        onChoose={(one) => set({ view: one === 'map' ? undefined : one })}
                      />
                    </div>
                    <SelectionBar selected={selected} onClear={() => setSelected(new Set())} />
                    {view === 'table' ? (
                      <FleetTable filter={filter} selected={selected} onSelect={setSelected} onShow={show} />
                    ) : (
                      <Answer of={map} what="the map">
                        {(drawn) => (
                          <FleetMap
                            map={drawn}
                            order={order}
                            filter={filter}
                            shown={shown}
                            selected={selected}
                            onSelect={setSelected}
                            onShow={show}
                          />
                        )}
                      </Answer>
                    )}
                    <Legend fills={map.data?.legend ?? []} />
                  </section>
                  <CausesList status={known} />
                </div>
              </Together>
            </>
          )
        }
      </Answer>
      {shown === undefined ? null : <ClusterDrawer name={shown} onClose={() => show(undefined)} />}
    </div>
  )
}

function GroupBy({
  label,
  known,
  onChoose,
}: {
  readonly label: string
  readonly known: readonly string[]
  readonly onChoose: (label: string) => void
}) {
  const labels = new Set([...known, 'region', label])
  return (
    <Choose
      what="Group by"
      value={label}
      choices={[...labels].toSorted().map((one) => [one, `environment → ${one}`] as const)}
      onChoose={onChoose}
    />
  )
}

function Legend({ fills }: { readonly fills: readonly string[] }) {
  return (
    <div className="legend">
      {fills.length === 0
        ? stateWords.toReversed().map((state) => (
            <span key={state}>
              <Glyph state={state} />
              {stateName(state)}
            </span>
          ))
        : fills.map((text, step) => (
            <span key={text}>
              <svg width="16" height="16" aria-hidden>
                <rect x="1" y="1" width="14" height="14" rx="1" className={`fill fill-${step}`} />
              </svg>
              {step + 1} {text}
            </span>
          ))}
      <span className="grow" />
      <span className="nowrap small">Click shows, Enter opens, shift selects</span>
    </div>
  )
}

const spokenEvery = 10_000

/** One summary for those who listen, at most every ten seconds. */
function Spoken({ status }: { readonly status: StatusView }) {
  const [text, setText] = useState('')
  const latest = useRef('')
  const { states } = status
  latest.current = `${status.clusters} clusters: ${stateWords
    .filter((word: StateWord) => states[word] > 0)
    .map((word) => `${states[word]} ${stateName(word)}`)
    .join(', ')}`
  useEffect(() => {
    const timer = setInterval(() => setText(latest.current), spokenEvery)
    return () => clearInterval(timer)
  }, [])
  return (
    <p className="hidden-text" aria-live="polite">
      {text}
    </p>
  )
}

function NoClusters({ restricted }: { readonly restricted: boolean }) {
  if (restricted)
    return (
      <Empty title="No cluster is in this scope" action={<a href="/">Show the whole fleet</a>}>
        The environment and the label query above match none.
      </Empty>
    )
  return (
    <Empty title="No clusters yet" action={<Link to={address.start()}>See the first steps</Link>}>
      The fleet repository declares none, or it has not been read yet.
    </Empty>
  )
}
