import './drift.css'
import { lazy, Suspense, useState } from 'react'
import type { ClusterDetailView, DriftView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useWhyNot } from '../../data/caller.ts'
import { HealDialog } from '../../guard/heal-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { useSearch } from '../../route/location.ts'
import { Age, Clock, Until } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { ObjectName } from '../../ui/object-name.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { classText, counted, shortPath, Value, writerKindText } from '../../ui/value.tsx'
import { Evidence } from './evidence.tsx'

const YamlDiff = lazy(() => import('./yaml-diff.tsx'))
const states = 'open,healing,healed,gone'

/** One object of one cluster: its fields with their owners before any YAML, the evidence, and the heal. */
export function ObjectDetail({ cluster }: { readonly cluster: ClusterDetailView }) {
  const search = useSearch()
  const object = {
    group: search.get('group') ?? '',
    kind: search.get('kind') ?? '',
    namespace: search.get('ns') ?? '',
    name: search.get('name') ?? '',
  }
  usePageTitle(`${object.kind} ${object.name}`, { ...cluster.identity })
  const drift = useAnswer('drift', {
    query: { cluster: cluster.name, ...object, state: states, limit: 1_000 },
  })
  const whyNot = useWhyNot('operate')
  const [healing, setHealing] = useState(false)
  return (
    <div className="page">
      <Answer of={drift} what="the fields of this object">
        {({ items }) => {
          const open = items.filter(({ state }) => state === 'open' || state === 'healing')
          const [first] = open
          const bundle = items[0]?.bundle
          const healAt = open.flatMap((one) => one.healAt ?? []).toSorted()[0]
          return (
            <>
              <p className="crumbs">
                <Link to={address.drift()}>Drift</Link> /{' '}
                {first === undefined ? null : (
                  <>
                    <Link to={address.cause(first.cause)}>{first.cause.slice(0, 6)}</Link> /{' '}
                  </>
                )}
                <Link to={address.cluster(cluster.name)}>{cluster.name}</Link>
              </p>
              <div className="page-head">
                <h1>
                  <ObjectName object={object} />
                </h1>
                <div className="actions">
                  <span className="sub">
                    {first?.origin === undefined
                      ? ''
                      : `declared in ${first.origin.file}:${first.origin.line}`}
                  </span>
                  {open.length === 0 ? null : (
                    <button
                      type="button"
                      className="button"
                      disabled={whyNot !== undefined}
                      title={whyNot}
                      onClick={() => setHealing(true)}
                    >
                      Heal…
                    </button>
                  )}
                </div>
              </div>
              <p className="sentence">
                {first === undefined ? (
                  <span>
                    <Glyph state="in-sync" />
                    <b>Nothing differs from Git</b>
                  </span>
                ) : (
                  <>
                    <span>
                      <Glyph state="drifted" />
                      <b>
                        Drifted <Age at={first.firstSeen} />
                      </b>
                      : {counted(open.length, 'field')}
                    </span>
                    {healAt === undefined ? (
                      <span>mode {first.mode}: nothing is written by itself</span>
                    ) : (
                      <span>
                        heals{' '}
                        <b>
                          <Until at={healAt} />
                        </b>{' '}
                        unless it ends before
                      </span>
                    )}
                  </>
                )}
                <span className="as-of">
                  · checked <Age at={cluster.seen} /> ago
                </span>
              </p>
              {first?.lastKnown === true ? (
                <p className="trouble">
                  The cluster cannot be reached: this was so when it was last seen, and may be otherwise now.
                </p>
              ) : null}
              {open.length === 0 ? (
                items.length === 0 ? (
                  <Empty title="No difference is on record">
                    This object is what Git declares, as far as the hub has seen.
                  </Empty>
                ) : null
              ) : (
                <Fields fields={open} />
              )}
              <div className="two">
                <section aria-label="YAML">
                  {bundle === undefined ? null : (
                    <Suspense fallback={<p className="sub">Loading the comparison …</p>}>
                      <YamlDiff cluster={cluster.name} bundle={bundle} object={object} fields={open} />
                    </Suspense>
                  )}
                </section>
                <Evidence cluster={cluster.name} object={object} records={items} />
              </div>
              {healing ? (
                <HealDialog
                  selection={{ clusters: [cluster.name], object }}
                  onClose={() => setHealing(false)}
                />
              ) : null}
            </>
          )
        }}
      </Answer>
    </div>
  )
}

const shownFields = 200

function Fields({ fields }: { readonly fields: readonly DriftView[] }) {
  return (
    <div className="table-box">
      <table className="table">
        <thead>
          <tr>
            <th>Field</th>
            <th>Desired</th>
            <th>Live</th>
            <th>Owner now</th>
            <th>By</th>
            <th>When</th>
            <th>Sure</th>
            <th>Verdict</th>
          </tr>
        </thead>
        <tbody>
          {fields.slice(0, shownFields).map((one) => (
            <tr key={one.id}>
              <td>
                <Glyph state="drifted" /> <code title={one.path}>{shortPath(one.path, 60)}</code>
                <div className="below">{classText(one.class)}</div>
              </td>
              <td>
                <Value value={one.desired} />
              </td>
              <td>
                <Value value={one.live} />
              </td>
              <td>
                {one.writer.manager ?? 'unknown'}
                <div className="below">{writerKindText(one.writer.kind)}</div>
              </td>
              <td>{one.writer.person === undefined ? '—' : `${one.writer.person} (audit)`}</td>
              <td className="nowrap">
                {one.whenIsBound ? '≤' : ''}
                <Clock at={one.when} />
              </td>
              <td title={sureText[one.sure]}>{one.sure}</td>
              <td>
                {one.hold === undefined
                  ? one.state === 'healing'
                    ? 'being healed'
                    : 'none yet'
                  : 'heal is held'}
                {one.hold === undefined ? null : <div className="below">{one.hold.detail}</div>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {fields.length > shownFields ? (
        <p className="sub">and {fields.length - shownFields} more fields</p>
      ) : null}
    </div>
  )
}

const sureText = {
  exact: 'an audit record matches this write',
  observed: 'the watch saw this field change in one write, and its entry names the tool',
  inferred: 'from managedFields only; the time is the latest that it can be',
} as const
