import { expect, test } from 'vitest'
import { inForce } from './in-force.ts'
import {
  freshProgress,
  type Member,
  type Pin,
  type Run,
  type RunProgress,
  type RunRecord,
  type Stage,
} from './run.ts'
import type { GateAnswer, RunView, Seen } from './run-view.ts'
import { abortRun, revertRun, stepRun } from './step-run.ts'

/** A run played without a clock and without clusters: what they report is said, and the run is looked at. */
class Play {
  now = 1_000_000
  record: RunRecord
  readonly seen = new Map<string, Partial<Seen>>()
  readonly closed = new Map<string, { reason: string; until?: number }>()
  gate: GateAnswer = { kind: 'pass' }
  wakeAt: number | undefined

  constructor(stages: readonly (readonly string[] | Partial<Stage>)[], run: Partial<Run> = {}) {
    const planned = stages.map((stage, index): Stage => {
      const given: Partial<Stage> = isList(stage) ? { clusters: stage } : stage
      return { name: `s${index + 1}`, clusters: [], soakMs: 0, gates: ['health'], ...given }
    })
    const pin: Pin = {
      variant: 'new',
      mode: 'enforce',
      complete: true,
      from: { variant: 'old', revision: 'c1', mode: 'enforce', complete: true },
    }
    const pins = Object.fromEntries(
      planned.flatMap(({ clusters }) => clusters.map((name) => [name, pin] as const)),
    )
    this.record = {
      run: {
        id: 'r-1',
        bundle: 'shop',
        revision: 'c2',
        createdAt: this.#text(),
        pins,
        stages: planned,
        failureBudget: 0,
        onFailure: 'stop',
        unreachable: { upToPercent: 100, afterwards: 'catch up' },
        newer: 'supersede',
        healthTimeoutMs: 300_000,
        ...run,
      },
      progress: freshProgress(this.#text()),
    }
  }

  get progress(): RunProgress {
    return this.record.progress
  }

  /** The names of the clusters that may have the new rendering. */
  get released(): string[] {
    return Object.keys(this.progress.members).toSorted()
  }

  states(): Record<string, Member['state']> {
    return Object.fromEntries(
      Object.entries(this.progress.members).map(([name, { state }]) => [name, state] as const),
    )
  }

  /** Clusters report; then the run is looked at. */
  look(reports: Readonly<Record<string, Partial<Seen>>> = {}, afterMs = 0): this {
    this.now += afterMs
    for (const [name, seen] of Object.entries(reports)) this.seen.set(name, seen)
    const step = stepRun(this.record, this.view())
    this.record = { ...this.record, progress: step.progress }
    this.wakeAt = step.wakeAt
    return this
  }

  healthy(...clusters: readonly string[]): this {
    return this.look(Object.fromEntries(clusters.map((name) => [name, good('new', this.now)] as const)))
  }

  change(progress: Partial<RunProgress>): this {
    this.record = { ...this.record, progress: { ...this.record.progress, ...progress } }
    return this
  }

  view(): RunView {
    return {
      now: this.now,
      nowText: this.#text(),
      cluster: (name) => ({ ...good('old', 0), ...this.seen.get(name) }),
      gate: () => this.gate,
      closed: (cluster) => this.closed.get(cluster),
    }
  }

  #text(): string {
    return `at ${this.now}`
  }
}

/** A cluster that has a rendering and is well. */
function good(variant: string, appliedAt: number): Seen {
  return {
    removed: false,
    desired: variant,
    applied: variant,
    appliedAt,
    phase: 'applied',
    health: 'Current',
  }
}

function isList(stage: readonly string[] | Partial<Stage>): stage is readonly string[] {
  return Array.isArray(stage)
}

test('a stage begins when the one before it is healthy, and the run is done after the last', () => {
  const play = new Play([['a'], ['b', 'c']]).look()
  expect(play.released).toEqual(['a'])
  expect(play.progress.waits).toEqual(['health of a: not looked at yet'])
  play.healthy('a')
  expect(play.released).toEqual(['a', 'b', 'c'])
  play.healthy('b')
  expect(play.progress).toMatchObject({ state: 'running', stage: 1 })
  play.healthy('c')
  expect(play.progress).toMatchObject({ state: 'done', waits: [] })
})

test('looking twice at the same gives the same, with the same time', () => {
  const play = new Play([['a'], ['b']]).look()
  const before = play.progress
  play.now += 60_000
  expect(stepRun(play.record, play.view()).progress).toBe(before)
})

test('at most so many clusters of a stage are under way at a time', () => {
  const play = new Play([{ clusters: ['a', 'b', 'c'], maxParallel: 2 }]).look()
  expect(play.released).toEqual(['a', 'b'])
  expect(play.progress.waits).toContain('at most 2 clusters at a time')
  play.healthy('b')
  expect(play.released).toEqual(['a', 'b', 'c'])
})

