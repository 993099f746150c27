import type {
  BundleDetailView,
  CauseView,
  ClusterDetailView,
  DriftView,
  PlacedBundleView,
} from '../../src/api/index.ts'
import type { StateWord } from '../../src/core/state/index.ts'
import { ago, clusterOf, driftOf } from '../cli/example-fleet.ts'
import { FleetInMemory } from '../cli/fleet-in-memory.ts'
import { demoAccess } from './demo-access.ts'
import { deliveries } from './demo-deliveries.ts'
import { demoJobs } from './demo-jobs.ts'
import { knownNamespaces, renderedBundles } from './demo-objects.ts'
import { seeded } from './seeded.ts'

type Group = readonly [
  environment: string,
  region: string,
  count: number,
  base: StateWord,
  fixed: Partial<Record<StateWord, readonly number[]>>,
  some: Partial<Record<StateWord, number>>,
]

/** 1,000 = 902 in sync (271 pending) + 52 drifted + 12 failed + 20 in progress + 10 leased + 4 unreachable. */
const groups: readonly Group[] = [
  [
    'prod',
    'eu',
    120,
    'in-sync',
    { unreachable: [7], drifted: [3], leased: [41, 88] },
    { drifted: 36, 'in-progress': 2 },
  ],
  ['prod', 'us', 130, 'pending', { leased: [12, 31] }, { failed: 2 }],
  ['prod', 'ap', 100, 'pending', { failed: [2, 17, 64], leased: [40] }, {}],
  ['prod', 'edge', 50, 'pending', { leased: [8] }, {}],
  ['stage', 'eu', 120, 'in-sync', {}, { drifted: 8, failed: 3, 'in-progress': 2 }],
  ['stage', 'us', 80, 'in-sync', {}, { drifted: 4, leased: 2 }],
  ['stage', 'ap', 60, 'in-sync', {}, { drifted: 2, 'in-progress': 2 }],
  ['dev', 'eu', 180, 'in-sync', {}, { failed: 4, 'in-progress': 8, leased: 1 }],
  [
    'dev',
    'us',
    100,
    'in-sync',
    { drifted: [14], unreachable: [52, 53, 54] },
    { 'in-progress': 4, leased: 1 },
  ],
  ['dev', 'ap', 60, 'in-sync', {}, { 'in-progress': 2 }],
]

const tiers = { prod: 'protected', stage: 'standard', dev: 'sandbox' } as const
const colours = { prod: '#b0125b', stage: '#0b6e75', dev: '#5a6b16' } as const
const modes = { prod: 'enforce', stage: 'ask', dev: 'enforce' } as const
const bundleNames = ['checkout', 'ingress', 'monitoring', 'cert-manager', 'quota-and-access'] as const
export const revision = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334'
const nextRevision = 'b7d01fe2c4a6e8d0f1a3b5c7d9e0f2a4b6c8d0e1'

/** The fleet of the mocks, the same on every run: one Monday, 1,000 clusters, three causes. */
export function thousandClusters(): FleetInMemory {
  const [fleet, random] = [new FleetInMemory(), seeded(4411)]
  fleet.clusters_ = groups.flatMap((group) => clustersOf(group, random))
  fleet.drift_ = fleet.clusters_.filter(({ state }) => state === 'drifted').flatMap(driftsOf)
  fleet.causes_ = [...new Set(fleet.drift_.map(({ cause }) => cause))].map((cause) =>
    causeOf(cause, fleet.drift_),
  )
  fleet.rendered = renderedBundles()
  fleet.bundles_ = bundleNames.map((name) => bundleOf(name, fleet.clusters_))
  fleet.fleet_ = {
    name: 'hub.corp',
    revision,
    loadedAt: ago(340),
    repositories: [
      { name: 'fleet', url: 'https://git.corp/fleet', branch: 'main', state: 'ok', since: ago(86_400) },
    ],
    problems: [],
    environments: 3,
    clusters: 1_000,
    bundles: bundleNames.length,
  }
  fleet.jobs_ = demoJobs(fleet.clusters_)
  Object.assign(fleet, deliveries(fleet.clusters_), demoAccess(fleet.clusters_), knownNamespaces)
  tell(fleet)
  return fleet
}

