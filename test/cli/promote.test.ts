import { beforeEach, describe, expect, test } from 'vitest'
import type { PromotionView, RunView } from '../../src/api/index.ts'
import { ago, clusterOf } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import { setStage, text } from './stage.ts'

const stage = setStage()
let fleet: FleetInMemory
beforeEach(() => {
  ;({ fleet } = stage())
  fleet.clusters_ = [
    clusterOf('stage-1', { environment: 'stage', tier: 'standard' }),
    clusterOf('prod-eu-3'),
    clusterOf('prod-eu-7'),
  ]
  fleet.runs_ = [run]
})
const ek = (...args: string[]) => stage().ek(...args)

const next = 'b2c3d4e'.padEnd(40, '0')
const before = 'a1b2c3d'.padEnd(40, '0')
const deployment = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' }
const image = { path: 'spec.template.spec.containers[name="api"].image', from: '"api:1.4"', to: '"api:1.5"' }

const run: RunView = {
  id: 'r-15',
  bundle: 'checkout',
  revision: next,
  state: 'running',
  stage: { name: 'prod', number: 2, of: 2 },
  counts: { clusters: 3, done: 1, failed: 0, away: 0, working: 0, waiting: 2 },
  waits: ['approval: 2 protected clusters change'],
  createdAt: ago(60),
  updatedAt: ago(5),
  stages: [],
  members: [
    { cluster: 'stage-1', stage: 'stage', state: 'healthy' },
    { cluster: 'prod-eu-3', stage: 'prod', state: 'waiting' },
    { cluster: 'prod-eu-7', stage: 'prod', state: 'waiting' },
  ],
  effects: [],
  approvals: [],
  timetable: [],
}

function promotion(given: Partial<PromotionView> = {}): PromotionView {
  return {
    bundle: 'checkout',
    revision: next,
    from: { environment: 'stage', clusters: 1, ready: 1, revisions: [next] },
    to: { environment: 'prod', clusters: 2, ready: 0, revisions: [before] },
    run,
    effects: [
      {
        clusters: ['prod-eu-3', 'prod-eu-7'],
        from: before,
        items: [{ action: 'configure', object: deployment, fields: [image] }],
        more: 0,
        notes: ['prod-eu-3 accepts it (1 dry-runs)'],
      },
    ],
    differences: [
      { action: 'configure', object: deployment, fields: [{ path: 'spec.replicas', from: '1', to: '3' }] },
    ],
    ...given,
  }
}

describe('promote', () => {
  test('shows what the next environment gets and what will still differ, and asks for the guard of its clusters', async () => {
    fleet.promotions.set('checkout', promotion())
    const refused = await ek('promote', 'checkout', '--to', 'prod', '--yes')
    expect(refused.code).toBe(3)
    expect(refused.stdout).toBe(
      text(
        'bundle checkout: b2c3d4e from stage to prod',
        '  stage has b2c3d4e (1 cluster, 1 healthy with it)',
        '  prod has a1b2c3d (2 clusters)',
        '2 clusters: prod-eu-3 prod-eu-7',
        '~ configure checkout/deploy/api',
        '    spec.template.spec.containers[name="api"].image api:1.4 -> api:1.5',
        '  prod-eu-3 accepts it (1 dry-runs)',
        'then prod differs from stage in 1 object:',
        '~ configure checkout/deploy/api',
        '    spec.replicas 1 -> 3',
        'TARGET PROD! prod-eu-3 (protected)',
        'TARGET PROD! prod-eu-7 (protected)',
      ),
    )
    expect(refused.stderr).toContain('confirm with --confirm=2 and --reason')
    expect(fleet.written).toEqual([])
    const done = await ek('promote', 'checkout', '--to', 'prod', '--confirm=2', '--reason', 'release 1.5')
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('run r-15 approved\n') })
    expect(fleet.written).toMatchObject([
      { what: 'approveRun', input: { id: 'r-15', reason: 'release 1.5' } },
    ])
  })

  test('is refused while the environment before is not healthy with it, whatever is confirmed', async () => {
    const blocked = { message: '0 of 1 clusters of stage are healthy with it', hint: 'wait for them' }
    fleet.promotions.set('checkout', promotion({ blocked }))
    const refused = await ek('promote', 'checkout', '--to', 'prod', '--confirm=2', '--reason', 'now')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toBe(
      text(
        'error: bundle checkout: cannot be promoted to prod: 0 of 1 clusters of stage are healthy with it',
        'hint: wait for them',
      ),
    )
    expect(fleet.written).toEqual([])
  })

  test('says that nothing waits, and writes nothing with --dry-run', async () => {
    const { revision: _revision, run: _run, ...nothing } = promotion({ effects: [], differences: [] })
    fleet.promotions.set('checkout', nothing)
    const same = await ek('promote', 'checkout', '--to', 'prod')
    expect(same.code).toBe(0)
    expect(same.stdout).toContain('bundle checkout: prod has what Git says; nothing waits to be promoted\n')
    fleet.promotions.set('checkout', promotion())
    expect((await ek('promote', 'checkout', '--to', 'prod', '--dry-run')).code).toBe(0)
    expect(fleet.written).toEqual([])
  })
})
