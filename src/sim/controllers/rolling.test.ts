import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonMap } from '../../core/object/index.ts'
import { newReplicas, oldReplicas, type Replicas, type Rolling, rollingOf } from './rolling.ts'

test('a share is rounded as it is asked for, and a number is itself', () => {
  const rolling = (replicas: number, rollingUpdate: JsonMap) =>
    rollingOf({ replicas, strategy: { type: 'RollingUpdate', rollingUpdate } })
  expect(rolling(10, { maxSurge: '25%', maxUnavailable: '25%' })).toEqual({
    replicas: 10,
    surge: 3,
    unavailable: 2,
  })
  expect(rolling(4, {})).toEqual({ replicas: 4, surge: 1, unavailable: 1 })
  expect(rolling(10, { maxSurge: 0, maxUnavailable: 0 })).toMatchObject({ surge: 0, unavailable: 1 })
  expect(rollingOf({ replicas: 3, strategy: { type: 'Recreate' } })).toMatchObject({ surge: 0 })
})

test('a rollout grows within its surge and shrinks only what is spare', () => {
  const rolling = { replicas: 4, surge: 1, unavailable: 1 }
  const old = [{ wanted: 4, available: 4 }]
  expect(newReplicas({ wanted: 0, available: 0 }, old, rolling)).toBe(1)
  expect(oldReplicas({ wanted: 1, available: 0 }, old, rolling)).toEqual([3])
  expect(oldReplicas({ wanted: 1, available: 1 }, [{ wanted: 3, available: 3 }], rolling)).toEqual([2])
})

test('pods that never worked go first', () => {
  const rolling = { replicas: 4, surge: 1, unavailable: 1 }
  const old = [
    { wanted: 3, available: 3 },
    { wanted: 1, available: 0 },
  ]
  expect(oldReplicas({ wanted: 1, available: 0 }, old, rolling)).toEqual([3, 0])
})

test('step by step every rollout ends, never with too many pods and never with too few', () => {
  const plan = fc.record({
    replicas: fc.integer({ min: 1, max: 12 }),
    surge: fc.nat(4),
    unavailable: fc.nat(4),
  })
  fc.assert(
    fc.property(
      plan.filter(({ surge, unavailable }) => surge + unavailable > 0),
      (rolling: Rolling) => {
        let fresh: Replicas = { wanted: 0, available: 0 }
        let old: readonly Replicas[] = [{ wanted: rolling.replicas, available: rolling.replicas }]
        for (let step = 0; step < 60; step += 1) {
          const wanted = newReplicas(fresh, old, rolling)
          const left = oldReplicas({ ...fresh, wanted }, old, rolling)
          const total = wanted + left.reduce((sum, one) => sum + one, 0)
          expect(total).toBeLessThanOrEqual(rolling.replicas + rolling.surge)
          const available =
            fresh.available + left.reduce((sum, one, i) => sum + Math.min(one, old[i]?.available ?? 0), 0)
          expect(available).toBeGreaterThanOrEqual(rolling.replicas - rolling.unavailable)
          // Then everything that was started works.
          fresh = { wanted, available: wanted }
          old = left.map((one) => ({ wanted: one, available: one }))
        }
        expect([fresh.wanted, old[0]?.wanted]).toEqual([rolling.replicas, 0])
      },
    ),
  )
})