function clustersOf(
  [environment, region, count, base, fixed, some]: Group,
  random: () => number,
): ClusterDetailView[] {
  const states = Array.from({ length: count }, () => base)
  const taken = new Set<number>()
  for (const [state, numbers] of entries(fixed)) {
    for (const number of numbers) {
      states[number - 1] = state
      taken.add(number - 1)
    }
  }
  for (const [state, wanted] of entries(some)) {
    for (let left = wanted; left > 0; ) {
      const at = Math.floor(random() * count)
      if (taken.has(at)) continue
      taken.add(at)
      states[at] = state
      left -= 1
    }
  }
  return states.map((state, at) => cluster(environment, region, at + 1, state))
}

function cluster(environment: string, region: string, number: number, state: StateWord): ClusterDetailView {
  const name = `${environment}-${region}-${number}`
  const tier = tierOf(environment)
  const seen = state === 'unreachable' ? ago(725) : ago(3 + (number % 38))
  const clusterId = `7f3c${String(number).padStart(4, '0')}-52c5-4a11-9d2b-0c6f0d1c5e91`
  const version = number % 9 === 0 ? '1.31.7' : number % 4 === 0 ? '1.32.4' : '1.33.2'
  const placed = bundleNames.map((bundle) => placedOf(bundle, name, environment, state, seen))
  const reason = reasonOf(state, number)
  return clusterOf(name, {
    environment,
    tier,
    labels: { region, team: number % 3 === 0 ? 'checkout' : 'platform' },
    clusterId,
    version,
    state,
    flags: state === 'in-sync' ? [] : [state],
    ...(reason === undefined ? {} : { reason }),
    ...(state === 'unreachable' ? { lastKnown: { state: 'in-sync' as const, at: ago(740) } } : {}),
    drift: state === 'unreachable' ? null : state === 'drifted' ? (number === 3 ? 2 : 1) : 0,
    bundles: bundleNames.length,
    seen,
    since: ago(7_200),
    placed,
    identity: {
      cluster: name,
      environment,
      tier,
      clusterId,
      verifiedAt: seen,
      colour: colours[known(environment)],
    },
    facts: {
      at: seen,
      platform: number % 2 === 0 ? 'kubernetes' : 'openshift',
      apis: {
        v1: ['ConfigMap', 'Namespace', 'Pod', 'Secret', 'Service'],
        'apps/v1': ['DaemonSet', 'Deployment', 'StatefulSet'],
        'networking.k8s.io/v1': ['Ingress', 'NetworkPolicy'],
        ...(region === 'ap' ? {} : { 'cert-manager.io/v1': ['Certificate', 'Issuer'] }),
      },
      storageClasses: ['standard', ...(number % 5 === 0 ? ['fast'] : [])],
      ingressClasses: ['openshift-default'],
      priorityClasses: ['system-cluster-critical', 'system-node-critical'],
      nodes: 6 + (number % 19),
      namespaces: 31 + (number % 12),
      capacity: { cpu: 14 * (6 + (number % 19)), memory: (6 + (number % 19)) * 57 * 2 ** 30 },
    },
  })
}

function reasonOf(state: StateWord, number: number): string | undefined {
  switch (state) {
    case 'unreachable':
      return 'no sign of life'
    case 'failed':
      return number % 2 === 0
        ? 'bundle ingress: Certificate ingress/api-tls: no such kind: certificates.cert-manager.io is not served'
        : 'bundle checkout: Deployment checkout/ledger: ImagePullBackOff: registry.corp/ledger:2.3.1 not found'
    case 'drifted':
      return number === 3 ? '2 fields differ' : '1 field differs'
    case 'in-progress':
      return 'bundle ingress: Deployment ingress/router: 2 of 3 replicas are ready'
    case 'leased':
      return 'bundle checkout: 1 field is leased until 15:30'
    case 'pending':
      return 'bundle checkout: waits in stage us: the window opens at 14:20'
    case 'in-sync':
      return undefined
  }
}

