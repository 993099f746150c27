import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ageOf, spanOf } from './age.ts'
import { paint, paintHex, rendered } from './paint.ts'
import { type Column, fingerprintOf, tableLines } from './table.ts'
import { cut, pad, textWidth } from './text-width.ts'

interface Row {
  readonly name: string
  readonly drift: string
  readonly age: string
}

const columns: Column<Row>[] = [
  { title: 'NAME', cell: (row) => row.name, flexible: true },
  { title: 'DRIFT', cell: (row) => row.drift, align: 'right' },
  { title: 'AGE', cell: (row) => row.age, min: 5, moving: true },
]

describe('a table', () => {
  test('has columns two spaces apart and no space at the end of a line', () => {
    const rows = [
      { name: '日本-1', drift: '2', age: '3s' },
      { name: 'cluster-b', drift: '12', age: '' },
    ]
    expect(tableLines(columns, rows)).toEqual([
      'NAME       DRIFT  AGE',
      '日本-1         2  3s',
      'cluster-b     12',
    ])
  })

  test('is cut only to the width of a terminal, in the column that may give way', () => {
    const rows = [{ name: 'a-rather-long-name', drift: '1', age: '1s' }]
    expect(tableLines(columns, rows)[1]).toContain('a-rather-long-name')
    expect(tableLines(columns, rows, { width: 24 })).toEqual([
      'NAME        DRIFT  AGE',
      'a-rather-…      1  1s',
    ])
    expect(tableLines(columns, rows, { width: 5 })[1]).toBe('a-ra…      1  1s')
  })

  test('keeps a cell on one line', () => {
    expect(tableLines(columns, [{ name: 'a\n  b\tc', drift: '', age: '' }])[1]).toBe('a b c')
  })

  test('knows a row again in which only an age moved', () => {
    const row = { name: 'a', drift: '1', age: '1s' }
    expect(fingerprintOf(columns, { ...row, age: '9s' })).toBe(fingerprintOf(columns, row))
    expect(fingerprintOf(columns, { ...row, drift: '2' })).not.toBe(fingerprintOf(columns, row))
  })
})

describe('the width of a text', () => {
  test.each([
    ['prod-eu-3', 9],
    ['✕ Unreachable', 13],
    ['❚❚ Leased', 9],
    ['日本', 4],
    ['e\u0301', 1],
    ['🚀', 2],
    [paint('red', 'abc'), 3],
    [paintHex('#c9190b', 'abc'), 3],
  ])('of %j is %i', (text, width) => {
    expect(textWidth(text)).toBe(width)
  })

  test('a text that was cut is never wider than asked, and a padded one never narrower', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(textWidth(cut(text, width))).toBeLessThanOrEqual(width)
        expect(textWidth(pad(text, width))).toBeGreaterThanOrEqual(width)
      }),
    )
  })
})

test('an age is cut to its largest unit, and ? when it is not known', () => {
  expect([0, 59_999, 60_000, 3_599_000, 7_200_000, 172_700_000, 172_800_000].map(spanOf)).toEqual([
    '0s',
    '59s',
    '1m',
    '59m',
    '2h',
    '47h',
    '2d',
  ])
  expect([ageOf(undefined, 0), ageOf('nonsense', 0)]).toEqual(['?', '?'])
  expect(ageOf('2026-01-01T00:00:00Z', Date.parse('2025-12-31T23:59:59Z'))).toBe('0s')
})

test('what is written holds no terminal sequence but those of paint', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const plain = rendered(text, false)
      expect(plain).not.toMatch(/(?![\n\t])\p{Cc}/u)
      expect(rendered(text.replace(/[\u{F0000}-\u{FFFFD}]/gu, ''), true)).not.toContain('\u001b')
    }),
  )
  expect(rendered(paint('red', 'x'), true)).toBe('\u001b[31mx\u001b[39m')
  expect(rendered(paintHex('#f00', 'x'), true)).toBe('\u001b[38;2;255;0;0mx\u001b[39m')
  expect(rendered(paint('red', 'x'), false)).toBe('x')
})
