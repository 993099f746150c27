import { expect, test } from 'vitest'
import { Fights } from './fights.ts'

test('heals against the same writer back off and stop at the fifth', () => {
  const fights = new Fights()
  const delays = Array.from({ length: 6 }, (_, i) => {
    const delay = fights.delay('k', 'spec.replicas', 'hpa', i * 1000)
    fights.healed('k', 'spec.replicas', 'hpa', i * 1000)
    return delay
  })
  expect(delays).toEqual([0, 1000, 2000, 4000, 8000, undefined])
})

test('another writer, another field and old heals do not count', () => {
  const fights = new Fights()
  for (let i = 0; i < 5; i++) fights.healed('k', 'spec.replicas', 'hpa', i)
  expect(fights.delay('k', 'spec.replicas', 'kubectl', 10)).toBe(0)
  expect(fights.delay('k', 'spec.paused', 'hpa', 10)).toBe(0)
  expect(fights.delay('k', 'spec.replicas', 'hpa', 11 * 60_000)).toBe(0)
})

test('a decision starts the object afresh, and only that one', () => {
  const fights = new Fights()
  for (let i = 0; i < 5; i++) {
    fights.healed('k', 'a', 'hpa', i)
    fights.healed('other', 'a', 'hpa', i)
  }
  fights.forgive('k')
  expect(fights.delay('k', 'a', 'hpa', 10)).toBe(0)
  expect(fights.delay('other', 'a', 'hpa', 10)).toBeUndefined()
})
