import type {
  ClusterDetailView,
  DraftView,
  EffectView,
  PlanView,
  PromotionView,
  RunView,
} from '../../src/api/index.ts'
import { ago } from '../cli/example-fleet.ts'

/** A run of checkout in the middle of its third stage, a plan that waits, and what would begin for monitoring. */
export function deliveries(clusters: readonly ClusterDetailView[]): {
  runs_: RunView[]
  plans_: PlanView[]
  drafts: Map<string, DraftView>
  promotions: Map<string, PromotionView>
} {
  const run = checkoutRun(clusters)
  const done: RunView = {
    ...run,
    id: 'run-ingress-2',
    bundle: 'ingress',
    state: 'done',
    waits: [],
    createdAt: ago(90_000),
    updatedAt: ago(80_000),
    counts: { ...run.counts, done: run.counts.clusters, waiting: 0 },
  }
  const { approval: _approval, reason: _reason, ...draft } = run
  return {
    runs_: [run, done],
    plans_: [waitingPlan(clusters)],
    drafts: new Map([
      ['monitoring', { run: { ...draft, id: 'draft', bundle: 'monitoring', waits: [] } }],
      ['checkout', {}],
    ]),
    promotions: new Map([['checkout', promotion(run)]]),
  }
}

function checkoutRun(clusters: readonly ClusterDetailView[]): RunView {
  const prod = clusters.filter(({ environment }) => environment === 'prod')
  const inRegion = (region: string) => prod.filter(({ labels }) => labels['region'] === region)
  const eu = inRegion('eu')
  const stages = [
    { name: 'canary', members: eu.slice(0, 5), soakMs: 600_000, gates: ['health', 'error_rate ≤ 0.01'] },
    { name: 'eu', members: eu.slice(5), soakMs: 600_000, gates: ['health', 'error_rate ≤ 0.01'] },
    {
      name: 'us',
      members: inRegion('us'),
      soakMs: 600_000,
      gates: ['approval', 'health'],
      note: 'the window opens at 14:20',
    },
    {
      name: 'ap',
      members: inRegion('ap'),
      soakMs: 600_000,
      gates: ['health', 'error_rate ≤ 0.01'],
      note: 'after us',
    },
    {
      name: 'edge',
      members: inRegion('edge'),
      soakMs: 300_000,
      gates: ['health', 'approval'],
      note: 'after ap',
    },
  ]
  const counts = (all: number, done: number) => ({
    clusters: all,
    done,
    failed: 0,
    away: 0,
    working: 0,
    waiting: all - done,
  })
  return {
    id: 'run-checkout-3',
    bundle: 'checkout',
    revision: 'b7d01fe2c4a6e8d0f1a3b5c7d9e0f2a4b6c8d0e1',
    state: 'running',
    stage: { name: 'us', number: 3, of: 5 },
    counts: counts(prod.length, eu.length),
    waits: ['the window of prod opens at 14:20'],
    startedBy: 'erin@corp',
    createdAt: ago(3_660),
    updatedAt: ago(240),
    stages: stages.map(({ name, members, soakMs, gates, note }, at) => ({
      name,
      soakMs,
      gates,
      ...counts(members.length, at < 2 ? members.length : 0),
      ...(at === 1 ? { maxParallel: 20 } : {}),
      ...(note === undefined ? {} : { note }),
    })),
    members: stages.flatMap(({ name, members }, at) =>
      members.map(({ name: cluster }) => ({
        cluster,
        stage: name,
        state: at < 2 ? ('healthy' as const) : ('waiting' as const),
        ...(at < 2 ? { since: ago(3_000 - at * 900) } : {}),
      })),
    ),
    effects: effects(prod.map(({ name }) => name)),
    approval: { reason: 'production is protected', clusters: 400, by: 'erin@corp' },
    approvals: [{ by: 'erin@corp', at: ago(2_900), reason: 'release 1.5' }],
    timetable: [
      { stage: 'us', startsAt: ago(-840), endsAt: ago(-2_040) },
      { stage: 'ap', startsAt: ago(-2_040), endsAt: ago(-3_240) },
      { stage: 'edge' },
    ],
  }
}

function promotion(run: RunView): PromotionView {
  const from = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334'
  return {
    bundle: 'checkout',
    revision: run.revision,
    from: { environment: 'stage', clusters: 260, ready: 260, revisions: [run.revision] },
    to: { environment: 'prod', clusters: 400, ready: 120, revisions: [from, run.revision] },
    run,
    effects: run.effects,
    differences: [
      {
        action: 'configure',
        object: { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'worker' },
        fields: [{ path: 'spec.replicas', from: '2', to: '8' }],
      },
      {
        action: 'create',
        object: { group: 'policy', kind: 'PodDisruptionBudget', namespace: 'checkout', name: 'worker' },
        fields: [],
      },
    ],
  }
}

function effects(names: readonly string[]): EffectView[] {
  const api = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' }
  const image = {
    action: 'configure' as const,
    object: api,
    fields: [
      {
        path: 'spec.template.spec.containers[name="api"].image',
        from: '"registry.corp/api:1.4"',
        to: '"registry.corp/api:1.5"',
      },
    ],
  }
  const features = {
    action: 'configure' as const,
    object: { group: '', kind: 'ConfigMap', namespace: 'checkout', name: 'api-features' },
    fields: [
      { path: 'data.fastPath', from: '—', to: '"on"' },
      { path: 'data.retries', from: '—', to: '"3"' },
    ],
  }
  const from = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334'
  return [
    { clusters: names.slice(0, 346), from, items: [image, features], more: 0, notes: [] },
    { clusters: names.slice(346, 396), from, items: [image], more: 0, notes: [] },
    {
      clusters: names.slice(396),
      from,
      items: [image, features],
      more: 2,
      notes: ['mode ask becomes enforce'],
    },
  ]
}

function waitingPlan(clusters: readonly ClusterDetailView[]): PlanView {
  const cluster = clusters.find(({ name }) => name === 'stage-eu-2') ?? clusters[0]
  if (cluster === undefined) throw new Error('a fleet has clusters')
  return {
    id: 'p-19c4ab07',
    identity: cluster.identity,
    clusterId: cluster.clusterId ?? '',
    bundle: 'quota-and-access',
    revision: 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334',
    actions: { configure: 1, delete: 2 },
    reasons: ['it deletes 2 objects, and the environment asks first'],
    state: 'waiting',
    createdAt: ago(1_500),
    items: [
      {
        action: 'configure',
        object: { group: '', kind: 'ResourceQuota', namespace: 'checkout', name: 'compute' },
        fields: [{ path: 'spec.hard["requests.cpu"]', from: '"40"', to: '"60"' }],
      },
      {
        action: 'delete',
        object: {
          group: 'rbac.authorization.k8s.io',
          kind: 'RoleBinding',
          namespace: 'checkout',
          name: 'old-team',
        },
        uid: '5f1c0a3e-7d6b-4c2a-9f3d-2b1a0c9e8d7f',
        fields: [],
        note: 'not in Git any more',
      },
      {
        action: 'delete',
        object: { group: '', kind: 'ConfigMap', namespace: 'checkout', name: 'old-limits' },
        uid: '6a2d1b4f-8e7c-4d3b-a04e-3c2b1d0f9e80',
        fields: [],
        note: 'not in Git any more',
      },
    ],
  }
}
