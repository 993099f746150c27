import type { BundleDetailView, ClusterDetailView, DriftView } from '../../src/api/index.ts'
import { keyOf } from '../../src/core/object/index.ts'
import { FleetInMemory } from './fleet-in-memory.ts'

/** RFC 3339, so many seconds ago. Ages in tests are minutes, so that a slow machine does not change them. */
export function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString()
}

export const prodEu3Id = '7f3c2f2e-52c5-4a11-9d2b-0c6f0d1c5e91'
const deployment = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' }

/** A cluster that is in sync and was seen just now, but for what is given. */
export function clusterOf(
  name: string,
  given: Partial<ClusterDetailView> & { tier?: ClusterDetailView['tier'] } = {},
): ClusterDetailView {
  const environment = given.environment ?? 'prod'
  const tier = given.tier ?? 'protected'
  const clusterId = given.clusterId ?? `id-of-${name}`
  return {
    name,
    environment,
    tier,
    labels: { region: 'eu' },
    connect: 'kubeconfig',
    clusterId,
    version: '4.18.9',
    state: 'in-sync',
    flags: [],
    drift: 0,
    bundles: 1,
    seen: ago(250),
    since: ago(3600),
    identity: { cluster: name, environment, tier, clusterId, verifiedAt: ago(250) },
    placed: [],
    failedGroups: [],
    ...given,
  }
}

/** One replica count that somebody changed. */
export function driftOf(cluster: string, given: Partial<DriftView> = {}): DriftView {
  return {
    id: `d-${cluster}`,
    cluster,
    environment: 'prod',
    tier: 'protected',
    bundle: 'checkout',
    object: deployment,
    path: 'spec.replicas',
    desired: { is: 'text', text: '3' },
    live: { is: 'text', text: '5' },
    class: 'taken',
    writer: { manager: 'kubectl-edit', operation: 'Update', kind: 'human', person: 'alice@corp' },
    sure: 'exact',
    when: ago(250),
    whenIsBound: false,
    firstSeen: ago(250),
    lastSeen: ago(250),
    cause: 'c-4f2a',
    state: 'open',
    mode: 'enforce',
    healAfterMs: 600_000,
    healAt: ago(-410),
    origin: { file: 'apps/checkout/overlays/prod/replicas.yaml', line: 4 },
    lastKnown: false,
    ...given,
  }
}

/** The fleet of the samples of cli.md §5, in small. */
export function exampleFleet(): FleetInMemory {
  const fleet = new FleetInMemory()
  fleet.clusters_ = [
    clusterOf('prod-eu-3', {
      clusterId: prodEu3Id,
      state: 'drifted',
      flags: ['drifted'],
      drift: 2,
    }),
    clusterOf('prod-eu-7', {
      state: 'unreachable',
      flags: ['unreachable'],
      drift: null,
      seen: ago(725),
      reason: 'no sign of life',
    }),
    clusterOf('stage-eu-1', { environment: 'stage', tier: 'standard' }),
    clusterOf('dev-us-1', { environment: 'dev', tier: 'sandbox', labels: { region: 'us' } }),
  ]
  fleet.drift_ = [driftOf('prod-eu-3')]
  fleet.previews.set(keyOf(deployment), {
    object: deployment,
    key: keyOf(deployment),
    bundle: 'checkout',
    fields: [{ path: 'spec.replicas', from: '5', to: '3' }],
    conflicts: [],
  })
  fleet.traces.set('prod-eu-3 Pod checkout/api-7d9f', {
    cluster: 'prod-eu-3',
    steps: [
      { is: 'object', object: { group: '', kind: 'Pod', namespace: 'checkout', name: 'api-7d9f' } },
      { is: 'object', object: { group: 'apps', kind: 'ReplicaSet', namespace: 'checkout', name: 'api-7d' } },
      { is: 'object', object: deployment },
      { is: 'bundle', bundle: 'checkout', revision: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334' },
      { is: 'source', origin: { repository: 'fleet.git', file: 'apps/checkout/base/api.yaml', line: 1 } },
      { is: 'change', text: 'PR 799' },
    ],
  })
  return fleet
}

/** A bundle of which nothing is placed. */
export function bundleAt(name: string, path: string): BundleDetailView {
  const counts = { clusters: 0, states: {}, drift: 0, problems: [], placed: [], unknown: [] }
  return { name, state: 'in-sync', source: { path }, ...counts }
}
