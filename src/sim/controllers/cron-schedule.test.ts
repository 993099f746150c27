import { expect, test } from 'vitest'
import { cronSchedule, latestTime, nextTime } from './cron-schedule.ts'

const at = (text: string): number => Date.parse(text)

/** The next times of a schedule, as texts. */
function times(text: string, after: string, count = 1, timeZone?: string): string[] {
  const schedule = cronSchedule(text)
  if (schedule === undefined) throw new Error(`${text} cannot be read`)
  const found: string[] = []
  let last = at(after)
  while (found.length < count) {
    const next = nextTime(schedule, last, timeZone)
    if (next === undefined) break
    last = next
    found.push(new Date(next).toISOString().slice(0, 16))
  }
  return found
}

test('a schedule has its next times, and the time that it is now is none of them', () => {
  expect(times('*/20 * * * *', '2026-01-01T00:00:00Z', 3)).toEqual([
    '2026-01-01T00:20',
    '2026-01-01T00:40',
    '2026-01-01T01:00',
  ])
  expect(times('5 4 * * mon-fri', '2026-01-02T05:00:00Z', 2)).toEqual([
    '2026-01-05T04:05',
    '2026-01-06T04:05',
  ])
  expect(times('0 0 29 2 *', '2026-01-01T00:00:00Z')).toEqual(['2028-02-29T00:00'])
  expect(times('@hourly', '2026-01-01T00:59:59Z')).toEqual(['2026-01-01T01:00'])
  expect(times('1,3 10-12/2 * JAN *', '2026-01-01T10:02:00Z', 3)).toEqual([
    '2026-01-01T10:03',
    '2026-01-01T12:01',
    '2026-01-01T12:03',
  ])
})

test('a day by its number or by its weekday is enough where both are asked for', () => {
  expect(times('0 0 13 * 5', '2026-01-01T00:00:00Z', 3)).toEqual([
    '2026-01-02T00:00',
    '2026-01-09T00:00',
    '2026-01-13T00:00',
  ])
})

test('a schedule goes by the clocks of its time zone', () => {
  const daily = '30 9 * * *'
  expect(times(daily, '2026-03-27T12:00:00Z', 3, 'Europe/Berlin')).toEqual([
    '2026-03-28T08:30',
    '2026-03-29T07:30',
    '2026-03-30T07:30',
  ])
})

test('what is no schedule is none', () => {
  for (const text of ['', '* * * *', '60 * * * *', '* * 0 * *', '5-1 * * * *', '*/0 * * * *', 'a * * * *'])
    expect(cronSchedule(text), text).toBeUndefined()
  const never = cronSchedule('0 0 31 2 *')
  expect(never === undefined ? 'unread' : nextTime(never, 0)).toBeUndefined()
})

test('the latest of many missed times is found from the end', () => {
  const schedule = cronSchedule('*/5 * * * *')
  if (schedule === undefined) throw new Error('cannot be read')
  const latest = (from: string, to: string): number | undefined => latestTime(schedule, at(from), at(to))
  expect(latest('2020-01-01T00:00:00Z', '2026-01-01T00:13:00Z')).toBe(at('2026-01-01T00:10:00Z'))
  expect(latest('2026-01-01T00:10:00Z', '2026-01-01T00:13:00Z')).toBeUndefined()
})
