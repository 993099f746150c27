import { useSecond } from '../data/tick.ts'

/** How long ago, in the largest whole unit: `6 s`, `4 min`, `3 h`, `12 d`. */
export function ageText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 120) return `${whole} s`
  if (whole < 120 * 60) return `${Math.floor(whole / 60)} min`
  if (whole < 48 * 3600) return `${Math.floor(whole / 3600)} h`
  return `${Math.floor(whole / 86_400)} d`
}

/** The age of a moment, which ticks; `unknown` where nobody knows it. Its title says the moment itself. */
export function Age({
  at,
  unknown = 'never',
}: {
  readonly at: string | undefined
  readonly unknown?: string
}) {
  const second = useSecond()
  if (at === undefined) return <span>{unknown}</span>
  return (
    <time dateTime={at} title={moment(at)}>
      {ageText(second - Date.parse(at) / 1000)}
    </time>
  )
}

/** The time until a moment, which ticks down: `in 6 min`; `now` when it has come. */
export function Until({ at }: { readonly at: string }) {
  const second = useSecond()
  const left = Date.parse(at) / 1000 - second
  return (
    <time dateTime={at} title={moment(at)}>
      {left <= 0 ? 'now' : `in ${ageText(left)}`}
    </time>
  )
}

/** A time of day in UTC, with the date where it is not today: `14:02`, `20 Nov 14:02`. */
export function Clock({ at, seconds = false }: { readonly at: string; readonly seconds?: boolean }) {
  return (
    <time dateTime={at} title={moment(at)}>
      {clockText(at, seconds)}
    </time>
  )
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

export function clockText(at: string, seconds = false): string {
  const date = new Date(at)
  const iso = date.toISOString()
  const time = iso.slice(11, seconds ? 19 : 16)
  if (iso.slice(0, 10) === new Date().toISOString().slice(0, 10)) return time
  return `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ''} ${time}`
}

function moment(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
