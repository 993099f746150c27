import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batches } from './batches.ts'

test('texts are cut by number and by bytes, in their order', () => {
  expect(batches(['a', 'b', 'c'], { objects: 2, bytes: 100 })).toEqual([['a', 'b'], ['c']])
  expect(batches(['aaa', 'b', 'cc'], { objects: 9, bytes: 4 })).toEqual([['aaa', 'b'], ['cc']])
  expect(batches(['ä'.repeat(9), 'b'], { objects: 9, bytes: 4 })).toEqual([['ä'.repeat(9)], ['b']])
  expect(batches([], { objects: 2, bytes: 100 })).toEqual([])
})

test('nothing is lost, and only a single text is larger than the limit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string()),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(30),
      (texts, objects, bytes) => {
        const cut = batches(texts, { objects, bytes })
        expect(cut.flat()).toEqual(texts)
        for (const batch of cut) {
          expect(batch.length).toBeGreaterThan(0)
          expect(batch.length).toBeLessThanOrEqual(objects)
          const size = batch.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
          expect(batch.length === 1 || size <= bytes).toBe(true)
        }
      },
    ),
  )
})
