import { expect, test } from 'vitest'
import { freezeAt } from './freeze-window.ts'

const dayMs = 86_400_000
const names = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed']

/** `Fri 22:00` of the first week there was, or `d30 00:00`, as epoch milliseconds. */
function at(text: string): number {
  const [day = '', clock = ''] = text.split(' ')
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  const index = day.startsWith('d') ? Number(day.slice(1)) : names.indexOf(day)
  return index * dayMs + (hours * 60 + minutes) * 60_000
}

const utc = (now: number) => ({
  day: names[Math.floor(now / dayMs) % 7] ?? '',
  minute: Math.floor((now % dayMs) / 60_000),
})

test('a weekly window holds between its times, over midnight too, and tells its end', () => {
  const night = [{ days: ['Fri' as const], start: '22:00', end: '06:00', reason: 'weekend' }]
  const frozen = (text: string) => freezeAt(night, at(text), utc, at)
  expect(frozen('Fri 21:59')).toBeUndefined()
  expect(frozen('Fri 22:00')).toEqual({ reason: 'freeze: weekend', until: at('Sat 06:00') })
  expect(frozen('Sat 05:59')?.until).toBe(at('Sat 06:00'))
  expect(frozen('Sat 06:00')).toBeUndefined()
  expect(frozen('Sat 22:00')).toBeUndefined()
})

test('a dated window holds from its beginning to just before its end; of several the last end counts', () => {
  const dated = [
    { from: 'd20 00:00', until: 'd30 00:00' },
    { from: 'd22 00:00', until: 'd25 00:00', reason: 'audit' },
  ]
  expect(freezeAt(dated, at('d19 23:59'), utc, at)).toBeUndefined()
  expect(freezeAt(dated, at('d23 12:00'), utc, at)).toEqual({ reason: 'freeze', until: at('d30 00:00') })
  expect(freezeAt(dated, at('d30 00:00'), utc, at)).toBeUndefined()
})

test('a window in a timezone that nobody knows holds: nobody can say that it does not', () => {
  const strange = [{ days: ['Mon' as const], start: '00:00', end: '01:00', timezone: 'Mars/Olympus' }]
  expect(freezeAt(strange, at('Thu 12:00'), () => undefined, at)).toBeDefined()
})
