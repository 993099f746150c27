import type { Environment } from '../kinds/index.ts'

type Windows = NonNullable<NonNullable<Environment['spec']>['freeze']>['windows']
type FreezeWindow = Windows[number]
type Weekly = Extract<FreezeWindow, { days: unknown }>

/** How an instant is read by people in a place: the day of the week and the minute of the day. */
export type LocalTime = (instant: number, timezone: string) => { day: string; minute: number } | undefined

/** A freeze that holds now. */
export interface OpenWindow {
  readonly reason: string
  /** Epoch milliseconds at which it ends. */
  readonly until: number
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const minuteMs = 60_000

/**
 * The window that keeps stages from starting now; undefined when none does. A weekly window whose end is not after its
 * start lasts over midnight. One whose timezone is not known holds always: nobody can say that it does not.
 */
export function freezeAt(windows: Windows, now: number, local: LocalTime, instant: (text: string) => number) {
  let found: OpenWindow | undefined
  for (const window of windows) {
    const until = 'days' in window ? weeklyEnd(window, now, local) : datedEnd(window, now, instant)
    if (until === undefined) continue
    const reason = `freeze${window.reason === undefined ? '' : `: ${window.reason}`}`
    if (found === undefined || until > found.until) found = { reason, until }
  }
  return found
}

function datedEnd(
  window: Exclude<FreezeWindow, Weekly>,
  now: number,
  instant: (text: string) => number,
): number | undefined {
  const until = instant(window.until)
  return now >= instant(window.from) && now < until ? until : undefined
}

function weeklyEnd(window: Weekly, now: number, local: LocalTime): number | undefined {
  const at = local(now, window.timezone ?? 'UTC')
  if (at === undefined) return now + 60 * minuteMs
  const start = minuteOf(window.start)
  const end = minuteOf(window.end)
  const length = (end - start + 1440) % 1440 || 1440
  const today = days.findIndex((day) => day === at.day)
  const yesterday = days[(today + 6) % 7]
  // It began today, or yesterday and lasts over midnight.
  const began = [
    { day: at.day, minute: at.minute },
    { day: yesterday, minute: at.minute + 1440 },
  ].find(
    ({ day, minute }) => window.days.some((one) => one === day) && minute >= start && minute < start + length,
  )
  if (began === undefined) return undefined
  return Math.floor(now / minuteMs) * minuteMs + (start + length - began.minute) * minuteMs
}

function minuteOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}
