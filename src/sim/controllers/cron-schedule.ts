/**
 * A schedule of cron: which minutes, hours, days, months and weekdays. Source of what is understood: robfig/cron v3,
 * ParseStandard, which Kubernetes uses.
 */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** Days are asked for by both their number and their weekday, so that either is enough. */
  readonly isEitherDay: boolean
}

const named: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** A leap day on a certain weekday comes within so many days. */
const mostDays = 366 * 29

/** Reads a schedule; undefined for one that is none. */
export function cronSchedule(text: string): CronSchedule | undefined {
  const fields = (named[text.trim()] ?? text).trim().split(/\s+/)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const found = {
    minutes: fieldOf(minute, 0, 59),
    hours: fieldOf(hour, 0, 23),
    days: fieldOf(day, 1, 31),
    months: fieldOf(month, 1, 12, months),
    weekdays: fieldOf(weekday, 0, 6, weekdays),
  }
  const isRead = Object.values(found).every((values) => values !== undefined && values.size > 0)
  if (fields.length !== 5 || !isRead) return undefined
  const isFree = (field: string): boolean => /^[*?]/.test(field)
  return { ...(found as Omit<CronSchedule, 'isEitherDay'>), isEitherDay: !isFree(day) && !isFree(weekday) }
}

/**
 * The first time of a schedule after a time, both in milliseconds; undefined when there is none. Its fields are those of
 * a clock in a time zone, UTC without one.
 */
export function nextTime(schedule: CronSchedule, after: number, timeZone?: string): number | undefined {
  const start = Math.floor(after / minuteMs) * minuteMs + minuteMs
  // Wall clocks are counted as if they stood in UTC.
  const wall = start + offsetAt(start, timeZone)
  const firstDay = Math.floor(wall / dayMs) * dayMs
  const hours = [...schedule.hours].toSorted((one, other) => one - other)
  const minutes = [...schedule.minutes].toSorted((one, other) => one - other)
  for (let day = firstDay; day < firstDay + mostDays * dayMs; day += dayMs) {
    if (!isOn(schedule, new Date(day))) continue
    for (const hour of hours) {
      for (const minute of minutes) {
        const at = day + (hour * 60 + minute) * minuteMs
        if (at < wall) continue
        const real = at - offsetAt(at - offsetAt(at, timeZone), timeZone)
        if (real > after) return real
      }
    }
  }
  return undefined
}

/** The latest time of a schedule after `from` and not after `to`; undefined when there is none. */
export function latestTime(
  schedule: CronSchedule,
  from: number,
  to: number,
  timeZone?: string,
): number | undefined {
  let latest: number | undefined
  // However long nobody looked, only the end of it is searched.
  for (let span = minuteMs; latest === undefined; span *= 2) {
    const start = Math.max(from, to - span)
    for (let at = nextTime(schedule, start, timeZone); at !== undefined && at <= to; ) {
      latest = at
      at = nextTime(schedule, at, timeZone)
    }
    if (start === from) break
  }
  return latest
}

function isOn({ days, months: ofYear, weekdays: ofWeek, isEitherDay }: CronSchedule, day: Date): boolean {
  if (!ofYear.has(day.getUTCMonth() + 1)) return false
  const [byDay, byWeekday] = [days.has(day.getUTCDate()), ofWeek.has(day.getUTCDay())]
  return isEitherDay ? byDay || byWeekday : byDay && byWeekday
}

/** How far the clocks of a time zone are ahead of UTC at a time. */
function offsetAt(time: number, timeZone: string | undefined): number {
  if (timeZone === undefined) return 0
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(time)
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value)
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
  return wall - Math.floor(time / minuteMs) * minuteMs
}

/** The values of one field: lists of `*`, numbers, names and ranges, each with a step. */
function fieldOf(
  text: string,
  least: number,
  most: number,
  names: readonly string[] = [],
): ReadonlySet<number> | undefined {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? []
    const [first = '', last] = range.split('-')
    const isAll = first === '*' || first === '?'
    const from = isAll ? least : numberOf(first, least, names)
    // `5/15` begins at 5 and goes on to the end.
    const to =
      isAll || (last === undefined && part.includes('/')) ? most : numberOf(last ?? first, least, names)
    if (!(from >= least && to <= most && from <= to && Number(step) > 0)) return undefined
    for (let value = from; value <= to; value += Number(step)) values.add(value)
  }
  return values
}

function numberOf(text: string, least: number, names: readonly string[]): number {
  const name = names.indexOf(text.toLowerCase())
  if (name >= 0) return name + least
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}
