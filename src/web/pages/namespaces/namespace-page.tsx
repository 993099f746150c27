import { useState } from 'react'
import type { NamespaceView } from '../../../api/index.ts'
import { stateName } from '../../../core/state/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Clock } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { StateText } from '../../ui/glyph.tsx'
import { Chip } from '../../ui/identity.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted } from '../../ui/value.tsx'
import { NamespaceBundle } from './namespace-bundle.tsx'
import './namespaces.css'

const page = 20
const most = 200

/** What runs in a namespace, at which commit, and why: to be looked at, shared and printed. */
export function NamespacePage({ name }: { readonly name: string }) {
  usePageTitle(`Namespace ${name}`)
  const scope = useScope()
  const [limit, setLimit] = useState(page)
  const view = useAnswer('namespace', { params: { namespace: name }, query: { ...scope, limit } })
  return (
    <div className="page report">
      <p className="crumbs">
        <Link to={address.namespaces()}>Namespaces</Link> / <bdi>{name}</bdi>
      </p>
      <Answer of={view} what={`namespace ${name}`}>
        {(known) => (
          <>
            <div className="page-head">
              <h1>
                Namespace <bdi>{known.namespace}</bdi>
              </h1>
              <div className="actions">
                <button type="button" className="button" onClick={() => window.print()}>
                  Print
                </button>
              </div>
            </div>
            <p className="sentence">
              <span>
                <b>{known.objects.toLocaleString('en')}</b> {known.objects === 1 ? 'object' : 'objects'} on{' '}
                <b>{known.clusters.toLocaleString('en')}</b> {known.clusters === 1 ? 'cluster' : 'clusters'}
              </span>
              <span className="as-of">
                as of <Clock at={known.at} seconds /> UTC
              </span>
            </p>
            <Printed at={known.at} />
            {known.items.map((one) => (
              <OnCluster key={one.cluster} on={one} commits={known.commits} />
            ))}
            <More view={known} onMore={() => setLimit(Math.min(limit + page, most))} />
          </>
        )}
      </Answer>
    </div>
  )
}

/** What a sheet of paper has to say that a screen need not: where it is from, when, and for whom. */
function Printed({ at }: { readonly at: string }) {
  const whoami = useAnswer('whoami', {}, { every: false })
  return (
    <p className="printed-only">
      {location.href}
      <br />
      As of {new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC
      {whoami.data === undefined ? '' : `, as ${whoami.data.name} may look at it`}. Whoever opens this address
      signs in, and sees what they may look at.
    </p>
  )
}

function OnCluster({
  on,
  commits,
}: {
  readonly on: NamespaceView['items'][number]
  readonly commits: NamespaceView['commits']
}) {
  return (
    <section className="on-cluster" aria-label={`On cluster ${on.cluster}`}>
      <h2>
        <Chip {...on} large linked />
      </h2>
      <p className="sub">
        The cluster: <StateText state={on.state}>{stateName(on.state)}</StateText> · seen{' '}
        {on.seen === undefined ? 'never' : <Clock at={on.seen} seconds />}
        {on.seen === undefined ? '' : ' UTC'}
      </p>
      {on.away === undefined ? null : (
        <p className="trouble">
          <b>What is listed is from before.</b> It is not known how it stands now: {on.away}
        </p>
      )}
      {on.bundles.map((one) => (
        <NamespaceBundle key={one.bundle} cluster={on.cluster} of={one} commits={commits} />
      ))}
      {on.left === 0 ? null : (
        <p className="sub">
          {counted(on.left, 'object')} more on this cluster {on.left === 1 ? 'is' : 'are'} not listed:{' '}
          <Link to={address.search(`cluster:${on.cluster}`)}>search them</Link>
        </p>
      )}
    </section>
  )
}

function More({ view, onMore }: { readonly view: NamespaceView; readonly onMore: () => void }) {
  const left = view.clusters - view.items.length
  if (left <= 0) return null
  return (
    <p>
      {view.items.length} of {counted(view.clusters, 'cluster')} listed.{' '}
      {view.items.length < most ? (
        <button type="button" className="button plain not-printed" onClick={onMore}>
          {Math.min(left, page)} more
        </button>
      ) : (
        'Narrow the scope to see the others.'
      )}
    </p>
  )
}
