import { describe, expect, test } from 'vitest'
import type { DriftRecord } from '../../../core/ledger/index.ts'
import { FakeClock } from '../../../runtime/index.ts'
import type { BundleReport, ClusterReport } from '../../../spoke/index.ts'
import { assignmentOf, driftRecord } from '../../store/conformance-rows.ts'
import { ClusterBoard } from './cluster-board.ts'

function board() {
  const clock = new FakeClock()
  const made = new ClusterBoard(clock)
  const now = (): string => new Date(clock.now()).toISOString()
  const reach = (report: Partial<ClusterReport> = {}): void => {
    made.noteCluster('a', {
      reach: 'reachable',
      since: now(),
      lastSeen: now(),
      failedGroups: [],
      ...report,
    })
  }
  const bundle = (report: Partial<BundleReport> = {}): void =>
    made.noteBundle('a', {
      bundle: 'shop',
      desired: { revision: 'abc', variant: 'sha256:1' },
      applied: { revision: 'abc', variant: 'sha256:1', at: now() },
      phase: 'applied',
      objects: 1,
      health: 'Current',
      troubles: [],
      ...report,
    })
  made.assign('a', [assignmentOf('shop')])
  return { board: made, clock, reach, bundle, state: () => made.standing('a').state }
}

const drift = (over: Partial<DriftRecord> = {}): DriftRecord => driftRecord('d-1', 'a', over)

test('an engine that cannot reach its cluster takes away nothing that was known before', () => {
  const { board: made, clock, reach, bundle, state } = board()
  reach({ version: 'v1.36.0', clusterId: 'c-1' })
  bundle()
  const seen = made.entry('a').report?.lastSeen
  const since = new Date(clock.now()).toISOString()
  made.noteCluster('a', { reach: 'unreachable', since, failedGroups: [] })
  expect(made.entry('a').report).toMatchObject({ lastSeen: seen, version: 'v1.36.0', clusterId: 'c-1' })
  expect(state()).toBe('unreachable')
})

describe('the state of a cluster', () => {
  test('is unreachable before its engine has said anything, whatever was applied before', () => {
    const { bundle, state } = board()
    bundle()
    expect(state()).toBe('unreachable')
  })

  test('is in sync when what is assigned was applied, and pending when a newer revision waits', () => {
    const { board: made, reach, bundle, state } = board()
    reach()
    expect(state()).toBe('pending')
    bundle()
    expect(state()).toBe('in-sync')
    made.assign('a', [{ ...assignmentOf('shop'), revision: 'newer' }])
    expect(state()).toBe('pending')
  })

  test('is unreachable after 90 seconds of silence, and keeps no good word', async () => {
    const { board: made, clock, reach, bundle, state } = board()
    reach()
    bundle()
    await clock.advance(90_001)
    expect(state()).toBe('unreachable')
    expect(made.isKnown('a')).toBe(false)
  })

  test('is drifted while a difference is open, also one of a bundle that is not assigned', () => {
    const { board: made, reach, bundle, state } = board()
    reach()
    bundle()
    made.noteDrift(drift())
    expect([state(), made.openDrift('a'), made.openDrift('a', 'shop')]).toEqual(['drifted', 1, 1])
    made.noteDrift(drift({ state: 'healed' }))
    expect([state(), made.openDrift('a')]).toEqual(['in-sync', 0])
    made.noteDrift(drift({ bundle: 'other' }))
    expect([state(), made.openDrift('a', 'shop')]).toEqual(['drifted', 0])
  })

  test('is unreachable when it was refused, and when a bundle on it is not known', () => {
    const { reach, bundle, state } = board()
    reach({ reach: 'refused' })
    bundle()
    expect(state()).toBe('unreachable')
    reach()
    bundle({ health: 'Unknown' })
    expect(state()).toBe('unreachable')
  })
})
