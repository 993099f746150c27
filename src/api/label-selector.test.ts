import { describe, expect, test } from 'vitest'
import { compileSelector } from './index.ts'

const labels = { region: 'eu', tier: 'gold', 'example.com/gpu': '' }

describe('a label selector', () => {
  test.each([
    ['', true],
    ['region=eu', true],
    ['region==eu', true],
    ['region = eu , tier=gold', true],
    ['region=us', false],
    ['region!=us', true],
    ['region!=eu', false],
    ['zone!=a', true],
    ['region in (us, eu)', true],
    ['region in (us,ap),tier=gold', false],
    ['region notin (us,ap)', true],
    ['zone notin (a)', true],
    ['zone in (a)', false],
    ['example.com/gpu', true],
    ['!example.com/gpu', false],
    ['!zone', true],
    ['zone', false],
    ['example.com/gpu>3', false],
    ['example.com/gpu=', true],
    ['__proto__', undefined],
    ['toString', false],
    ['!constructor', true],
  ])('%j matches as kubectl would', (text, expected) => {
    if (expected === undefined) expect(() => compileSelector(text)).toThrow('cannot read')
    else expect(compileSelector(text)(labels)).toBe(expected)
  })

  test.each(['=', 'a=b=c', 'region in', 'region in (', 'region in eu', 'a,,b', 'region>b', 'ä=1', 'a=b c'])(
    '%j is refused with what may be written',
    (text) => {
      expect(() => compileSelector(text)).toThrow(
        expect.objectContaining({ code: 'invalid-request', hint: expect.stringContaining('region=eu') }),
      )
    },
  )
})
