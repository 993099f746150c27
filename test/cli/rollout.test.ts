import { beforeEach, describe, expect, test } from 'vitest'
import type { RunView } from '../../src/api/index.ts'
import { ago, bundleAt, clusterOf } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import { setStage, text } from './stage.ts'

const stage = setStage()
let fleet: FleetInMemory
beforeEach(() => {
  ;({ fleet } = stage())
})
const ek = (...args: string[]) => stage().ek(...args)

const revision = 'a1b2c3d'.padEnd(40, '0')
const deployment = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' }

/** A stage of which this many clusters are done and the others have not been reached. */
function stageOf(
  name: string,
  clusters: number,
  given: Partial<RunView['stages'][number]> = {},
): RunView['stages'][number] {
  const done = given.done ?? 0
  const failed = given.failed ?? 0
  const rest = { away: 0, working: 0, waiting: clusters - done - failed, soakMs: 0, gates: ['health'] }
  return { name, clusters, done, failed, ...rest, ...given }
}

/** The run of the sample in cli §5. */
function runOf(given: Partial<RunView> = {}): RunView {
  return {
    id: 'r-15',
    bundle: 'checkout',
    revision,
    state: 'running',
    stage: { name: 'us', number: 3, of: 5 },
    counts: { clusters: 400, done: 120, failed: 0, away: 0, working: 0, waiting: 280 },
    waits: ['window opens 14:20'],
    createdAt: ago(3600),
    updatedAt: ago(250),
    stages: [
      stageOf('canary', 5, { done: 5 }),
      stageOf('eu', 115, { done: 115 }),
      stageOf('us', 130, { note: 'window opens 14:20' }),
      stageOf('ap', 100, { note: 'after us' }),
      stageOf('edge', 50, { note: 'after ap' }),
    ],
    members: [],
    effects: [],
    approvals: [],
    timetable: [
      { stage: 'us', startsAt: '2999-01-31T14:20:00.000Z', endsAt: '2999-01-31T14:40:00.000Z' },
      { stage: 'ap', startsAt: '2999-01-31T14:40:00.000Z', endsAt: '2999-01-31T15:00:00.000Z' },
      { stage: 'edge', startsAt: '2999-01-31T15:00:00.000Z', endsAt: '2999-01-31T15:10:00.000Z' },
    ],
    ...given,
  }
}

/** A run of three clusters, the first of which has the change. */
function smallRun(given: Partial<RunView> = {}): RunView {
  const effect = (clusters: string[]): RunView['effects'][number] => ({
    clusters,
    items: [
      { action: 'configure', object: deployment, fields: [{ path: 'spec.replicas', from: '3', to: '5' }] },
    ],
    more: 0,
    notes: [],
  })
  return runOf({
    stage: { name: 'canary', number: 1, of: 2 },
    counts: { clusters: 3, done: 1, failed: 0, away: 0, working: 0, waiting: 2 },
    waits: ['approval of stage canary: 0 of 1'],
    stages: [
      stageOf('canary', 1, { done: 1, note: 'approval of stage canary: 0 of 1' }),
      stageOf('rest', 2, { note: 'after canary' }),
    ],
    members: [
      { cluster: 'dev-1', stage: 'canary', state: 'healthy' },
      { cluster: 'prod-eu-3', stage: 'rest', state: 'waiting' },
      { cluster: 'prod-eu-7', stage: 'rest', state: 'waiting' },
    ],
    effects: [effect(['prod-eu-3', 'prod-eu-7']), effect(['dev-1'])],
    ...given,
  })
}

function setClusters(): void {
  fleet.clusters_ = [
    clusterOf('dev-1', { environment: 'dev', tier: 'sandbox' }),
    clusterOf('prod-eu-3'),
    clusterOf('prod-eu-7'),
  ]
}

