import { expect, test } from 'vitest'
import { SharedValues } from './shared-values.ts'

test('whoever asks for the same key holds the same value', () => {
  const shared = new SharedValues<{ readonly of: string }>()
  expect(shared.get('a')).toBeUndefined()
  const first = shared.share('a', { of: 'one' })
  expect(shared.share('a', { of: 'another' })).toBe(first)
  expect(shared.get('a')).toBe(first)
  const other = shared.share('b', { of: 'two' })
  expect(other).not.toBe(first)
  expect(shared.size).toBe(2)
})
