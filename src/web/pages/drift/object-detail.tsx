import './drift.css'
import { lazy, Suspense, useState } from 'react'
import type { ClusterDetailView, DriftView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useWhyNot } from '../../data/caller.ts'
import { HealButton } from '../../guard/heal-button.tsx'
import { HealDialog } from '../../guard/heal-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { useNamedObject } from '../../route/named-object.ts'
import { Age, Clock, Until } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { ObjectName } from '../../ui/object-name.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { classText, counted, shortPath, Value, writerKindText } from '../../ui/value.tsx'
import { AcceptDialog } from './accept-dialog.tsx'
import { eachRecordOnce } from './each-record-once.ts'
import { Evidence } from './evidence.tsx'

const YamlDiff = lazy(() => import('./yaml-diff.tsx'))
const mostOpen = 1_000
const mostPast = 100

/** One object of one cluster: its fields with their owners before any YAML, the evidence, and the heal. */
export function ObjectDetail({ cluster }: { readonly cluster: ClusterDetailView }) {
  const object = useNamedObject()
  usePageTitle(`${object.kind} ${object.name}`, { ...cluster.identity })
  const of = { cluster: cluster.name, ...object }
  const drift = useAnswer('drift', { query: { ...of, limit: mostOpen } })
  const past = useAnswer('drift', { query: { ...of, state: 'healed,gone', limit: mostPast } })
  const [healing, setHealing] = useState(false)
  return (
    <div className="page">
      <Answer of={drift} what="the fields of this object">
        {({ items: open, total }) => {
          const records = eachRecordOnce(open, past.data?.items ?? [])
          const [first] = open
          const bundle = records[0]?.bundle
          const placed = cluster.placed.find((one) => one.bundle === bundle)
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
                  {open.length === 0 ? null : <HealButton onOpen={() => setHealing(true)} />}
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
                      : {counted(total, 'field')}
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
                records.length === 0 && past.data !== undefined ? (
                  <Empty title="No difference is on record">
                    This object is what Git declares, as far as the hub has seen.
                  </Empty>
                ) : null
              ) : (
                <Fields fields={open} total={total} />
              )}
              <div className="two">
                <section aria-label="YAML">
                  {bundle === undefined ? null : (
                    <Suspense fallback={<p className="sub">Loading the comparison …</p>}>
                      <YamlDiff
                        cluster={cluster.name}
                        bundle={bundle}
                        object={object}
                        fields={open}
                        from={JSON.stringify([placed?.desired, placed?.applied?.variant])}
                      />
                    </Suspense>
                  )}
                </section>
                <Evidence cluster={cluster.name} object={object} records={records} />
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

function Fields({ fields, total }: { readonly fields: readonly DriftView[]; readonly total: number }) {
  const whyNot = useWhyNot('approve')
  const [accepting, setAccepting] = useState<DriftView>()
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
                <div className="below">
                  <button
                    type="button"
                    className="button small-button"
                    disabled={whyNot !== undefined}
                    title={whyNot}
                    aria-label={`Accept ${one.path}`}
                    onClick={() => setAccepting(one)}
                  >
                    Accept…
                  </button>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {total > shownFields ? (
        <p className="sub">
          the first {shownFields} of {counted(total, 'field')}; <code>ek drift show</code> has them all
        </p>
      ) : null}
      {accepting === undefined ? null : (
        <AcceptDialog drift={accepting} onClose={() => setAccepting(undefined)} />
      )}
    </div>
  )
}

const sureText = {
  exact: 'an audit record matches this write',
  observed: 'the watch saw this field change in one write, and its entry names the tool',
  inferred: 'from managedFields only; the time is the latest that it can be',
} as const
