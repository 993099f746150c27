import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { JobRowView } from '../../src/api/index.ts'
import { ago, driftOf } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import { setStage, text } from './stage.ts'

const stage = setStage()
let fleet: FleetInMemory
beforeEach(() => {
  ;({ fleet } = stage())
})
const ek = (...args: string[]) => stage().ek(...args)

function rowOf(cluster: string, state: JobRowView['state'], more: Partial<JobRowView> = {}): JobRowView {
  return { cluster, environment: 'prod', tier: 'protected', state, asked: 1, results: [], ...more }
}

const about = { kind: 'heal' as const, by: 'alice@corp', bundles: ['checkout'] }

describe('ek job', () => {
  test('list, show and get jobs tell how far each is, and of each cluster what is known', async () => {
    fleet.jobs_ = [
      {
        view: {
          ...about,
          id: 'j-1',
          state: 'interrupted',
          reason: 'INC-7',
          createdAt: ago(8000),
          endedAt: ago(7300),
        },
        rows: [
          rowOf('prod-eu-1', 'done', { endedAt: ago(7500), results: [{ outcome: 'healed' }] }),
          rowOf('prod-eu-2', 'unknown'),
          rowOf('prod-eu-3', 'not-begun'),
          rowOf('prod-eu-4', 'failed', {
            failure: { code: 'unreachable', message: 'cluster prod-eu-4: is away' },
          }),
        ],
      },
    ]
    for (const command of [
      ['job', 'list'],
      ['get', 'jobs'],
    ]) {
      expect((await ek(...command)).stdout).toBe(
        text(
          'ID   WHAT  STATE        DONE  FAILED  BY          AGE  REASON',
          'j-1  heal  interrupted   1/4       1  alice@corp  2h   INC-7',
        ),
      )
    }
    expect((await ek('job', 'list', '--state', 'running')).stderr).toContain('no job matches')
    const shown = await ek('job', 'show', 'j-1')
    expect(shown.stdout).toBe(
      text(
        'job j-1 heal interrupted: 2/4 clusters, 1 failed, 1 not begun, 1 unknown   by alice@corp 2h ago   bundle checkout',
        'reason: INC-7',
        'CLUSTER    STATE      ENDED  WHAT CAME OF IT',
        'prod-eu-1  done       2h     1 healed',
        'prod-eu-2  unknown    -      the hub stopped while it was under way; look at the cluster',
        'prod-eu-3  not begun  -      nothing was sent',
        'prod-eu-4  failed     -      cluster prod-eu-4: is away',
      ),
    )
    const watched = await ek('job', 'watch', 'j-1')
    expect(watched.code).toBe(2)
    expect(watched.stderr).toContain('prod-eu-4: failed: cluster prod-eu-4: is away')
    const { rows } = JSON.parse((await ek('job', 'show', 'j-1', '-o', 'json')).stdout) as {
      rows: JobRowView[]
    }
    expect(rows).toHaveLength(4)
    expect(await ek('job', 'show', 'j-9')).toMatchObject({ code: 2 })
  })

  test('a heal of several clusters is a job, whose end is the end of the command', async () => {
    fleet.drift_ = ['stage-eu-1', 'dev-us-1'].map((name) => driftOf(name, { tier: 'standard' }))
    const { code, stdout } = await ek('drift', 'heal', '-c', 'stage-eu-1,dev-us-1', '--yes')
    expect([code, stdout.split('\n').at(-2)]).toEqual([0, 'job j-1 heal done: 2/2 clusters'])
    expect(fleet.written.map(({ what }) => what)).toEqual(['heal'])
  })

  test('a look at clusters is waited for with --wait', async () => {
    const { code, stdout } = await ek('reconcile', '-c', 'stage-eu-1,dev-us-1', '--wait')
    expect([code, stdout]).toEqual([0, text('job j-1 reconcile done: 2/2 clusters')])
  })

  test('ctrl-C leaves a job going; cancel asks, tells what was not begun, and refuses what is over', async () => {
    fleet.holdJobs = true
    const child = stage().home.start(['reconcile', '-c', 'stage-eu-1,dev-us-1', '--wait'])
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
    await vi.waitFor(() => expect(stdout).toContain('job j-1 reconcile running: 0/2 clusters'), {
      timeout: 20_000,
    })
    child.kill('SIGINT')
    expect(await closed).toBe(130)
    expect(stderr).toContain('ctrl-C leaves it going; ek job watch j-1 follows it again')
    expect(await ek('job', 'cancel', 'j-1')).toMatchObject({ code: 3 })
    expect(fleet.written.map(({ what }) => what)).toEqual(['reconcile'])
    const { code, stdout: said } = await ek('job', 'cancel', 'j-1', '--yes')
    expect([code, said]).toEqual([
      0,
      text(
        'job j-1 reconcile running: 0/2 clusters; 2 clusters would not be begun',
        'job j-1 reconcile cancelled: 0/2 clusters, 2 not begun',
      ),
    ])
    const again = await ek('job', 'cancel', 'j-1', '--yes')
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('it is cancelled, wanted running')
  })
})
