import type { ClusterDetailView } from '../../../api/index.ts'
import { Age } from '../../ui/age.tsx'
import { Empty } from '../../ui/empty.tsx'
import { counted } from '../../ui/value.tsx'

/** What a cluster serves: what placement and rendering go by. */
export function Capabilities({ view: { facts, failedGroups } }: { readonly view: ClusterDetailView }) {
  if (facts === undefined)
    return (
      <Empty title="Nothing was discovered yet">
        The cluster has not been looked at. That is done after the first contact.
      </Empty>
    )
  const versions = Object.entries(facts.apis).toSorted(([one], [two]) => (one < two ? -1 : 1))
  const operators = facts.operators && Object.entries(facts.operators).map((entry) => entry.join(' '))
  const lists = [
    ['Operators', operators],
    ['Storage classes', facts.storageClasses],
    ['Ingress classes', facts.ingressClasses],
    ['Priority classes', facts.priorityClasses],
  ] as const
  return (
    <>
      <p className="sub">
        looked at <Age at={facts.at} /> ago
        {failedGroups.length === 0 ? '' : ` · not known now: ${failedGroups.join(', ')}`}
      </p>
      <dl className="facts" style={{ marginTop: 8 }}>
        {lists.map(([name, list]) => (
          <Row
            key={name}
            name={name}
            value={list === undefined ? 'not known' : list.length === 0 ? 'none' : list.join(', ')}
          />
        ))}
      </dl>
      <div className="section-head">
        <h2>Served kinds</h2>
        <span className="sub">{counted(versions.length, 'group and version', 'groups and versions')}</span>
      </div>
      <div className="table-box">
        <table className="table compact">
          <thead>
            <tr>
              <th>API</th>
              <th>Kinds</th>
            </tr>
          </thead>
          <tbody>
            {versions.map(([version, kinds]) => (
              <tr key={version}>
                <td>
                  <code>{version}</code>
                </td>
                <td>{kinds.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Row({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
      <dd />
    </>
  )
}