function placedOf(
  bundle: string,
  name: string,
  environment: string,
  whole: StateWord,
  seen: string,
): PlacedBundleView {
  const own = bundle === 'checkout' || whole === 'unreachable' ? whole : 'in-sync'
  const pending = own === 'pending'
  return {
    bundle,
    cluster: name,
    environment,
    state: own,
    flags: own === 'in-sync' ? [] : [own],
    mode: modes[known(environment)],
    desired: { revision: pending ? nextRevision : revision, variant: '0f'.repeat(32) },
    applied: { revision, variant: '0f'.repeat(32), at: ago(2_600) },
    phase: pending ? 'pending' : own === 'failed' ? 'failed' : own === 'in-progress' ? 'applying' : 'applied',
    ...(pending ? { reason: 'waits in stage us: the window opens at 14:20', run: 'run-checkout-3' } : {}),
    objects: bundle === 'checkout' ? 12 : 28,
    health:
      own === 'failed'
        ? 'Failed'
        : own === 'in-progress'
          ? 'InProgress'
          : own === 'unreachable'
            ? 'Unknown'
            : 'Current',
    drift: own === 'unreachable' ? null : own === 'drifted' ? 1 : 0,
    troubles: [],
    seen,
  }
}

function driftsOf({ name, environment, tier, placed }: ClusterDetailView, at: number): DriftView[] {
  const shared = {
    environment,
    tier,
    bundle: placed[0]?.bundle ?? 'checkout',
    mode: modes[known(environment)],
  }
  if (environment === 'stage') {
    return [
      driftOf(name, {
        ...shared,
        id: `d-${name}-1`,
        bundle: 'monitoring',
        object: { group: '', kind: 'ConfigMap', namespace: 'monitoring', name: 'prometheus-config' },
        path: 'data["prometheus.yml"]',
        desired: { is: 'large' },
        live: { is: 'large' },
        writer: { manager: 'helm', operation: 'Update', kind: 'pipeline' },
        sure: 'observed',
        when: ago(7_300 + at),
        firstSeen: ago(7_300),
        cause: 'c-81d0b2a4c6e8f013',
        healAt: undefined,
      } as Partial<DriftView>),
    ].map(withoutHeal)
  }
  if (environment === 'dev') {
    const hold = {
      kind: 'fight' as const,
      since: ago(1_100),
      detail: 'tug-of-war: horizontal-pod-autoscaler came back 6 times',
    }
    return [
      driftOf(name, {
        ...shared,
        id: `d-${name}-1`,
        bundle: 'ingress',
        object: { group: 'apps', kind: 'Deployment', namespace: 'ingress', name: 'router' },
        desired: { is: 'text', text: '2' },
        live: { is: 'text', text: '3' },
        writer: { manager: 'horizontal-pod-autoscaler', operation: 'Update', kind: 'controller' },
        sure: 'observed',
        when: ago(1_140),
        firstSeen: ago(1_140),
        cause: 'c-c07e35d799bb02f4',
        hold,
      }),
    ].map(withoutHeal)
  }
  const replicas = driftOf(name, {
    ...shared,
    id: `d-${name}-1`,
    when: ago(250 + at),
    cause: 'c-4f2a91c0d3e5b768',
  })
  return name === 'prod-eu-3'
    ? [
        replicas,
        driftOf(name, {
          ...shared,
          id: `d-${name}-2`,
          path: 'spec.template.spec.containers[name="proxy"].image',
          desired: { is: 'text', text: '"registry.corp/proxy:1.4"' },
          live: { is: 'text', text: '"registry.corp/proxy:1.4.1"' },
          writer: { kind: 'unknown' },
          sure: 'inferred',
          whenIsBound: true,
          when: ago(70),
          cause: 'c-9a51f02b77de4c10',
        }),
      ]
    : [replicas]
}

