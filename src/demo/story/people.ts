import type { DrawnCluster } from '../fleet/draw-fleet.ts'
import { userOf, withKubectl } from '../fleet/cast.ts'
import type { ClusterRequest } from '../sim-door.ts'
import { ofDev } from './machines.ts'
import { type BeatScript, minutes } from './scene.ts'

const strategic = 'application/strategic-merge-patch+json'
const merge = 'application/merge-patch+json'

/** How many clusters the first incident touches, where there are so many. */
const incidentSize = 37

const edited = [
  { namespace: 'checkout', name: 'api', environment: 'prod', replicas: 5 },
  { namespace: 'payments', name: 'gateway', environment: 'prod', replicas: 4 },
  { namespace: 'cart', name: 'api', environment: 'prod', replicas: 3 },
  { namespace: 'catalog', name: 'api', environment: 'stage', replicas: 3 },
] as const

/** During an incident somebody scales a service up with `kubectl edit`, cluster by cluster. */
export const incident: BeatScript = ({ clusters, random, round }) => {
  const what = edited[round === 0 ? 0 : random.below(edited.length)] ?? edited[0]
  const name = round === 0 ? 'dana' : random.pick(['dana', 'carol'] as const)
  const places = clusters.filter(
    ({ environment, region }) =>
      environment === what.environment && (what.namespace !== 'catalog' || region !== 'edge'),
  )
  const near = places.filter(({ region }) => region === (round === 0 ? 'eu' : 'us'))
  const far = places.filter((one) => !near.includes(one))
  const count = round === 0 ? incidentSize : 6 + random.below(18)
  // Not everywhere: that some lack it is what people look for.
  const most = Math.max(1, places.length - 1)
  const chosen = [...near, ...far].slice(0, Math.min(count, most))
  return [
    {
      at: 0,
      beat: 'incident',
      says: `INC-44${11 + round}: ${name} scales ${what.namespace}/${what.name} to ${what.replicas} on ${chosen.length} clusters`,
      act: {
        kind: 'write',
        clusters: namesOf(chosen),
        as: withKubectl(name, 'edit'),
        request: {
          method: 'PATCH',
          path: `/apis/apps/v1/namespaces/${what.namespace}/deployments/${what.name}`,
          contentType: strategic,
          body: { spec: { replicas: what.replicas } },
        },
      },
    },
  ]
}

/** Somebody deletes a NetworkPolicy that was in the way. */
export const policy: BeatScript = ({ clusters, random }) => {
  const namespace = random.pick(['checkout', 'cart'] as const)
  const chosen = random.some(of(clusters, 'stage'), 2)
  return [
    {
      at: 0,
      beat: 'policy',
      says: `erin deletes NetworkPolicy ${namespace}/deny-all on ${chosen.length} clusters`,
      act: {
        kind: 'write',
        clusters: namesOf(chosen),
        as: withKubectl('erin', 'delete'),
        request: {
          method: 'DELETE',
          path: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/deny-all`,
          body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
        },
      },
    },
  ]
}

/** A namespace appears that nobody declared, and something of it in one that Git declares. */
export const namespace: BeatScript = ({ clusters, random, round }) => {
  const name = `debug-${round === 0 ? 'inc-4411' : `frank-${round}`}`
  const chosen = random.some(ofDev(clusters, { far: false }), 1)
  const as = withKubectl('frank', 'create')
  const metadata = { name: `${name}-notes`, namespace: 'cart' }
  const at = `/api/v1/namespaces/cart/configmaps`
  return [
    {
      at: 0,
      beat: 'namespace',
      says: `frank creates namespace ${name}, and a ConfigMap in cart`,
      act: {
        kind: 'write',
        clusters: chosen,
        as,
        request: {
          method: 'POST',
          path: '/api/v1/namespaces',
          body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
        },
      },
    },
    {
      at: 1_000,
      beat: 'namespace',
      says: 'and leaves his notes there',
      act: {
        kind: 'write',
        clusters: chosen,
        as,
        request: {
          method: 'POST',
          path: at,
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { suspect: 'session ttl' } },
        },
      },
    },
    ...[`${at}/${name}-notes`, `/api/v1/namespaces/${name}`].map((path) => ({
      at: minutes(8),
      beat: 'namespace' as const,
      says: 'frank tidies up',
      act: {
        kind: 'write' as const,
        clusters: chosen,
        as: withKubectl('frank', 'delete'),
        request: { method: 'DELETE' as const, path },
      },
    })),
  ]
}

/** Quotas are raised by hand on some clusters, and put back on them when somebody remembers. */
export const quota: BeatScript = ({ clusters, random }) => {
  const chosen = random.some(of(clusters, 'stage'), 9)
  const write = (cpu: string) => ({
    kind: 'write' as const,
    clusters: namesOf(chosen),
    as: withKubectl('alice', 'edit'),
    request: {
      method: 'PATCH' as const,
      path: '/api/v1/namespaces/payments/resourcequotas/team',
      contentType: merge,
      body: { spec: { hard: { 'requests.cpu': cpu } } },
    },
  })
  return [
    {
      at: 0,
      beat: 'quota',
      says: `alice raises the quota of payments on ${chosen.length} clusters`,
      act: write('12'),
    },
    { at: minutes(9), beat: 'quota', says: 'alice puts the quota of payments back', act: write('4') },
  ]
}

/** Somebody is made administrator of a few clusters by a binding that Git knows nothing of; it is taken away later. */
export const binding: BeatScript = ({ clusters, random, round }) => {
  const chosen = random.some(of(clusters, 'prod'), 3)
  const name = `inc-44${11 + round}-frank`
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'
  const apiGroup = 'rbac.authorization.k8s.io'
  const body = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'User', apiGroup, name: userOf('frank') }],
  }
  const write = (verb: string, request: ClusterRequest) => ({
    kind: 'write' as const,
    clusters: namesOf(chosen),
    as: withKubectl('erin', verb),
    request,
  })
  return [
    {
      at: 0,
      beat: 'binding',
      says: `erin makes frank cluster-admin on ${chosen.length} clusters by ClusterRoleBinding ${name}`,
      act: write('create', { method: 'POST', path, body }),
    },
    {
      at: minutes(10),
      beat: 'binding',
      says: `erin takes ClusterRoleBinding ${name} away`,
      act: write('delete', { method: 'DELETE', path: `${path}/${name}` }),
    },
  ]
}

function of(clusters: readonly DrawnCluster[], environment: DrawnCluster['environment']): DrawnCluster[] {
  return clusters.filter((one) => one.environment === environment)
}

function namesOf(clusters: readonly DrawnCluster[]): string[] {
  return clusters.map(({ name }) => name)
}
