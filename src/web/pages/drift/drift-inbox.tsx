import { Fragment, useState } from 'react'
import type { CauseSummary, CauseTab } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { HealButton } from '../../guard/heal-button.tsx'
import { HealDialog } from '../../guard/heal-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { go, useSearch, withSearch } from '../../route/location.ts'
import { Age, Clock, Until } from '../../ui/age.tsx'
import { Answer, Together } from '../../ui/answer.tsx'
import { Choose } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { classText, counted, writerKindText } from '../../ui/value.tsx'
import { CauseExpansion } from './cause-expansion.tsx'
import { causeTitle, Outcome } from './cause-words.tsx'
import { fits } from './fits.ts'
import { WhereBars } from './where-bars.tsx'

const tabs: readonly (readonly [CauseTab, string])[] = [
  ['needs-you', 'Needs you'],
  ['automatic', 'Automatic'],
  ['settled', 'Settled'],
]
const most = 200

/** Differences by cause: those that need somebody first. A row is an edit, whatever the number of clusters it touches. */
export function DriftInbox() {
  usePageTitle('Drift')
  const scope = useScope()
  const search = useSearch()
  const tab = tabs.find(([name]) => name === search.get('tab'))?.[0] ?? 'needs-you'
  const causes = useAnswer('causes', { query: { ...scope, tab, limit: most } })
  const all = useAnswer('causes', { query: { ...scope, limit: most } })
  const settled = useAnswer('causes', { query: { ...scope, tab: 'settled', limit: 1 } })
  const status = useAnswer('status', { query: scope })
  const standing = all.data?.items ?? []
  const counts: Readonly<Record<CauseTab, number | undefined>> = {
    'needs-you':
      all.data === undefined ? undefined : standing.filter((one) => one.tab === 'needs-you').length,
    automatic: all.data === undefined ? undefined : standing.filter((one) => one.tab === 'automatic').length,
    settled: settled.data?.total,
  }
  const first = standing
    .flatMap(({ outcome }) => (outcome.is === 'heals' && outcome.at !== undefined ? [outcome.at] : []))
    .toSorted()[0]
  return (
    <div className="page">
      <h1>Drift</h1>
      <Together of={[status, all]} what="what differs">
        <p className="sentence">
          <span>
            <Glyph
              state={all.data === undefined ? 'unreachable' : standing.length === 0 ? 'in-sync' : 'drifted'}
            />
            <b>{status.data?.states.drifted.toLocaleString('en') ?? '…'}</b> clusters differ from Git in{' '}
            <b>{all.data?.total.toLocaleString('en') ?? '…'}</b> {all.data?.total === 1 ? 'cause' : 'causes'}
          </span>
          {first === undefined ? null : (
            <span>
              the first heals <b>{<Until at={first} />}</b>
            </span>
          )}
          <span className="as-of">
            · {answeredText(status.data)}, oldest sign of life <Age at={status.data?.asOf} />
          </span>
        </p>
        <div className="tabs" role="tablist" aria-label="Causes">
          {tabs.map(([name, text]) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === tab}
              onClick={() =>
                go(withSearch({ tab: name === 'needs-you' ? undefined : name }), { replace: true })
              }
            >
              {text}
              <span className="badge">{counts[name] ?? '…'}</span>
            </button>
          ))}
        </div>
        <Answer of={causes} what="the causes of drift">
          {({ items, total }) => (
            <CauseTable
              key={tab}
              causes={items}
              total={total}
              tab={tab}
              clusters={status.data?.clusters ?? 0}
            />
          )}
        </Answer>
      </Together>
    </div>
  )
}

function answeredText(status: { clusters: number; states: { unreachable: number } } | undefined): string {
  if (status === undefined) return 'asking'
  return `${(status.clusters - status.states.unreachable).toLocaleString('en')} of ${status.clusters.toLocaleString('en')} checked`
}

interface CauseTableProps {
  readonly causes: readonly CauseSummary[]
  readonly total: number
  readonly tab: CauseTab
  readonly clusters: number
}