describe('rollout status', () => {
  test('has the shape of cli §5: stage, counts, gate and times, then a line for each stage', async () => {
    fleet.runs_ = [runOf()]
    expect(await ek('rollout', 'status', 'checkout')).toEqual({
      code: 0,
      stdout: text(
        'bundle checkout@a1b2c3d  running  run r-15',
        'Stage 3/5  120/400  gate health 0/130  next 14:20   ETA 15:10',
        'STAGE   CLUSTERS  DONE  FAIL  WAIT',
        'canary         5     5     0     0',
        'eu           115   115     0     0',
        'us           130     0     0   130  window opens 14:20',
        'ap           100     0     0   100  after us',
        'edge          50     0     0    50  after ap',
      ),
      stderr: '',
    })
  })

  test('of a run that waits for an approval says no time, which hangs on a person, and what to type', async () => {
    fleet.runs_ = [smallRun()]
    const { stdout, stderr } = await ek('rollout', 'status', 'checkout')
    expect(stdout).toBe(
      text(
        'bundle checkout@a1b2c3d  running  run r-15',
        'Stage 1/2  1/3  gate health 1/1',
        'STAGE   CLUSTERS  DONE  FAIL  WAIT',
        'canary         1     1     0     0  approval of stage canary: 0 of 1',
        'rest           2     0     0     2  after canary',
      ),
    )
    expect(stderr).toBe('next: ek rollout approve checkout\n')
  })

  test('of a run that went back says which stages did, which were never reached, and why; it ends with 1', async () => {
    fleet.runs_ = [
      smallRun({
        state: 'reverted',
        reason: 'dev-1 failed: Progress deadline exceeded',
        waits: [],
        timetable: [],
        counts: { clusters: 3, done: 0, failed: 0, away: 0, working: 1, waiting: 2 },
        stages: [stageOf('canary', 1, { working: 1, waiting: 0 }), stageOf('rest', 2)],
        members: [
          { cluster: 'dev-1', stage: 'canary', state: 'reverted' },
          { cluster: 'prod-eu-3', stage: 'rest', state: 'waiting' },
          { cluster: 'prod-eu-7', stage: 'rest', state: 'waiting' },
        ],
      }),
    ]
    const { code, stdout, stderr } = await ek('rollout', 'status', 'checkout')
    expect(stdout).toBe(
      text(
        'bundle checkout@a1b2c3d  reverted  run r-15',
        'Stage 1/2  0/3  reverted 4m ago',
        'STAGE   CLUSTERS  DONE  FAIL  WAIT',
        'canary         1     0     0     0  went back',
        'rest           2     0     0     0  not reached',
        'reverted: dev-1 failed: Progress deadline exceeded',
      ),
    )
    expect(stderr).toBe('next: commit something else; ek rollout start checkout tries the same again\n')
    expect(code).toBe(1)
  })

  test('-o json is the whole run, and nothing else stands on standard output', async () => {
    fleet.runs_ = [smallRun()]
    const { stdout } = await ek('rollout', 'status', 'checkout', '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Run', id: 'r-15', effects: [{}, {}] })
  })

  test('of a bundle without a run is an error that says when one begins', async () => {
    const { code, stderr } = await ek('rollout', 'status')
    expect(stderr).toContain('there is no run yet')
    expect(code).toBe(2)
  })
})

