import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedLines } from './changed-lines.ts'

test('what differs is shown with a few lines around', () => {
  const from = ['a', 'b', 'c', 'd', 'e', 'f', 'old', 'g'].join('\n')
  const to = ['a', 'b', 'c', 'd', 'e', 'f', 'new', 'g', 'h'].join('\n')
  expect(changedLines(from, to).map(({ sign, line }) => sign + line)).toEqual([
    ' d',
    ' e',
    ' f',
    '-old',
    '+new',
    ' g',
    '+h',
  ])
  expect(changedLines('', 'a\n')).toEqual([{ sign: '+', line: 'a' }])
  expect(changedLines('a', 'a')).toEqual([])
})

test('lines that stay and come are the new text, and lines that stay and went the old one', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 })
  fc.assert(
    fc.property(text, text, (one, two) => {
      const lines = changedLines(one.join('\n'), two.join('\n'))
      const of = (sign: string) => lines.filter((line) => line.sign !== sign).map(({ line }) => line)
      if (lines.length === 0) expect(one).toEqual(two)
      // Texts this short stand within the lines around a change.
      else expect([of('+'), of('-')]).toEqual([one, two])
    }),
  )
})
