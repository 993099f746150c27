import { useState } from 'react'
import type { BundleDetailView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Choose } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { PlacedTable } from '../../ui/placed-table.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted, shortRevision } from '../../ui/value.tsx'
import { Configuration } from '../cluster/configuration.tsx'
import { RunTable } from '../rollouts/run-table.tsx'
import { ObjectTree } from './object-tree.tsx'
import { Promotion } from './promotion.tsx'
import { StateCounts } from './state-counts.tsx'

const tabs = ['clusters', 'objects', 'configuration', 'promotion', 'runs'] as const

/** One bundle: where it runs at which revision, what it renders to, and what holds for it. */
export function BundlePage({ name, tab }: { readonly name: string; readonly tab: string }) {
  usePageTitle(name)
  const bundle = useAnswer('bundle', { params: { bundle: name } })
  const shown = tabs.find((one) => one === tab) ?? 'clusters'
  return (
    <div className="page">
      <p className="crumbs">
        <Link to={address.bundles()}>Bundles</Link> / {name}
      </p>
      <Answer of={bundle} what={`bundle ${name}`}>
        {(view) => (
          <>
            <div className="page-head">
              <h1>{view.name}</h1>
              <div className="actions">
                <Link className="button" to={address.draft(name)}>
                  What a run would do
                </Link>
              </div>
            </div>
            <p className="sentence">
              <span>
                on <b>{view.clusters.toLocaleString('en')}</b> {view.clusters === 1 ? 'cluster' : 'clusters'}
              </span>
              <StateCounts states={view.states} />
              <span className="as-of">
                · from <code>{view.source.path}</code>
                {view.revision === undefined ? '' : ` at ${shortRevision(view.revision)}`} · as of{' '}
                <Age at={view.asOf} />
                {view.owner === undefined ? null : (
                  <>
                    {' '}
                    · owner <bdi>{view.owner}</bdi>
                  </>
                )}
              </span>
            </p>
            <Problems view={view} />
            <nav className="tabs" aria-label="Parts of the bundle">
              {tabs.map((one) => (
                <Link
                  key={one}
                  to={address.bundle(name, one === 'clusters' ? undefined : one)}
                  {...(one === shown ? { 'aria-current': 'page' as const } : {})}
                >
                  {one.slice(0, 1).toUpperCase() + one.slice(1)}
                </Link>
              ))}
            </nav>
            <Content view={view} tab={shown} />
          </>
        )}
      </Answer>
    </div>
  )
}

function Problems({ view }: { readonly view: BundleDetailView }) {
  if (view.problems.length === 0) return null
  return (
    <div className="trouble">
      <b>{counted(view.problems.length, 'problem')} in Git</b>
      {view.problems.map((problem) => (
        <p key={problem.file + problem.line + problem.message}>
          <code>
            {problem.file}:{problem.line}
          </code>{' '}
          {problem.message} <span className="sub">{problem.hint}</span>
        </p>
      ))}
      <p className="sub">What was rendered last stays in force.</p>
    </div>
  )
}

function Content({ view, tab }: { readonly view: BundleDetailView; readonly tab: (typeof tabs)[number] }) {
  if (tab === 'runs') return <Runs bundle={view.name} />
  if (view.placed.length === 0)
    return (
      <Empty title="It runs nowhere">
        {view.placement === undefined
          ? 'It has no placement.'
          : `Its placement chooses no cluster: ${view.placement}`}
      </Empty>
    )
  if (tab === 'promotion')
    return <Promotion bundle={view.name} environments={view.placed.map(({ environment }) => environment)} />
  return tab === 'clusters' ? <Where view={view} /> : <OnOneCluster view={view} tab={tab} />
}

const page = 50

/** Every cluster with what it has, by revision: what runs where, and why. */
function Where({ view }: { readonly view: BundleDetailView }) {
  const [most, setMost] = useState(page)
  const revisions = new Map<string, number>()
  for (const { applied } of view.placed) {
    const revision = applied === undefined ? 'not applied yet' : shortRevision(applied.revision)
    revisions.set(revision, (revisions.get(revision) ?? 0) + 1)
  }
  const bad = view.placed.toSorted(
    (one, two) => (one.state === 'in-sync' ? 1 : 0) - (two.state === 'in-sync' ? 1 : 0),
  )
  return (
    <>
      <p className="sub">
        {[...revisions].map(([revision, count]) => `${revision} on ${counted(count, 'cluster')}`).join(' · ')}
      </p>
      <PlacedTable placed={bad.slice(0, most)} by="cluster" compact />
      {view.placed.length > most ? (
        <button type="button" className="button plain" onClick={() => setMost(most + page)}>
          {view.placed.length - most} more
        </button>
      ) : null}
      {view.unknown.length === 0 ? null : (
        <p className="sub">
          No answer from placement for{' '}
          {view.unknown.map(({ cluster, reason }) => `${cluster} (${reason})`).join(', ')}: they keep what
          they have.
        </p>
      )}
    </>
  )
}

function OnOneCluster({
  view,
  tab,
}: {
  readonly view: BundleDetailView
  readonly tab: 'objects' | 'configuration'
}) {
  const [chosen, setChosen] = useState('')
  const names = view.placed.map(({ cluster }) => cluster)
  const cluster = names.includes(chosen) ? chosen : (names[0] ?? '')
  return (
    <>
      <div className="row" style={{ marginBottom: 12 }}>
        <Choose
          what="As rendered for"
          value={cluster}
          choices={names.map((name) => [name, name] as const)}
          onChoose={setChosen}
        />
      </div>
      {tab === 'objects' ? (
        <ObjectTree cluster={cluster} bundle={view.name} />
      ) : (
        <Configuration cluster={cluster} bundle={view.name} />
      )}
    </>
  )
}

function Runs({ bundle }: { readonly bundle: string }) {
  const runs = useAnswer('runs', { query: { bundle, limit: 50 } })
  return (
    <Answer of={runs} what="the runs of this bundle">
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No run yet">
            Every change of this bundle was delivered at once, or there was none.
          </Empty>
        ) : (
          <RunTable runs={items} />
        )
      }
    </Answer>
  )
}
