import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { daysToFull, readQuota, sampleIsDue } from './index.ts'

const hour = 3_600_000
const day = 24 * hour

function quota(hard: object, used?: object) {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace: 'shop' },
    spec: { hard },
    ...(used === undefined ? {} : { status: { hard, used } }),
  }
}

describe('a quota', () => {
  test('is as full as the cluster counted, whatever the units', () => {
    expect(
      readQuota(quota({ 'requests.memory': '8Gi', pods: '30' }, { 'requests.memory': '6144Mi', pods: '33' })),
    ).toEqual([
      { resource: 'requests.memory', hard: '8Gi', used: '6144Mi', full: 0.75 },
      { resource: 'pods', hard: '30', used: '33', full: 1.1 },
    ])
  })

  test('that was not counted yet is unknown and not empty, and a bound of nothing is full', () => {
    expect(readQuota(quota({ pods: '30' }))).toEqual([
      { resource: 'pods', hard: '30', used: undefined, full: undefined },
    ])
    expect(readQuota(quota({ pods: '0' }, { pods: '0' }))[0]?.full).toBe(1)
    expect(readQuota({ ...quota({}), spec: null })).toEqual([])
  })
})

describe('the days to full', () => {
  const line = (from: number, perDay: number, days: number) =>
    Array.from({ length: days * 4 + 1 }, (_, at) => ({ at: (at * day) / 4, full: from + (perDay * at) / 4 }))

  test('go on as the line through the samples goes', () => {
    expect(daysToFull(line(0.5, 0.05, 4))).toBeCloseTo(6)
    expect(daysToFull([...line(0.5, 0.05, 4), { at: 5 * day, full: 1 }])).toBe(0)
  })

  test('are not told from too little, from what does not rise, or for what is too far off', () => {
    expect(daysToFull([])).toBeUndefined()
    expect(daysToFull([{ at: 0, full: 0.2 }])).toBeUndefined()
    expect(daysToFull(line(0.5, 0.05, 4).slice(0, 2))).toBeUndefined()
    expect(daysToFull(line(0.5, 0, 4))).toBeUndefined()
    expect(daysToFull(line(0.5, -0.05, 4))).toBeUndefined()
    expect(daysToFull(line(0.1, 0.0001, 20))).toBeUndefined()
  })

  test('are never negative, and fewer the steeper it rises', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.05, noNaN: true }), (slope) => {
        const slow = daysToFull(line(0.3, slope, 5))
        const fast = daysToFull(line(0.3, slope * 1.5, 5))
        if (slow === undefined || fast === undefined) return
        expect(slow).toBeGreaterThan(fast)
        expect(fast).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

test('a sample is due each hour, and when it is another by one in a hundred', () => {
  const last = { at: 0, full: 0.5 }
  expect(sampleIsDue(undefined, last)).toBe(true)
  expect(sampleIsDue(last, { at: hour - 1, full: 0.505 })).toBe(false)
  expect(sampleIsDue(last, { at: hour, full: 0.5 })).toBe(true)
  expect(sampleIsDue(last, { at: 1, full: 0.49 })).toBe(true)
})
