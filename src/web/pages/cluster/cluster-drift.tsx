import type { ClusterDetailView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age, Clock, Until } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { objectShort } from '../../ui/object-name.tsx'
import { classText, counted, shortPath, Value, writerKindText } from '../../ui/value.tsx'

const page = 500

/** Every field of a cluster that differs, with its writer. */
export function ClusterDrift({ cluster }: { readonly cluster: ClusterDetailView }) {
  const drift = useAnswer('drift', { query: { cluster: cluster.name, limit: page } })
  return (
    <Answer of={drift} what="the differences of this cluster">
      {({ items, total }) =>
        items.length === 0 ? (
          cluster.drift === null ? (
            <Empty title="Nothing is known of differences">
              The cluster cannot be asked now. When it was last seen, none was on record.
            </Empty>
          ) : (
            <Empty title="Nothing differs">
              Every field that Evenkeel owns here is what Git declares, checked <Age at={cluster.seen} /> ago.
            </Empty>
          )
        ) : (
          <>
            <p className="sub">
              {total > items.length
                ? `${items.length} of ${counted(total, 'difference')}, newest first`
                : 'newest first'}
              {cluster.drift === null
                ? ' · the cluster cannot be asked now: this was so when it was last seen'
                : ''}
            </p>
            <div className="table-box">
              <table className="table">
                <thead>
                  <tr>
                    <th>Object and field</th>
                    <th>Desired</th>
                    <th>Live</th>
                    <th>Owner now</th>
                    <th>When</th>
                    <th>Sure</th>
                    <th>If nobody decides</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((one) => (
                    <tr key={one.id}>
                      <td>
                        <Glyph state="drifted" />{' '}
                        <Link to={address.object(cluster.name, one.object)}>
                          <code title={one.path}>{shortPath(one.path)}</code>
                        </Link>
                        <div className="below">
                          {one.object.kind} {objectShort(one.object)} · {classText(one.class)} ·{' '}
                          <Link to={address.cause(one.cause)}>{one.cause.slice(0, 6)}</Link>
                        </div>
                      </td>
                      <td>
                        <Value value={one.desired} />
                      </td>
                      <td>
                        <Value value={one.live} />
                      </td>
                      <td>
                        {one.writer.manager ?? 'unknown'}
                        <div className="below">{one.writer.person ?? writerKindText(one.writer.kind)}</div>
                      </td>
                      <td className="nowrap">
                        {one.whenIsBound ? '≤' : ''}
                        <Clock at={one.when} />
                      </td>
                      <td>{one.sure}</td>
                      <td>
                        {one.hold !== undefined ? (
                          `held: ${one.hold.detail}`
                        ) : one.healAt === undefined ? (
                          `stays: mode ${one.mode}`
                        ) : (
                          <>
                            heals <Until at={one.healAt} />
                          </>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )
      }
    </Answer>
  )
}
