import { isMap } from '../core/object/index.ts'
import { jsonOf, type RequestSubject } from './answer/index.ts'
import type { Exchange } from './exchange.ts'
import { KubeFailure } from './failure.ts'

const about = '/apis/about.k8s.io/v1alpha1'
const anchor = '/api/v1/namespaces/kube-system'

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
  const uid = uidIn(await read(anchor))
  if (uid !== undefined) return uid
  throw new KubeFailure(
    'bad-answer',
    `${subject.name}: cannot read its identity: the namespace kube-system has no uid`,
    {
      subject: subject.name,
      hint: 'check that the address is that of a Kubernetes API server',
    },
  )
}

/**
 * Holds a client to one cluster, by the uid of its namespace kube-system (see `ClusterApi.pin`): each connection that
 * is opened from now on is asked for it before it carries anything else.
 */
export function pinTo(exchange: Exchange, uid: string): void {
  const name = `cluster ${exchange.connection.name}`
  const subject: RequestSubject = { name, action: 'confirm its identity', secret: false }
  exchange.guard(async (ask) => {
    const answer = await ask({ method: 'GET', path: anchor, expected: [404], subject, idempotent: true })
    const found = answer.status === 404 ? undefined : uidIn(jsonOf(answer, subject))
    if (found !== uid) throw wrongCluster(name, found ?? 'unknown', uid)
  })
}

/** The failure of an address that leads to another cluster. */
export function wrongCluster(name: string, found: string, wanted: string): KubeFailure {
  return new KubeFailure(
    'wrong-cluster',
    `${name}: cannot use it: its identity is ${found}, wanted ${wanted}`,
    {
      subject: name,
      hint: 'the address or context points at another cluster, or the cluster was installed again: register it anew',
    },
  )
}

function uidIn(namespace: unknown): string | undefined {
  const uid = isMap(namespace) && isMap(namespace.metadata) ? namespace.metadata.uid : undefined
  return typeof uid === 'string' && uid !== '' ? uid : undefined
}
