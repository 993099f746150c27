import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type PartFacts,
  silenceLimit,
  standingOf,
  stateGlyph,
  stateName,
  stateWords,
  worstState,
} from './index.ts'

const good: PartFacts = { phase: 'applied', everApplied: true, health: 'Current', drift: 0, leased: 0 }
const seen = { reach: 'reachable', silentFor: 1_000 } as const

function stateWith(...parts: Partial<PartFacts>[]) {
  return standingOf({ ...seen, parts: parts.map((part) => ({ ...good, ...part })) }).state
}

describe('the state of a cluster', () => {
  test('is in sync when everything is applied, Current and without drift', () => {
    expect(standingOf({ ...seen, parts: [good, good] })).toEqual({ state: 'in-sync', flags: [] })
  })

  test('follows the precedence ✕ > ▲ > ◆ > ◐ > ❚❚ > ◇ > in sync', () => {
    const raising: Partial<PartFacts>[] = [
      { health: 'Unknown' },
      { phase: 'failed' },
      { drift: 2 },
      { health: 'InProgress' },
      { leased: 1 },
      { phase: 'pending' },
      {},
    ]
    for (const [index, word] of stateWords.entries()) {
      expect(stateWith(...raising.slice(index)), word).toBe(word)
    }
    expect(standingOf({ ...seen, parts: raising.map((part) => ({ ...good, ...part })) }).flags).toEqual(
      stateWords.slice(0, -1),
    )
  })

  test('is unreachable 90 seconds after the last sign of life, and in sync just before', () => {
    const at = (silentFor: number | undefined) => standingOf({ reach: 'reachable', silentFor, parts: [good] })
    expect(at(silenceLimit).state).toBe('in-sync')
    expect(at(silenceLimit + 1).state).toBe('unreachable')
    expect(at(undefined).state).toBe('unreachable')
  })

  test('is unreachable at once when the cluster was refused, or could not be reached', () => {
    expect(standingOf({ reach: 'refused', silentFor: 0, parts: [] }).state).toBe('unreachable')
    expect(standingOf({ reach: 'unreachable', silentFor: 0, parts: [good] }).state).toBe('unreachable')
  })

  test('is failed, not unreachable, when the cluster answered that it takes an object not', () => {
    expect(stateWith({ phase: 'failed', health: 'Unknown', everApplied: false })).toBe('failed')
    expect(stateWith({ phase: 'applied', health: 'Unknown' })).toBe('unreachable')
  })

  test('is never good while the drift is not known', () => {
    expect(stateWith({ drift: undefined })).toBe('unreachable')
  })

  test('is drifted when a desired object is gone, pending when it was never applied', () => {
    expect(stateWith({ health: 'NotFound' })).toBe('drifted')
    expect(stateWith({ health: 'NotFound', phase: 'pending', everApplied: false })).toBe('pending')
    expect(stateWith({ health: 'NotFound', phase: 'applying', everApplied: false })).toBe('in-progress')
    expect(stateWith({ health: 'Unknown', phase: 'blocked', everApplied: false })).toBe('pending')
  })

  test('never gets better by one more bundle', () => {
    const part = fc.record({
      phase: fc.constantFrom('pending', 'applying', 'applied', 'blocked', 'failed', 'withdrawn'),
      everApplied: fc.boolean(),
      health: fc.constantFrom('Current', 'InProgress', 'Failed', 'Terminating', 'NotFound', 'Unknown'),
      drift: fc.option(fc.nat(3), { nil: undefined }),
      leased: fc.nat(2),
    }) as fc.Arbitrary<PartFacts>
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), part, fc.nat(200_000), (parts, more, silentFor) => {
        const before = standingOf({ reach: 'reachable', silentFor, parts })
        const after = standingOf({ reach: 'reachable', silentFor, parts: [...parts, more] })
        expect(stateWords.indexOf(after.state)).toBeLessThanOrEqual(stateWords.indexOf(before.state))
        if (silentFor > silenceLimit) expect(after.state).toBe('unreachable')
      }),
    )
  })
})

test('every state has its own shape and its own word', () => {
  expect(new Set(stateWords.map(stateGlyph)).size).toBe(stateWords.length)
  expect(new Set(stateWords.map(stateName)).size).toBe(stateWords.length)
})

test('the worst of several states is the first by precedence, and in sync of none', () => {
  expect(worstState(['pending', 'drifted', 'in-sync'])).toBe('drifted')
  expect(worstState([])).toBe('in-sync')
})
