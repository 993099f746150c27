import type { PlacedBundleView } from '../../../api/index.ts'
import { stateName } from '../../../core/state/index.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age, Clock } from '../../ui/age.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { shortRevision } from '../../ui/value.tsx'

/** What runs on a cluster: each bundle with its revision, its state and why. */
export function PlacedBundles({ placed }: { readonly placed: readonly PlacedBundleView[] }) {
  const good = placed.filter(({ state }) => state === 'in-sync').length
  return (
    <section aria-label="Bundles">
      <div className="section-head">
        <h2>Bundles</h2>
        <span className="sub">
          {placed.length === 0 ? 'none is placed here' : `${placed.length} · ${good} in sync`}
        </span>
      </div>
      <div className="table-box">
        <table className="table">
          <thead>
            <tr>
              <th>Bundle</th>
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
              <tr key={one.bundle}>
                <td>
                  <Link to={address.bundle(one.bundle)}>{one.bundle}</Link>
                </td>
                <td>
                  <Revisions view={one} />
                </td>
                <td>
                  <Glyph state={one.state} /> {stateName(one.state)}
                  <div className="below">
                    {one.reason ?? one.troubles[0]?.message ?? ''}
                    {one.run === undefined ? null : (
                      <>
                        {' '}
                        <Link to={address.run(one.run)}>see the run</Link>
                      </>
                    )}
                    {(one.drift ?? 0) > 0
                      ? `${one.drift} ${one.drift === 1 ? 'field differs' : 'fields differ'}`
                      : ''}
                  </div>
                  {one.notes?.map((note) => (
                    <div key={note} className="below">
                      {note}
                    </div>
                  ))}
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
    </section>
  )
}

/** The revision in force, and the newer one that waits. */
export function Revisions({ view: { desired, applied } }: { readonly view: PlacedBundleView }) {
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
