import { useState } from 'react'
import type { RecordedPage } from '../../../api/index.ts'
import { isMap, mapOf, mapsOf, textOf } from '../../../core/object/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Choose } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { counted } from '../../ui/value.tsx'
import { InGit } from '../access/in-git.tsx'
import { ClusterSight } from '../access/sight.tsx'
import { WriterText } from '../access/writer-text.tsx'

const most = 500

const kinds = {
  'RoleBinding,ClusterRoleBinding': 'bindings',
  'Role,ClusterRole': 'roles',
  ResourceQuota: 'quotas',
  'SecurityContextConstraints,Group': 'what OpenShift adds',
} as const

type Kinds = keyof typeof kinds
type Item = RecordedPage['items'][number]

/** The quotas, roles and bindings of a cluster, managed or not, with who wrote them last. */
export function ClusterAccess({ cluster }: { readonly cluster: string }) {
  const [chosen, setChosen] = useState<Kinds>('RoleBinding,ClusterRoleBinding')
  const [system, setSystem] = useState(false)
  const recorded = useAnswer('recorded', { query: { cluster, kind: chosen, limit: most } })
  return (
    <>
      <div className="row wrap" style={{ margin: '8px 0' }}>
        <Choose
          what="Kind"
          value={chosen}
          choices={Object.entries(kinds) as [Kinds, string][]}
          onChoose={setChosen}
        />
        <label className="row">
          <input type="checkbox" checked={system} onChange={(event) => setSystem(event.target.checked)} />
          with the cluster's own
        </label>
        <Link to={address.access()}>Who can what, on all clusters</Link>
      </div>
      <Answer of={recorded} what="what is recorded of this cluster">
        {(page) => <List cluster={cluster} page={page} system={system} />}
      </Answer>
    </>
  )
}

interface ListProps {
  readonly cluster: string
  readonly page: RecordedPage
  readonly system: boolean
}

function List({ cluster, page, system }: ListProps) {
  const shown = page.items.filter(({ object }) => system || !isOfTheCluster(object))
  const hidden = page.items.length - shown.length
  return (
    <>
      <ClusterSight of={page} cluster={cluster} />
      {shown.length === 0 ? (
        <Empty title={page.answered === 0 ? 'Nothing is known yet' : 'There are none'}>
          {page.answered === 0
            ? 'They are recorded as soon as the cluster is reached with a credential that may list them.'
            : `On this cluster${hidden === 0 ? '' : `, but ${counted(hidden, 'object')} of its own`}.`}
        </Empty>
      ) : (
        <div className="table-box">
          <table className="table compact">
            <thead>
              <tr>
                <th>Object</th>
                <th>Namespace</th>
                <th>Says</th>
                <th>In Git</th>
                <th>Last written by</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((item) => (
                <tr key={`${item.object.kind} ${item.object.namespace} ${item.object.name}`}>
                  <td>
                    <span className="sub">{item.object.kind}</span>{' '}
                    <Link to={address.recorded(item.cluster, item.object)}>{item.object.name}</Link>
                  </td>
                  <td>{item.object.namespace === '' ? '—' : item.object.namespace}</td>
                  <td>{saysOf(item)}</td>
                  <td>
                    <InGit bundle={item.bundle} drifted={false} />
                  </td>
                  <td>
                    <WriterText of={item} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {hidden === 0 ? null : <p className="sub">{counted(hidden, 'object')} of its own left out</p>}
          {page.next === undefined ? null : <p className="sub">the first {most}</p>}
        </div>
      )}
    </>
  )
}

/** What an object gives or bounds, in a few words. */
function saysOf({ object, content }: Item): string {
  const of = isMap(content) ? content : {}
  switch (object.kind) {
    case 'RoleBinding':
    case 'ClusterRoleBinding': {
      const subjects = mapsOf(of['subjects']).map((one) => textOf(one['name']))
      const more = subjects.length > 3 ? ` +${subjects.length - 3}` : ''
      return `${textOf(mapOf(of['roleRef'])['name'])} to ${subjects.slice(0, 3).join(', ') || 'nobody'}${more}`
    }
    case 'Role':
    case 'ClusterRole':
      return counted(mapsOf(of['rules']).length, 'rule')
    case 'ResourceQuota':
      return Object.entries(mapOf(mapOf(of['spec'])['hard']))
        .map(([resource, bound]) => `${resource} ${typeof bound === 'number' ? bound : textOf(bound)}`)
        .join(', ')
    default:
      return ''
  }
}

/** What a cluster brings along for its own parts. */
function isOfTheCluster({ name, namespace }: Item['object']): boolean {
  return name.startsWith('system:') || /^(kube|openshift)-/.test(namespace)
}
