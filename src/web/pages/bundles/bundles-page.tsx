import './bundles.css'
import { useState } from 'react'
import { useAnswer } from '../../data/answers.ts'
import { useScope } from '../../data/scope.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import type { PageProps } from '../../shell/pages.ts'
import { Age } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted, shortRevision } from '../../ui/value.tsx'
import { BundlePage } from './bundle-page.tsx'
import { abnormalIn, StateCounts } from './state-counts.tsx'

/** What runs where, at which revision? All bundles, or one. */
export default function BundlesPage({ parts: [name, tab] }: PageProps) {
  return name === undefined ? <BundleList /> : <BundlePage name={name} tab={tab ?? 'clusters'} />
}

function BundleList() {
  usePageTitle('Bundles')
  const scope = useScope()
  const bundles = useAnswer('bundles', { query: { ...scope, limit: 1_000 } })
  const [text, setText] = useState('')
  return (
    <div className="page">
      <h1>Bundles</h1>
      <Answer of={bundles} what="the bundles">
        {({ items, total }) => {
          const shown = items.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
          if (total === 0)
            return (
              <Empty title="No bundles" action={<Link to={address.start()}>See the first steps</Link>}>
                The fleet repository declares none for this scope.
              </Empty>
            )
          return (
            <>
              <p className="sentence">
                <span>
                  <b>{total.toLocaleString('en')}</b> {total === 1 ? 'bundle' : 'bundles'}
                </span>
                <span>
                  <b>{items.filter(({ states }) => abnormalIn(states) === 0).length}</b> in sync everywhere
                </span>
              </p>
              <div className="row wrap" style={{ margin: '12px 0' }}>
                <label className="field" style={{ width: 280 }}>
                  <Icon name="search" />
                  <span className="hidden-text">Filter the bundles</span>
                  <input value={text} placeholder="Name" onChange={(event) => setText(event.target.value)} />
                </label>
                <span className="grow" />
                <span className="sub">
                  {shown.length} of {counted(total, 'bundle')}
                </span>
              </div>
              <div className="table-box">
                <table className="table">
                  <thead>
                    <tr>
                      <th>Bundle</th>
                      <th>Where it stands</th>
                      <th className="right">Clusters</th>
                      <th>Revision</th>
                      <th className="right">Objects</th>
                      <th>Source</th>
                      <th>Goes to</th>
                      <th className="right">As of</th>
                    </tr>
                  </thead>
                  <tbody>
                    {shown.map((bundle) => (
                      <tr key={bundle.name}>
                        <td>
                          <Link to={address.bundle(bundle.name)}>
                            <b>{bundle.name}</b>
                          </Link>
                          {bundle.problems[0] === undefined ? null : (
                            <div className="below">
                              <Glyph state="failed" /> {bundle.problems[0].message}
                            </div>
                          )}
                        </td>
                        <td>
                          <StateCounts states={bundle.states} />
                        </td>
                        <td className="right">{bundle.clusters.toLocaleString('en')}</td>
                        <td>
                          {bundle.revision === undefined ? (
                            '—'
                          ) : (
                            <code title={bundle.revision}>{shortRevision(bundle.revision)}</code>
                          )}
                        </td>
                        <td className="right">{bundle.objects ?? '—'}</td>
                        <td>
                          <code>{bundle.source.path}</code>
                          {bundle.source.repository === undefined ? null : (
                            <div className="below">{bundle.source.repository}</div>
                          )}
                        </td>
                        <td className="placement">
                          <code>{bundle.placement ?? 'nowhere'}</code>
                        </td>
                        <td className="right sub nowrap">
                          <Age at={bundle.asOf} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          )
        }}
      </Answer>
    </div>
  )
}