test('a cluster that fails stops the run where it is; nothing more is released, and a person may resume it', () => {
  const play = new Play([['a'], ['b']]).look()
  const failed = {
    ...good('new', 0),
    phase: 'failed' as const,
    reason: 'Deployment shop/web: quota exceeded',
  }
  play.look({ a: failed })
  // The engine tries again by itself: it counts only after a while.
  expect(play.progress.state).toBe('running')
  expect(play.wakeAt).toBe(play.now + 5_000)
  play.look({}, 5_000)
  expect(play.progress).toMatchObject({
    state: 'stopped',
    reason: 'a failed: Deployment shop/web: quota exceeded',
  })
  play.look({ a: good('new', play.now) })
  expect(play.released).toEqual(['a'])
  play.change({ state: 'running' }).look()
  expect(play.released).toEqual(['a', 'b'])
})

test('a failure that a person accepted holds nothing up, and its cluster keeps the new rendering', () => {
  const play = new Play([['a'], ['b']]).look().look({ a: { ...good('new', 0), health: 'Failed' } })
  play.look({}, 5_000)
  expect(play.progress.state).toBe('stopped')
  play.change({ state: 'running', excused: ['a'] }).look()
  expect(play.released).toEqual(['a', 'b'])
  expect(inForce(play.record, 'a')).toMatchObject({ variant: 'new' })
})

test('what comes right within the grace never failed', () => {
  const play = new Play([['a']]).look({ a: { ...good('new', 0), phase: 'failed' } })
  expect(play.look({}, 4_000).progress.state).toBe('running')
  expect(play.healthy('a').progress.state).toBe('done')
})

test('a failure budget is for the whole run', () => {
  const failed = { ...good('new', 0), health: 'Failed' as const }
  const play = new Play(
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
    { failureBudget: 1 },
  )
    .look()
    .look({ a: failed })
  play.look({}, 5_000).healthy('b')
  expect(play.progress).toMatchObject({ state: 'running', stage: 1 })
  play.look({ c: failed }).look({}, 5_000)
  expect(play.progress).toMatchObject({ state: 'stopped', reason: 'a, c failed: health is Failed' })
})

test('a run that reverts gives every released cluster what it had, and ends when all have it', () => {
  const play = new Play([['a'], ['b'], ['c']], { onFailure: 'revert' }).look().healthy('a')
  play.look({ b: { ...good('new', 0), health: 'Failed', reason: 'CrashLoopBackOff' } }).look({}, 5_000)
  expect(play.progress).toMatchObject({ state: 'reverting', reason: 'b failed: CrashLoopBackOff' })
  for (const cluster of ['a', 'b', 'c'])
    expect(inForce(play.record, cluster)).toMatchObject({ variant: 'old' })
  expect(play.progress.waits).toEqual(['going back: a, b'])
  play.look({ a: good('old', play.now) })
  expect(play.progress.state).toBe('reverting')
  play.look({ b: good('old', play.now) })
  expect(play.progress.state).toBe('reverted')
})

test('a cluster that had nothing before keeps what it got when a run reverts: nothing is deleted unasked', () => {
  const play = new Play([['a']], {
    onFailure: 'revert',
    pins: { a: { variant: 'new', mode: 'enforce', complete: true } },
  })
  play
    .look()
    .look({ a: { ...good('new', 0), health: 'Failed' } })
    .look({}, 5_000)
  expect(play.progress.state).toBe('reverted')
  expect(inForce(play.record, 'a')).toMatchObject({ variant: 'new' })
})

test('a cluster that does not come to good health in time has failed', () => {
  const play = new Play([['a']]).look()
  const applied = play.now
  play.look({ a: { ...good('new', applied), health: 'InProgress', reason: '1 of 3 pods' } })
  expect(play.wakeAt).toBe(applied + 300_000)
  play.look({}, 300_000)
  expect(play.progress).toMatchObject({
    state: 'stopped',
    reason: 'a failed: not healthy after 300 s: 1 of 3 pods',
  })
})

test('a cluster that was healthy and fails while a later stage runs is a failure of the run', () => {
  const play = new Play([['a'], ['b'], ['c']]).look().healthy('a')
  play.look({ a: { ...good('new', 0), health: 'Failed' } }).look({}, 5_000)
  expect(play.progress.state).toBe('stopped')
  expect(play.released).toEqual(['a', 'b'])
})

test('clusters that cannot be reached get their turn and catch up, but somebody has to prove the change', () => {
  const away = { ...good('old', 0), away: 'silent for 3 m' }
  const play = new Play([['a', 'b'], ['c'], ['d']]).look({ b: away, c: away }).healthy('a')
  expect(play.states()).toEqual({ a: 'healthy', b: 'away', c: 'away' })
  expect(play.progress).toMatchObject({
    stage: 1,
    waits: ['1 of 1 clusters cannot be reached: c'],
  })
  play.healthy('c')
  expect(play.released).toContain('d')
  play.healthy('d')
  expect(play.progress).toMatchObject({ state: 'done', reason: 'b will catch up' })
  expect(inForce(play.record, 'b')).toMatchObject({ variant: 'new' })
})