describe('steering a run', () => {
  beforeEach(() => {
    setClusters()
    fleet.runs_ = [smallRun()]
  })

  test('approve shows the clusters that are still to get the change, and wants their number typed', async () => {
    const refused = await ek('rollout', 'approve', 'checkout', '--yes')
    expect(refused.code).toBe(3)
    expect(refused.stdout).toContain('2 clusters: prod-eu-3 prod-eu-7\n~ configure checkout/deploy/api\n')
    expect(refused.stdout).not.toContain('1 cluster: dev-1')
    expect(refused.stderr).toContain('confirm with --confirm=2 and --reason')
    expect(fleet.written).toEqual([])
    const approved = await ek('rollout', 'approve', 'checkout', '--confirm=2', '--reason', 'release 5')
    expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining('run r-15 approved\n') })
    expect(fleet.written).toMatchObject([{ what: 'approveRun', input: { id: 'r-15', reason: 'release 5' } }])
  })

  test('pause and abort stop writes and ask nothing of tiers; resume, skip and revert are guarded', async () => {
    for (const action of ['pause', 'abort']) {
      expect((await ek('rollout', action, 'checkout', '--yes')).code, action).toBe(0)
    }
    for (const action of ['resume', 'skip']) {
      expect((await ek('rollout', action, 'checkout', '--yes')).code, action).toBe(3)
    }
    expect(fleet.written.map(({ input }) => input)).toMatchObject([{ action: 'pause' }, { action: 'abort' }])
  })

  test('revert is guarded by the clusters that go back, and by no others', async () => {
    const reached = smallRun({
      members: [
        { cluster: 'dev-1', stage: 'canary', state: 'healthy' },
        { cluster: 'prod-eu-3', stage: 'rest', state: 'failed' },
        { cluster: 'prod-eu-7', stage: 'rest', state: 'waiting' },
      ],
    })
    fleet.runs_ = [reached]
    const refused = await ek('rollout', 'revert', 'checkout', '--yes')
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('confirm with --confirm=2 and --reason')
    fleet.runs_ = [smallRun()]
    expect((await ek('rollout', 'revert', 'checkout', '--yes')).code).toBe(0)
  })

  test('nothing is sent with --dry-run', async () => {
    for (const action of ['approve', 'pause', 'resume', 'skip', 'abort', 'revert']) {
      expect((await ek('rollout', action, 'checkout', '--dry-run')).code, action).toBe(0)
    }
    expect(fleet.written).toEqual([])
  })
})

test('get rollouts says of each run what it waits for, or why it ended', async () => {
  fleet.runs_ = [smallRun(), smallRun({ id: 'r-14', state: 'aborted', waits: [], reason: 'aborted by bob' })]
  expect((await ek('get', 'rollouts')).stdout).toBe(
    text(
      'ID    BUNDLE    REVISION  STATE    STAGE       DONE  AGE  REASON',
      'r-15  checkout  a1b2c3d   running  1/2 canary   1/3  60m  approval of stage canary: 0 of 1',
      'r-14  checkout  a1b2c3d   aborted  1/2 canary   1/3  60m  aborted by bob',
    ).replaceAll('60m', '1h '),
  )
})

test('start shows what begins, an effect that is the same on several clusters once, and asks before it begins', async () => {
  setClusters()
  fleet.bundles_ = [bundleAt('checkout', 'apps/checkout')]
  fleet.drafts.set('checkout', { run: smallRun() })
  const refused = await ek('rollout', 'start', 'checkout', '--yes')
  expect(refused.code).toBe(3)
  expect(refused.stdout).toContain(
    text(
      '3 clusters: dev-1 prod-eu-3 prod-eu-7',
      '~ configure checkout/deploy/api',
      '    spec.replicas 3 -> 5',
    ),
  )
  expect(fleet.written).toEqual([])
  const started = await ek('rollout', 'start', 'checkout', '--confirm=3', '--reason', 'again')
  expect(started).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('run r-15 running; follow it with ek rollout status checkout -w\n'),
  })
  expect((await ek('rollout', 'start', 'checkout')).stderr).toBe(
    'bundle checkout: every cluster is what Git says\n',
  )
})

describe('freeze and thaw', () => {
  beforeEach(setClusters)

  test('a freeze wants a reason, asks nothing else, and says how it ends', async () => {
    expect((await ek('freeze')).stderr).toContain('give a reason with --reason')
    expect(await ek('freeze', '-c', 'prod-eu-3', '--reason', 'INC-4411')).toMatchObject({
      code: 0,
      stdout: 'f-1 1 cluster frozen until thawed; ek thaw ends it\n',
    })
  })

  test('a thaw of a protected cluster wants its name typed, and ends the only freeze without naming it', async () => {
    await ek('freeze', '-c', 'prod-eu-3', '--reason', 'INC-4411')
    expect((await ek('thaw', '--yes')).code).toBe(3)
    const thawed = await ek('thaw', '--confirm=prod-eu-3', '--reason', 'over')
    expect(thawed).toMatchObject({ code: 0, stdout: expect.stringContaining('f-1 ended\n') })
    expect((await ek('thaw')).stderr).toBe('nothing is frozen\n')
  })
})
