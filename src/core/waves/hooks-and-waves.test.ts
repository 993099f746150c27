import { expect, test } from 'vitest'
import { dueWave, hookOrder } from './index.ts'

const hook = (name: string, weight: number, kind = 'Job', when: 'before' | 'after' = 'before') => ({
  hook: { when, weight, deletePolicy: ['before-creation' as const] },
  ref: { group: kind === 'Job' ? 'batch' : '', kind, namespace: 'shop', name },
})

test('hooks of one time run by weight, then by kind, then by name', () => {
  const hooks = [
    hook('b', 0),
    hook('z', -5),
    hook('a', 0),
    hook('late', -9, 'Job', 'after'),
    hook('rights', 0, 'ServiceAccount'),
  ]
  expect(hookOrder(hooks, 'before').map(({ ref }) => ref.name)).toEqual(['z', 'rights', 'a', 'b'])
  expect(hookOrder(hooks, 'after').map(({ ref }) => ref.name)).toEqual(['late'])
})

test('the lowest wave with something to apply is due, and waits for what is not Current below it', () => {
  const one = { wave: 1, applied: false, current: false }
  const current = { wave: -2, applied: true, current: true }
  const starting = { wave: 0, applied: true, current: false }
  expect(dueWave([current])).toBeUndefined()
  expect(dueWave([current, one])).toEqual({ wave: 1, heldBy: undefined })
  expect(dueWave([current, starting, one])).toEqual({ wave: 1, heldBy: starting })
  expect(dueWave([starting, { ...starting, applied: false }, one])).toEqual({ wave: 0, heldBy: undefined })
})
