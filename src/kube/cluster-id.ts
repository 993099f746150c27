import { isMap } from '../core/object/index.ts'
import { jsonOf, type RequestSubject } from './answer/index.ts'
import type { Exchange } from './exchange.ts'
import { KubeFailure } from './failure.ts'

const about = '/apis/about.k8s.io/v1alpha1'

/**
 * The identity of a cluster (see `ClusterApi.clusterId`). Whether ClusterProperty is served is asked of discovery,
 * which every credential may read: a credential that may not read the property must fail, and not see another
 * identity than the others.
 */
export async function clusterIdOf(exchange: Exchange): Promise<string> {
  const subject: RequestSubject = {
    name: `cluster ${exchange.connection.name}`,
    action: 'read its identity',
    secret: false,
  }
  const read = async (path: string): Promise<unknown> => {
    const answer = await exchange.call({ method: 'GET', path, expected: [404], subject, idempotent: true })
    return answer.status === 404 ? undefined : jsonOf(answer, subject)
  }
  if ((await read(about)) !== undefined) {
    const property = await read(`${about}/clusterproperties/cluster.clusterset.k8s.io`)
    const value = isMap(property) && isMap(property.spec) ? property.spec.value : undefined
    if (typeof value === 'string' && value !== '') return value
  }
  const namespace = await read('/api/v1/namespaces/kube-system')
  const uid = isMap(namespace) && isMap(namespace.metadata) ? namespace.metadata.uid : undefined
  if (typeof uid === 'string' && uid !== '') return uid
  throw new KubeFailure(
    'bad-answer',
    `${subject.name}: cannot read its identity: the namespace kube-system has no uid`,
    {
      subject: subject.name,
      hint: 'check that the address is that of a Kubernetes API server',
    },
  )
}
