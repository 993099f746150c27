import type { LocalTime } from '../../../core/rollout/index.ts'

const formats = new Map<string, Intl.DateTimeFormat | undefined>()

/** Day and minute of an instant in a timezone of the IANA database; undefined where the timezone is not known. */
export const localTime: LocalTime = (instant, timezone) => {
  if (!formats.has(timezone)) formats.set(timezone, formatOf(timezone))
  const parts = formats.get(timezone)?.formatToParts(instant)
  if (parts === undefined) return undefined
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? ''
  return { day: part('weekday'), minute: Number(part('hour')) * 60 + Number(part('minute')) }
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
  } catch {
    return undefined
  }
}
