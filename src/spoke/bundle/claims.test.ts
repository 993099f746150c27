import { expect, test } from 'vitest'
import { Claims } from './claims.ts'

test('a bundle that holds an object keeps it while it declares it', () => {
  const claims = new Claims()
  claims.declare('a', 'v1', new Set(['ns']))
  claims.declare('b', 'v1', new Set(['ns']))
  expect(claims.ownerOf('ns', 'b')).toBe('b')
  expect(claims.ownerOf('ns', undefined)).toBe('a')
})

test('an object moves when its bundle stops declaring it, in either order', () => {
  const claims = new Claims()
  claims.declare('a', 'v1', new Set(['ns']))
  claims.declare('b', 'v1', new Set(['ns']))
  claims.declare('a', 'v2', new Set())
  expect(claims.ownerOf('ns', 'a')).toBe('b')
  claims.withdraw('b')
  expect(claims.ownerOf('ns', 'a')).toBeUndefined()
})
