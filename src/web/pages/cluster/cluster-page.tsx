import { type ReactNode, useState } from 'react'
import type { ClusterDetailView } from '../../../api/index.ts'
import { stateName } from '../../../core/state/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { HealButton } from '../../guard/heal-button.tsx'
import { HealDialog } from '../../guard/heal-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import type { PageProps } from '../../shell/pages.ts'
import { Age } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Band, Chip } from '../../ui/identity.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { RecordedPage } from '../access/recorded-page.tsx'
import { ObjectDetail } from '../drift/object-detail.tsx'
import { factsOf } from './cluster-facts.ts'
import { Capabilities } from './capabilities.tsx'
import { ClusterAccess } from './cluster-access.tsx'
import { ClusterActivity } from './cluster-activity.tsx'
import { ClusterDrift } from './cluster-drift.tsx'
import { ClusterObjects } from './cluster-objects.tsx'
import { Configuration } from './configuration.tsx'
import { PlacedBundles } from './placed-bundles.tsx'

const tabs = ['state', 'drift', 'configuration', 'capabilities', 'objects', 'access', 'activity'] as const

/** What is this cluster, and may I touch it? */
export default function ClusterPage({ parts: [name, tab] }: PageProps) {
  if (name === undefined)
    return (
      <Empty title="Which cluster?" action={<Link to={address.fleet()}>See the map</Link>}>
        The address names none.
      </Empty>
    )
  return <ClusterOf name={name} tab={tab ?? 'state'} />
}

function ClusterOf({ name, tab }: { readonly name: string; readonly tab: string }) {
  const cluster = useAnswer('cluster', { params: { cluster: name } })
  // The answer about another cluster never stands under this name.
  const view = cluster.data?.name === name ? cluster.data : undefined
  return (
    <>
      {view === undefined ? (
        <>
          <div className="band" />
          <div className="identity-head">
            <b className="awaited">{name}</b>
          </div>
        </>
      ) : (
        <>
          <Band {...view.identity} />
          <IdentityHead view={view} />
        </>
      )}
      {tab === 'object' && view !== undefined ? (
        <ObjectDetail cluster={view} />
      ) : tab === 'recorded' && view !== undefined ? (
        <RecordedPage cluster={view} />
      ) : (
        <div className="page">
          <Answer of={{ ...cluster, data: view } as typeof cluster} what={`cluster ${name}`}>
            {(known) => <Inside view={known} tab={tab} />}
          </Answer>
        </div>
      )}
    </>
  )
}

function IdentityHead({ view }: { readonly view: ClusterDetailView }) {
  const { identity, labels } = view
  const id = identity.clusterId
  return (
    <div className="identity-head">
      <Chip {...identity} large linked />
      <span className="sub">
        {[identity.tier, identity.displayName, ...Object.values(labels)]
          .filter((one) => one !== undefined)
          .join(' · ')}
      </span>
      <span className="sub">
        {id === undefined ? (
          'never met: its identity is not known'
        ) : (
          <>
            id{' '}
            <code title={id}>
              {id.slice(0, 8)}…{id.slice(-2)}
            </code>{' '}
            verified <Age at={identity.verifiedAt} /> ago
          </>
        )}
      </span>
    </div>
  )
}

function Inside({ view, tab }: { readonly view: ClusterDetailView; readonly tab: string }) {
  const { name } = view
  const title = tabs.find((one) => one === tab) ?? 'state'
  usePageTitle(title === 'state' ? 'Cluster' : title, { ...view.identity })
  const [healing, setHealing] = useState(false)
  const drift = view.drift ?? 0
  return (
    <>
      <div className="page-head">
        <p className="sentence">
          <span>
            <Glyph state={view.state} />
            <b>{stateName(view.state)}</b>
            {view.reason === undefined ? '' : `: ${view.reason}`}
          </span>
          {view.lastKnown === undefined ? null : (
            <span className="sub">
              last known <Age at={view.lastKnown.at} /> ago: {stateName(view.lastKnown.state)}
            </span>
          )}
          <span className="as-of">
            · seen <Age at={view.seen} /> {view.seen === undefined ? '' : 'ago'}
          </span>
        </p>
        <div className="actions">
          <Link className="button" to={address.compare([name])}>
            Compare
          </Link>
          {drift === 0 ? null : (
            <Link className="button primary" to={address.cluster(name, 'drift')}>
              Open drift
            </Link>
          )}
          {drift === 0 ? null : (
            <>
              <span className="rule" />
              <HealButton onOpen={() => setHealing(true)} />
            </>
          )}
        </div>
      </div>
      {view.failure === undefined ? null : (
        <div className="trouble">
          <b>{view.failure.message}</b>
          {view.failure.hint === undefined ? null : <p className="sub">{view.failure.hint}</p>}
        </div>
      )}
      <dl className="fact-grid">
        {factsOf(view).map((fact) => (
          <div key={fact.name}>
            <dt>
              <span>{fact.name}</span>
              <span>{fact.at === undefined ? 'Git' : <Age at={fact.at} />}</span>
            </dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
      <nav className="tabs" aria-label="Parts of the cluster">
        {tabs.map((one) => (
          <Link
            key={one}
            to={address.cluster(name, one === 'state' ? undefined : one)}
            {...(one === title ? { 'aria-current': 'page' as const } : {})}
          >
            {one.slice(0, 1).toUpperCase() + one.slice(1)}
            {badgeOf(one, view)}
          </Link>
        ))}
      </nav>
      {contentOf(title, view)}
      {healing ? <HealDialog selection={{ clusters: [name] }} onClose={() => setHealing(false)} /> : null}
    </>
  )
}

function badgeOf(tab: (typeof tabs)[number], view: ClusterDetailView): ReactNode {
  if (tab === 'drift') return <span className="badge">{view.drift ?? '?'}</span>
  if (tab === 'state') return <span className="badge">{view.bundles}</span>
  return null
}

function contentOf(tab: (typeof tabs)[number], view: ClusterDetailView): ReactNode {
  switch (tab) {
    case 'state':
      return (
        <div className="two">
          <PlacedBundles placed={view.placed} />
          <ClusterActivity cluster={view.name} short />
        </div>
      )
    case 'drift':
      return <ClusterDrift cluster={view} />
    case 'configuration':
      return <Configuration cluster={view.name} />
    case 'capabilities':
      return <Capabilities view={view} />
    case 'objects':
      return <ClusterObjects view={view} />
    case 'access':
      return <ClusterAccess cluster={view.name} />
    case 'activity':
      return <ClusterActivity cluster={view.name} />
  }
}