function CauseTable({ causes, total, tab, clusters }: CauseTableProps) {
  const [text, setText] = useState('')
  const [owner, setOwner] = useState('')
  const [bundle, setBundle] = useState('')
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  if (total === 0) return <NothingHere tab={tab} clusters={clusters} />
  const shown = causes.filter(
    (cause) =>
      (owner === '' || cause.writer.kind === owner) &&
      (bundle === '' || cause.bundle === bundle) &&
      fits(cause, text),
  )
  const flip = (set: ReadonlySet<string>, id: string): ReadonlySet<string> => {
    const next = new Set(set)
    if (!next.delete(id)) next.add(id)
    return next
  }
  const distinct = (values: readonly string[]): string[] => [...new Set(values)].toSorted()
  return (
    <>
      <div className="row wrap" style={{ marginBottom: 12 }}>
        <label className="field" style={{ width: 280 }}>
          <Icon name="search" />
          <span className="hidden-text">Filter the causes</span>
          <input
            value={text}
            placeholder="Field, object, cluster, person"
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <Choose
          what="Owner kind"
          value={owner}
          choices={[
            ['', 'all'],
            ...distinct(causes.map(({ writer }) => writer.kind)).map(
              (kind) => [kind, writerKindText(kind)] as const,
            ),
          ]}
          onChoose={setOwner}
        />
        <Choose
          what="Bundle"
          value={bundle}
          choices={[
            ['', 'all'],
            ...distinct(causes.map((cause) => cause.bundle)).map((name) => [name, name] as const),
          ]}
          onChoose={setBundle}
        />
        <span className="grow" />
        <span className="sub">
          {shown.length} of {counted(total, 'cause')}
        </span>
      </div>
      <CauseBulk
        causes={causes.filter(({ id }) => selected.has(id))}
        onClear={() => setSelected(new Set())}
      />
      <div className="table-box">
        <table className="table cause-table">
          <thead>
            <tr>
              <th>
                <span className="hidden-text">Select</span>
              </th>
              <th>
                <span className="hidden-text">Expand</span>
              </th>
              <th>Cause</th>
              <th className="right">Clusters</th>
              <th>Where</th>
              <th>Owner kind</th>
              <th>Age</th>
              <th>{tab === 'settled' ? 'End' : 'If nobody decides'}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((cause) => (
              <Fragment key={cause.id}>
                <tr
                  className={`${selected.has(cause.id) ? 'selected ' : ''}${open.has(cause.id) ? 'open' : ''}`}
                >
                  <td>
                    {tab === 'settled' ? null : (
                      <input
                        type="checkbox"
                        aria-label={`Select ${cause.short}`}
                        checked={selected.has(cause.id)}
                        onChange={() => setSelected(flip(selected, cause.id))}
                      />
                    )}
                  </td>
                  <td>
                    <button
                      type="button"
                      className="icon-button tight"
                      aria-expanded={open.has(cause.id)}
                      aria-label={`Clusters of ${cause.short}`}
                      onClick={() => setOpen(flip(open, cause.id))}
                    >
                      <Icon name={open.has(cause.id) ? 'down' : 'right'} />
                    </button>
                  </td>
                  <td className="cause-cell">
                    <Glyph state={tab === 'settled' ? 'in-sync' : 'drifted'} />{' '}
                    <Link to={address.cause(cause.short)} className="cause-link">
                      {causeTitle(cause)}
                    </Link>
                    <div className="below">
                      {cause.short} · {classText(cause.class)} · bundle {cause.bundle}
                    </div>
                  </td>
                  <td className="right">
                    <b className="big">{cause.clusters.toLocaleString('en')}</b>
                    <div className="below">of {cause.of.toLocaleString('en')}</div>
                  </td>
                  <td>
                    <WhereBars where={cause.where} />
                  </td>
                  <td>
                    {writerKindText(cause.writer.kind)}
                    <div className="below">{cause.people[0] ?? cause.writer.manager ?? 'no trace'}</div>
                  </td>
                  <td className="nowrap">
                    <Age at={cause.since} />
                    <div className="below">
                      <Clock at={cause.since} />
                    </div>
                  </td>
                  <td>
                    <Outcome cause={cause} />
                  </td>
                </tr>
                {open.has(cause.id) ? (
                  <tr className="expansion">
                    <td colSpan={8}>
                      <CauseExpansion cause={cause} />
                    </td>
                  </tr>
                ) : null}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 ? (
        <p className="sub" style={{ marginTop: 16 }}>
          No cause fits the filter above.
        </p>
      ) : null}
    </>
  )
}

function NothingHere({ tab, clusters }: { readonly tab: CauseTab; readonly clusters: number }) {
  if (tab === 'settled')
    return (
      <Empty title="Nothing was settled yet">
        Healed differences, and those that went away by themselves, are listed here.
      </Empty>
    )
  if (tab === 'automatic')
    return (
      <Empty title="Nothing heals by itself now">
        What Evenkeel heals without anybody, while it does, is listed here.
      </Empty>
    )
  return (
    <Empty title="Nothing needs you">
      No difference waits for a decision on the {counted(clusters, 'cluster')} in scope. What heals by itself
      is under Automatic.
    </Empty>
  )
}

function CauseBulk({
  causes,
  onClear,
}: {
  readonly causes: readonly CauseSummary[]
  readonly onClear: () => void
}) {
  const [healing, setHealing] = useState(false)
  const [first] = causes
  if (first === undefined) return null
  return (
    <div className="bulk" role="toolbar" aria-label="Selected causes">
      <b>{counted(causes.length, 'cause')}</b>
      <span className="sub">{causes.map(({ short }) => short).join(', ')}</span>
      <span className="grow" />
      <span className="rule" />
      {causes.length === 1 ? (
        <HealButton onOpen={() => setHealing(true)} />
      ) : (
        <span className="sub">one cause at a time is healed</span>
      )}
      <button type="button" className="icon-button" aria-label="Clear the selection" onClick={onClear}>
        <Icon name="close" />
      </button>
      {healing ? <HealCause cause={first} onClose={() => setHealing(false)} /> : null}
    </div>
  )
}

/** Heals a cause wherever it is: the hub knows the clusters. */
export function HealCause({
  cause,
  onClose,
}: {
  readonly cause: CauseSummary
  readonly onClose: () => void
}) {
  const detail = useAnswer('cause', { params: { cause: cause.id } }, { every: false })
  const clusters = detail.data?.members.filter(({ has }) => has === 'has').map(({ cluster }) => cluster) ?? []
  if (clusters.length === 0) return null
  return <HealDialog selection={{ clusters, cause: cause.id }} onClose={onClose} />
}
