import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

test('a slip of the finger finds the word that was meant', () => {
  const known = ['placement', 'source', 'rollout', 'dependsOn', 'mode']
  for (const [word, meant] of [
    ['placment', 'placement'],
    ['soruce', 'source'],
    ['rolout', 'rollout'],
    ['dependson', 'dependsOn'],
    ['modes', 'mode'],
    ['mdoe', 'mode'],
  ] as const) {
    expect([word, nearest(word, known)]).toEqual([word, meant])
  }
})

test('a word that is near nothing finds nothing, however long', () => {
  expect(nearest('xyz', ['placement', 'mode'])).toBeUndefined()
  expect(nearest('a'.repeat(1000), ['a'.repeat(999)])).toBeUndefined()
  expect(nearest('anything', [])).toBeUndefined()
})

test('a known word finds itself, and one edit is always near', () => {
  const word = fc.stringMatching(/^[a-z]{4,20}$/)
  fc.assert(
    fc.property(word, fc.nat(), (known, seed) => {
      const at = seed % known.length
      expect(nearest(known, [known])).toBe(known)
      expect(nearest(known.slice(0, at) + known.slice(at + 1), [known])).toBe(known)
      expect(nearest(`${known.slice(0, at)}x${known.slice(at)}`, [known])).toBe(known)
    }),
  )
})
