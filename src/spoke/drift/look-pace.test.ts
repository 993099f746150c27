import { expect, test } from 'vitest'
import { noteLook, waitBeforeLook } from './look-pace.ts'

/** When events that come at these times are looked at. */
function looksAt(times: readonly number[]): number[] {
  const object = { takenUntil: 0 }
  let last = 0
  return times.map((time) => {
    const now = Math.max(time, last)
    last = now + waitBeforeLook(object, now)
    noteLook(object, last)
    return last
  })
}

test('an object that changes each second is looked at as it changes, also after an event that came late', () => {
  const times = [10_000, 11_000, 12_700, 13_000, 14_000, 15_100, 15_950, 17_000]
  expect(looksAt(times)).toEqual(times)
})

test('after a standstill an object that changes each second is soon looked at as it changes again', () => {
  const held = [12_600, 12_620]
  const after = [13_000, 14_000, 15_000, 16_000]
  expect(looksAt([10_000, ...held, ...after]).slice(-3)).toEqual(after.slice(-3))
})

test('an object that changes all the time is looked at twice a second', () => {
  const looks = looksAt(Array.from({ length: 75 }, (_, i) => 10_000 + i * 20))
  expect(looks.slice(0, 4)).toEqual([10_000, 10_020, 10_500, 11_000])
})