test('more clusters away than allowed hold the run until a person skips the wait', () => {
  const away = { ...good('old', 0), away: 'silent' }
  const unreachable = { upToPercent: 20, afterwards: 'catch up' as const }
  const play = new Play([['a', 'b', 'c'], ['d']], { unreachable }).look({ c: away }).healthy('a', 'b')
  expect(play.progress.waits).toEqual(['1 of 3 clusters cannot be reached: c'])
  play.change({ skipped: [0] }).look()
  expect(play.released).toContain('d')
})

test('a soak begins anew when a cluster stops being healthy meanwhile', () => {
  const play = new Play([{ clusters: ['a'], soakMs: 60_000 }, ['b']]).look().healthy('a')
  expect(play.progress.waits).toEqual(['soak of stage s1'])
  expect(play.wakeAt).toBe(play.now + 60_000)
  play.look({ a: { ...good('new', play.now), health: 'InProgress' } }, 30_000)
  play.healthy('a')
  play.look({}, 59_000)
  expect(play.released).toEqual(['a'])
  play.look({}, 1_000)
  expect(play.released).toEqual(['a', 'b'])
})

test('an approval gate waits for as many people as it says', () => {
  const play = new Play([{ clusters: ['a'], gates: ['health', { approval: { count: 2 } }] }, ['b']])
  play.look().healthy('a')
  expect(play.progress.waits).toEqual(['approval of stage s1: 0 of 2'])
  const approve = (by: string) =>
    play.change({ approvals: [...play.progress.approvals, { stage: 0, by, at: 't' }] }).look()
  approve('alice')
  approve('alice')
  expect(play.progress.waits).toEqual(['approval of stage s1: 1 of 2'])
  approve('bob')
  expect(play.released).toContain('b')
})

test('a gate that waits says why and when to look again; one that fails is a failure of the run', () => {
  const gates = [{ metric: { prometheus: 'http://prom', query: 'errors', max: 1 } }]
  const play = new Play([{ clusters: ['a'], gates }, ['b']])
  play.gate = { kind: 'wait', reason: 'errors: no answer', wakeAt: 2_000_000 }
  play.look().healthy('a')
  expect(play.progress.waits).toEqual(['errors: no answer'])
  expect(play.wakeAt).toBe(2_000_000)
  play.gate = { kind: 'fail', reason: 'errors is 7, at most 1' }
  play.look()
  expect(play.progress).toMatchObject({
    state: 'stopped',
    reason: 'gate of stage s1: errors is 7, at most 1',
  })
})

test('nothing is released for a cluster that is frozen, waits for another bundle or for the approval of the run', () => {
  const play = new Play([['a', 'b', 'c']], { approval: { reason: 'prod is protected', clusters: ['a'] } })
  play.closed.set('b', { reason: 'freeze: Black Friday', until: 5_000_000 })
  play.look({ c: { blocked: 'bundle base is InProgress' } })
  expect(play.released).toEqual([])
  expect(play.progress.waits).toEqual([
    'approval: prod is protected',
    'freeze: Black Friday',
    'c waits: bundle base is InProgress',
  ])
  expect(play.wakeAt).toBe(5_000_000)
  play.closed.clear()
  play.change({ approvals: [{ by: 'alice', at: 't' }] }).look({ c: {} })
  expect(play.released).toEqual(['a', 'b', 'c'])
})

test('a paused run releases nothing and goes on from where it was', () => {
  const play = new Play([['a'], ['b']]).look().change({ state: 'paused' }).healthy('a')
  expect(play.states()).toEqual({ a: 'healthy' })
  play.change({ state: 'running' }).look()
  expect(play.released).toEqual(['a', 'b'])
})

test('a cluster that leaves the fleet is skipped and holds nothing up', () => {
  const play = new Play([['a', 'b'], ['c']])
    .look()
    .look({ b: { removed: true } })
    .healthy('a')
  expect(play.states()).toMatchObject({ a: 'healthy', b: 'skipped', c: 'released' })
})

test('an aborted run leaves what is applied, and takes back what is under way', () => {
  const play = new Play([['a', 'b'], ['c']]).look().healthy('a')
  const { progress } = abortRun(play.record, play.view(), 'aborted by alice')
  expect(progress).toMatchObject({
    state: 'aborted',
    members: { a: { state: 'healthy' }, b: { state: 'reverted' } },
  })
  const record = { ...play.record, progress }
  expect(['a', 'b', 'c'].map((name) => inForce(record, name)?.variant)).toEqual(['new', 'old', 'old'])
})

test('a person can send a run back at any time', () => {
  const play = new Play([['a'], ['b']]).look().healthy('a')
  const { progress } = revertRun(play.record, play.view(), 'aborted by alice')
  expect(progress).toMatchObject({ state: 'reverting', reason: 'aborted by alice' })
  expect(inForce({ ...play.record, progress }, 'a')).toMatchObject({ variant: 'old' })
})
