import type { PlacedBundleView } from '../../api/index.ts'
import { stateName } from '../../core/state/index.ts'
import { address } from '../route/address.ts'
import { Link } from '../route/link.tsx'
import { Age, Clock } from './age.tsx'
import { Glyph } from './glyph.tsx'
import { counted, shortRevision } from './value.tsx'

interface PlacedTableProps {
  readonly placed: readonly PlacedBundleView[]
  /** What the rows are told apart by: a cluster's bundles, or a bundle's clusters. */
  readonly by: 'bundle' | 'cluster'
  readonly compact?: boolean
}

/** Bundles on clusters: each with its revision, its state and why. */
export function PlacedTable({ placed, by, compact = false }: PlacedTableProps) {
  return (
    <div className="table-box">
      <table className={compact ? 'table compact' : 'table'}>
        <thead>
          <tr>
            <th>{by === 'bundle' ? 'Bundle' : 'Cluster'}</th>
            <th>Revision</th>
            <th>State</th>
            <th className="right">Objects</th>
            <th>Mode</th>
            <th>Applied</th>
            <th className="right">Seen</th>
          </tr>
        </thead>
        <tbody>
          {placed.map((one) => (
            <tr key={one[by]}>
              <td>
                {by === 'bundle' ? (
                  <Link to={address.bundle(one.bundle)}>{one.bundle}</Link>
                ) : (
                  <>
                    <Link to={address.cluster(one.cluster)}>{one.cluster}</Link>
                    <div className="below">{one.environment}</div>
                  </>
                )}
              </td>
              <td>
                <Revisions view={one} />
              </td>
              <td>
                <Glyph state={one.state} /> {stateName(one.state)}
                <Why view={one} />
              </td>
              <td className="right">{one.objects}</td>
              <td>{one.mode}</td>
              <td className="nowrap">
                {one.applied === undefined ? 'never' : <Clock at={one.applied.at} />}
              </td>
              <td className="right sub nowrap">
                <Age at={one.seen} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Why({ view: { reason, troubles, run, drift, notes } }: { readonly view: PlacedBundleView }) {
  const why = reason ?? troubles[0]?.message
  const differs = (drift ?? 0) > 0
  return (
    <>
      {why === undefined && run === undefined ? null : (
        <div className="below">
          {why} {run === undefined ? null : <Link to={address.run(run)}>see the run</Link>}
        </div>
      )}
      {differs ? (
        <div className="below">
          {counted(drift ?? 0, 'field')} {drift === 1 ? 'differs' : 'differ'}
        </div>
      ) : null}
      {notes?.map((note) => (
        <div key={note} className="below">
          {note}
        </div>
      ))}
    </>
  )
}

/** The revision in force, and the newer one that waits. */
function Revisions({ view: { desired, applied } }: { readonly view: PlacedBundleView }) {
  const waits = applied !== undefined && applied.revision !== desired.revision
  return (
    <>
      <code title={applied?.revision ?? desired.revision}>
        {shortRevision(applied?.revision ?? desired.revision)}
      </code>
      {applied === undefined ? <div className="below">not applied yet</div> : null}
      {waits ? (
        <div className="below">
          then <code title={desired.revision}>{shortRevision(desired.revision)}</code>
        </div>
      ) : null}
    </>
  )
}
