import { expect, test } from 'vitest'
import { type StateWord, stateWords } from '../../core/state/index.ts'
import { contrast, deltaE2000, difference, visions } from './colour-distance.ts'
import { grounds, identityColours, palette } from './palette.ts'

/** Pending and in sync share a colour, and differ by shape alone: both are normal. */
const coloured = stateWords.filter((word) => word !== 'pending')

function* pairs(): Generator<readonly [StateWord, StateWord]> {
  for (const [at, one] of coloured.entries()) for (const two of coloured.slice(at + 1)) yield [one, two]
}

test('the formula gives the published results (Sharma, Wu and Dalal 2005, pairs 1, 7, 9, 17 and 33)', () => {
  expect(deltaE2000([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4)
  expect(deltaE2000([50, 0, 0], [50, -1, 2])).toBeCloseTo(2.3669, 4)
  expect(deltaE2000([50, 2.49, -0.001], [50, -2.49, 0.0009])).toBeCloseTo(7.1792, 4)
  expect(deltaE2000([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4)
  expect(deltaE2000([6.7747, -0.2908, -2.4247], [5.8714, -0.0985, -2.2286])).toBeCloseTo(0.6377, 4)
})

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: every state has at least 3:1 on its ground`, () => {
    for (const word of stateWords) expect(contrast(palette[theme][word], grounds[theme])).toBeGreaterThan(3)
  })

  test(`${theme}: any two states stay apart for every kind of colour vision`, () => {
    for (const [name, vision] of Object.entries(visions)) {
      for (const [one, two] of pairs()) {
        const apart = difference(palette[theme][one], palette[theme][two], vision)
        expect(apart, `${one} and ${two} for ${name} vision`).toBeGreaterThan(24)
      }
    }
  })
}

test('white text can be read on every identity colour', () => {
  for (const colour of Object.values(identityColours))
    expect(contrast(colour, '#ffffff')).toBeGreaterThan(4.5)
})
