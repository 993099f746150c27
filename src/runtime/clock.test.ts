import { describe, expect, test } from 'vitest'
import { Backoff, FakeClock, systemClock } from './index.ts'

describe('FakeClock', () => {
  test('timers run in the order of their time, then of their start, and see their own time', async () => {
    const clock = new FakeClock(0)
    const seen: string[] = []
    clock.setTimeout(() => seen.push(`late@${clock.now()}`), 20)
    clock.setTimeout(() => seen.push(`first@${clock.now()}`), 10)
    clock.setTimeout(() => seen.push(`second@${clock.now()}`), 10)
    await clock.advance(20)
    expect(seen).toEqual(['first@10', 'second@10', 'late@20'])
  })

  test('a timer that a timer starts runs within the same advance when it falls due', async () => {
    const clock = new FakeClock(0)
    const seen: number[] = []
    clock.setTimeout(() => void clock.setTimeout(() => seen.push(clock.now()), 5), 5)
    await clock.advance(9)
    expect(seen).toEqual([])
    await clock.advance(1)
    expect(seen).toEqual([10])
  })

  test('a cancelled timer never runs and is no longer pending', async () => {
    const clock = new FakeClock(0)
    let ran = false
    const timer = clock.setTimeout(() => {
      ran = true
    }, 5)
    expect(clock.pending).toBe(1)
    timer.cancel()
    expect(clock.pending).toBe(0)
    await clock.advance(10)
    expect(ran).toBe(false)
  })
})

for (const [name, make] of [
  ['FakeClock', () => new FakeClock()],
  ['systemClock', () => systemClock],
] as const) {
  test(`a sleep on ${name} ends at once when its signal aborts, and when it had aborted before`, async () => {
    const clock = make()
    const controller = new AbortController()
    const sleeping = clock.sleep(3_600_000, controller.signal)
    controller.abort()
    await sleeping
    await clock.sleep(3_600_000, controller.signal)
    if (clock instanceof FakeClock) expect(clock.pending).toBe(0)
  })
}

describe('Backoff', () => {
  test('waits grow from base to max and are spread over the whole range below', () => {
    const high = new Backoff({ baseMs: 100, maxMs: 1_000, random: () => 0.999 })
    expect([high.next(), high.next(), high.next(), high.next(), high.next(), high.next()]).toEqual([
      99, 199, 399, 799, 999, 999,
    ])
    const low = new Backoff({ baseMs: 100, maxMs: 1_000, random: () => 0 })
    expect([low.next(), low.next()]).toEqual([0, 0])
  })

  test('a reset starts over', () => {
    const backoff = new Backoff({ baseMs: 100, maxMs: 1_000, random: () => 0.5 })
    backoff.next()
    backoff.next()
    expect(backoff.attempts).toBe(2)
    backoff.reset()
    expect(backoff.next()).toBe(50)
  })
})
