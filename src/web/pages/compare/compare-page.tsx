import './compare.css'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { ClusterDetailView, ClusterView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { hub } from '../../data/hub.ts'
import { useScope } from '../../data/scope.ts'
import { go, useSearch, withSearch } from '../../route/location.ts'
import { Age } from '../../ui/age.tsx'
import { Together, Trouble } from '../../ui/answer.tsx'
import { Choose, Toggle } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Chip } from '../../ui/identity.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted } from '../../ui/value.tsx'
import { Cohorts } from './cohorts.tsx'
import { compareClusters, differenceKinds, type Row } from './compare-clusters.ts'
import { Which } from './which.tsx'

const most = 50

/** How do clusters differ, and which difference matters? Values clustered, the majority as the measure. */
export default function ComparePage() {
  usePageTitle('Compare')
  const scope = useScope()
  const names = (useSearch().get('clusters') ?? '')
    .split(',')
    .filter((name) => name !== '')
    .slice(0, most)
  const answers = useQueries({
    queries: names.map((name) => ({
      queryKey: ['cluster', { params: { cluster: name } }],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        hub.cluster({ params: { cluster: name } }, { signal }),
    })),
  })
  const set = (next: readonly string[]): void =>
    go(withSearch({ clusters: next.join(',') }), { replace: true })
  const views = answers.flatMap(({ data }) => data ?? [])
  const failed = answers.flatMap(({ error }, at) =>
    error === null ? [] : [{ error, name: names[at] ?? '' }],
  )
  const known = useAnswer('clusters', { query: { ...scope, limit: 1_000 } }, { every: 60_000 })
  return (
    <div className="page">
      <h1>Compare</h1>
      <Together
        of={[known, ...answers]}
        what={names.length === 0 ? 'the clusters' : counted(names.length, 'cluster')}
      >
        <Picker names={names} all={known.data?.items ?? []} onSet={set} />
        {failed.map(({ error, name }) => (
          <Trouble key={name} error={error} what={`cluster ${name}`} stillWorks="The others are compared." />
        ))}
        {names.length < 2 ? (
          <Empty title={names.length === 0 ? 'Which clusters?' : 'Compare it with which?'}>
            Choose two to fifty clusters above, or select them on the map and choose Compare.
          </Empty>
        ) : views.length < 2 ? null : (
          <Comparison views={views} />
        )}
      </Together>
    </div>
  )
}

function Picker({
  names,
  all,
  onSet,
}: {
  readonly names: readonly string[]
  readonly all: readonly ClusterView[]
  readonly onSet: (names: string[]) => void
}) {
  const [text, setText] = useState('')
  const add = (name: string): void => {
    if (!all.some((one) => one.name === name) || names.includes(name) || names.length >= most) return
    onSet([...names, name])
    setText('')
  }
  return (
    <div className="row wrap" style={{ margin: '12px 0' }}>
      {names.map((name) => {
        const view = all.find((one) => one.name === name)
        return (
          <span key={name} className="picked">
            {view === undefined ? (
              name
            ) : (
              <Chip environment={view.environment} tier={view.tier} cluster={name} linked />
            )}
            <button
              type="button"
              className="icon-button tight"
              aria-label={`Leave ${name} out`}
              onClick={() => onSet(names.filter((one) => one !== name))}
            >
              <Icon name="close" />
            </button>
          </span>
        )
      })}
      <label className="field">
        <span className="hidden-text">Add a cluster</span>
        <input
          list="clusters-known"
          value={text}
          placeholder="add a cluster"
          onChange={(event) => {
            setText(event.target.value)
            add(event.target.value)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') add(text)
          }}
        />
      </label>
      <datalist id="clusters-known">
        {all.slice(0, 300).map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  )
}

const kindChoices = [['all', 'all'], ...differenceKinds.map((kind) => [kind, kind] as const)] as const

function Comparison({ views }: { readonly views: readonly ClusterDetailView[] }) {
  const search = useSearch()
  const [same, setSame] = useState(false)
  const compared = compareClusters(views)
  const kind = differenceKinds.find((one) => one === search.get('class')) ?? 'all'
  const form = search.get('view') === 'cohorts' ? 'cohorts' : 'fields'
  const set = (change: Record<string, string | undefined>): void => go(withSearch(change), { replace: true })
  const rows = compared.rows.filter((row) => kind === 'all' || row.kind === kind)
  const differing = rows.filter(({ differs }) => differs)
  const shown = same ? rows : differing
  const { unknown } = compared
  return (
    <>
      <p className="sentence">
        <span>
          <b>{rows.length - differing.length}</b> same
        </span>
        <span>
          <b>{differing.length}</b> differ
        </span>
        {unknown.length === 0 ? null : (
          <span>
            <Glyph state="unreachable" />
            <b>{unknown.length}</b> not known: {unknown.map(({ name }) => name).join(', ')}, never counted as
            equal
          </span>
        )}
        <span className="as-of">
          · {views.length > 2 ? 'the value of most is the measure' : 'the first is the measure'} · as of{' '}
          <Age at={views.flatMap(({ seen }) => seen ?? []).toSorted()[0]} />
        </span>
      </p>
      <div className="row wrap" style={{ margin: '8px 0' }}>
        <Choose
          what="Class"
          value={kind}
          choices={kindChoices}
          onChoose={(one) => set({ class: one === 'all' ? undefined : one })}
        />
        <Toggle
          label="Form"
          value={form}
          choices={[
            ['fields', 'By field'],
            ['cohorts', 'Cohorts'],
          ]}
          onChoose={(one) => set({ view: one === 'fields' ? undefined : one })}
        />
        {form === 'cohorts' ? null : (
          <label className="row">
            <input type="checkbox" checked={same} onChange={(event) => setSame(event.target.checked)} />
            Show what is the same, too
          </label>
        )}
      </div>
      {shown.length === 0 ? (
        <Empty title="Nothing differs">In facts, capabilities, and what their bundles deliver.</Empty>
      ) : form === 'cohorts' ? (
        <Cohorts rows={differing} unknown={unknown} />
      ) : (
        <div className="table-box">
          <table className="table compact compare">
            <thead>
              <tr>
                <th>What</th>
                <th>Value</th>
                <th className="right">Clusters</th>
                <th>Which</th>
              </tr>
            </thead>
            {shown.map((row) => (
              <RowBody key={row.kind + row.name} row={row} />
            ))}
          </table>
        </div>
      )}
    </>
  )
}

function RowBody({ row }: { readonly row: Row }) {
  return (
    <tbody>
      {row.values.map(({ value, clusters, measure }, at) => (
        <tr key={value}>
          {at === 0 ? (
            <th scope="rowgroup" rowSpan={row.values.length} className="compare-name">
              {row.name}
              <div className="below">{row.kind}</div>
            </th>
          ) : null}
          <td>
            <span className={measure ? 'value' : 'value differs'}>{value}</span>
          </td>
          <td className="right">
            <b>{clusters.length}</b>
          </td>
          <td className={measure ? 'sub' : ''}>
            <Which clusters={clusters} />
          </td>
        </tr>
      ))}
    </tbody>
  )
}
