import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heapInUse } from '../../../test/heap-in-use.ts'
import { fromBase64, parseTimestamp, toBase64, toBase64Url } from './index.ts'

test('base64 is that of everybody, and reads back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
      expect(fromBase64(toBase64(bytes))).toEqual(bytes)
    }),
  )
})

test('a text that is no base64 is not read', () => {
  for (const text of ['A', 'AA', 'AAA', 'AA=A', '-_-_', 'AAAA=', 'AB C', '===='])
    expect(fromBase64(text), text).toBeUndefined()
})

test('a time reads as everywhere, microseconds and offsets included', () => {
  const dates = fc.date({ noInvalidDate: true }).filter((date) => /^\d{4}-/.test(date.toISOString()))
  fc.assert(
    fc.property(dates, (date) => {
      expect(parseTimestamp(date.toISOString())).toBeCloseTo(date.getTime(), 3)
    }),
  )
  const noon = 1_782_907_200_000
  expect(parseTimestamp('2026-07-01T12:00:00Z')).toBe(noon)
  expect(parseTimestamp('2026-07-01T12:00:00.123456Z')).toBeCloseTo(noon + 123.456, 3)
  expect(parseTimestamp('2026-07-01T14:00:00+02:00')).toBe(noon)
  expect(parseTimestamp('2026-07-01T08:30:00-03:30')).toBe(noon)
})

test('what is no time of a date with a zone is not read', () => {
  for (const text of [
    '',
    'now',
    '2026-07-01',
    '2026-07-01T12:00:00',
    '2026-13-01T12:00:00Z',
    '2026-07-01T25:00:00Z',
  ]) {
    expect(parseTimestamp(text), text).toBeUndefined()
  }
})

test('base64 is held as one text, not as the pieces that it was made of', () => {
  const bytes = new Uint8Array(120).fill(7)
  const before = heapInUse()
  const texts = Array.from({ length: 5_000 }, () => toBase64(bytes))
  const each = (heapInUse() - before) / texts.length
  expect(texts[0]).toHaveLength(160)
  expect(each).toBeLessThan(2 * 160)
})