function withoutHeal(drift: DriftView): DriftView {
  const { healAt: _healAt, healAfterMs: _after, ...rest } = drift
  return rest
}

function causeOf(id: string, all: readonly DriftView[]): CauseView {
  const own = all.filter(({ cause }) => cause === id)
  const [first] = own
  if (first === undefined) throw new Error(`no drift of ${id}`)
  const names = [...new Set(own.map((one) => one.cluster))]
  return {
    id,
    state: 'drifted',
    object: first.object,
    bundle: first.bundle,
    path: first.path,
    class: first.class,
    desired: first.desired,
    live: first.live,
    writer: first.writer,
    clusters: names.length,
    names: names.slice(0, 50),
    since: first.firstSeen,
  }
}

function bundleOf(name: string, clusters: readonly ClusterDetailView[]): BundleDetailView {
  const placed = clusters.flatMap((one) => one.placed.filter(({ bundle }) => bundle === name))
  const states: BundleDetailView['states'] = {}
  for (const { state } of placed) states[state] = (states[state] ?? 0) + 1
  return {
    name,
    state: name === 'checkout' ? 'unreachable' : 'in-sync',
    source: { path: `apps/${name}` },
    placement: name === 'checkout' ? '"true"' : 'cluster.environment in ["prod", "stage", "dev"]',
    clusters: placed.length,
    states,
    revision,
    objects: placed[0]?.objects ?? 0,
    drift: null,
    problems: [],
    asOf: ago(41),
    placed,
    unknown: [],
  }
}

function tell(fleet: FleetInMemory): void {
  const happened: readonly (readonly [seconds: number, type: string, message: string, more: object])[] = [
    [11_000, 'fleet-changed', 'commit a1b2c3d: Checkout 1.5', {}],
    [
      2_600,
      'applied',
      'checkout a1b2c3d: 2 configured, 10 unchanged',
      { cluster: 'prod-eu-3', bundle: 'checkout' },
    ],
    [
      1_900,
      'healed',
      'NetworkPolicy checkout/deny-all: missing for 0.8 s, deleted by oc',
      { cluster: 'prod-eu-3', bundle: 'checkout' },
    ],
    [
      1_140,
      'fight',
      'Deployment ingress/router: horizontal-pod-autoscaler came back 6 times',
      { cluster: 'dev-us-14', bundle: 'ingress' },
    ],
    [725, 'unreachable', 'no sign of life for 90 s', { cluster: 'prod-eu-7' }],
    [
      250,
      'drift',
      'spec.replicas of Deployment checkout/api: 3 → 5 by kubectl-edit',
      { cluster: 'prod-eu-3', bundle: 'checkout' },
    ],
    [240, 'run', 'run-checkout-3: stage eu is done, stage us waits for its window', { bundle: 'checkout' }],
    [
      70,
      'drift',
      'image of Deployment checkout/api: proxy:1.4 → proxy:1.4.1, writer unknown',
      { cluster: 'prod-eu-3', bundle: 'checkout' },
    ],
  ]
  for (const [seconds, type, message, more] of happened)
    fleet.happen({ at: ago(seconds), type, message, ...more })
}

function entries<Value>(of: Partial<Record<StateWord, Value>>): [StateWord, Value][] {
  // The keys of these literals are states.
  return Object.entries(of) as [StateWord, Value][]
}

function known(environment: string): 'prod' | 'stage' | 'dev' {
  return environment === 'prod' || environment === 'stage' ? environment : 'dev'
}

function tierOf(environment: string): 'protected' | 'standard' | 'sandbox' {
  return tiers[known(environment)]
}
