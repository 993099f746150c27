import { beforeEach, describe, expect, test } from 'vitest'
import { Failure } from '../../core/failure.ts'
import { freshProgress, type RunProgress, type RunRecord } from '../../core/rollout/index.ts'
import type { CommitStatus, Forge } from '../../git/forge/index.ts'
import { FakeClock } from '../../runtime/index.ts'
import { CommitStatuses } from './index.ts'

const url = 'https://git.example.com/corp/fleet.git'
const commit = 'b'.repeat(40)

/** A forge that keeps what it is told, or refuses. */
class Board implements Forge {
  readonly said: CommitStatus[] = []
  refuses: Failure | undefined
  async setStatus(status: CommitStatus): Promise<void> {
    if (this.refuses !== undefined) throw this.refuses
    this.said.push(status)
  }
  async openPullRequest(): Promise<string> {
    throw new Error('no status opens a pull request')
  }
  async close(): Promise<void> {}
}

let clock: FakeClock
let board: Board
let problems: string[]
let statuses: CommitStatuses

beforeEach(() => {
  clock = new FakeClock(Date.parse('2026-11-02T10:00:00Z'))
  board = new Board()
  problems = []
  statuses = open()
})

function open(): CommitStatuses {
  return new CommitStatuses({
    forges: new Map([['git.example.com', board]]),
    publicUrl: 'https://hub.example.com/',
    clock,
    onProblem: (message) => problems.push(message),
  })
}

const at = (): string => new Date(clock.now()).toISOString()

function record(progress: Partial<RunProgress>, revision = commit): RunRecord {
  const pin = { variant: 'v', mode: 'enforce', complete: true } as const
  return {
    run: {
      id: 'r-1',
      bundle: 'shop',
      revision,
      createdAt: at(),
      pins: { one: pin, two: pin },
      stages: [
        { name: 'canary', clusters: ['one'], soakMs: 0, gates: [] },
        { name: 'rest', clusters: ['two'], soakMs: 0, gates: [] },
      ],
      failureBudget: 0,
      onFailure: 'stop',
      unreachable: { upToPercent: 0, afterwards: 'catch up' },
      newer: 'supersede',
      healthTimeoutMs: 1,
    },
    progress: { ...freshProgress(at()), ...progress },
  }
}

const member = (state: 'healthy' | 'away' | 'skipped') => ({ state, since: at() })

describe('the statuses of a run', () => {
  test('tell how far it is, why it waits, and how it ended', async () => {
    statuses.run(record({ waits: ['approval: 1 protected cluster changes'] }), url)
    await clock.advance(1_000)
    statuses.run(
      record({ state: 'done', stage: 1, members: { one: member('healthy'), two: member('healthy') } }),
      url,
    )
    await clock.advance(1_000)
    expect(board.said.map(({ state, description }) => [state, description])).toEqual([
      [
        'pending',
        'stage canary (1 of 2): 0/2 clusters healthy; waits: approval: 1 protected cluster changes',
      ],
      ['success', '2/2 clusters healthy'],
    ])
    expect(board.said[0]).toMatchObject({
      repository: 'corp/fleet',
      commit,
      context: 'evenkeel/shop',
      url: 'https://hub.example.com/bundles/shop/runs/r-1',
    })
  })

  test('name what an end left undone, and never call a stopped, reverted or aborted run a success', async () => {
    const ends = [
      record({ state: 'done', members: { one: member('healthy'), two: member('away') } }),
      record({ state: 'done', members: { one: member('healthy'), two: member('skipped') } }),
      record({ state: 'stopped', reason: 'one failed: no such image' }),
      record({ state: 'reverted', reason: 'one failed' }),
      record({ state: 'aborted', reason: 'by alice' }),
      record({ state: 'superseded', reason: 'by r-2' }),
    ]
    for (const end of ends) {
      statuses.run(end, url)
      await clock.advance(1_000)
    }
    expect(board.said.map(({ state, description }) => `${state}: ${description}`)).toEqual([
      'success: 1/2 clusters healthy, 1 to catch up',
      'success: 1/2 clusters healthy, 1 left out',
      'failure: stopped at 0/2 clusters healthy: one failed: no such image',
      'failure: reverted at 0/2 clusters healthy: one failed',
      'failure: aborted at 0/2 clusters healthy: by alice',
      'ended: superseded at 0/2 clusters healthy: by r-2',
    ])
  })

  test('are a few a minute, however fast the run goes on, and the end comes at once', async () => {
    for (let healthy = 0; healthy < 40; healthy += 1) {
      statuses.run(record({ waits: [`${healthy}`] }), url)
      await clock.advance(250)
    }
    const before = board.said.length
    expect(before).toBeLessThanOrEqual(3)
    statuses.run(record({ state: 'done' }), url)
    await clock.advance(1_000)
    expect(board.said.at(-1)?.state).toBe('success')
    expect(board.said).toHaveLength(before + 1)
  })

  test('are said again after a restart for what runs or has just ended, and not for what ended long ago', async () => {
    const old = record({ state: 'done' })
    await clock.advance(2 * 3_600_000)
    statuses.again(old, url)
    statuses.again(record({ state: 'stopped', reason: 'x' }, 'c'.repeat(40)), url)
    await clock.advance(10_000)
    expect(board.said.map(({ commit: one }) => one)).toEqual(['c'.repeat(40)])
  })

  test('are for commits of forges that are configured, and for nothing else', async () => {
    statuses.run(record({}, '1.2.3'), url)
    statuses.run(record({}), '/srv/git/fleet')
    statuses.run(record({}), 'https://other.example.com/corp/fleet.git')
    statuses.run(record({}), undefined)
    await clock.advance(10_000)
    expect(board.said).toEqual([])
  })
})

describe('the status of a commit of the fleet', () => {
  test('says what is wrong in it, or that nothing is, once', async () => {
    const problem = {
      file: 'a.yaml',
      line: 1,
      subject: 'Bundle shop',
      message: 'no such path',
      severity: 'error' as const,
    }
    statuses.fleet(url, commit, [problem, { ...problem, severity: 'warning' }], 3)
    await clock.advance(1_000)
    for (let look = 0; look < 3; look += 1) {
      statuses.fleet(url, 'd'.repeat(40), [], 3)
      await clock.advance(10_000)
    }
    expect(board.said.map(({ context, state, description }) => [context, state, description])).toEqual([
      ['evenkeel/fleet', 'failure', '1 problem: a.yaml:1: Bundle shop: no such path'],
      ['evenkeel/fleet', 'success', 'read and rendered for 3 clusters'],
    ])
  })
})

describe('a forge that is away', () => {
  test('is told the newest words when it is back, and its trouble is told once', async () => {
    board.refuses = new Failure('unreachable', 'git.example.com does not answer', { retryable: true })
    statuses.run(record({}), url)
    await clock.advance(60_000)
    statuses.run(record({ state: 'done' }), url)
    await clock.advance(60_000)
    expect(problems).toEqual(['git.example.com does not answer'])
    board.refuses = undefined
    await clock.advance(20 * 60_000)
    expect(board.said.map(({ state }) => state)).toEqual(['success'])
  })

  test('or that refuses for good is not asked again', async () => {
    board.refuses = new Failure('denied', 'git.example.com answers 401')
    statuses.run(record({}), url)
    await clock.advance(60_000)
    board.refuses = undefined
    await clock.advance(20 * 60_000)
    expect(board.said).toEqual([])
    expect(problems).toHaveLength(1)
  })
})
