/** The longest duration that a kind may name: 366 days. Longer ones are slips such as `9e9h`. */
const longest = 366 * 24 * 3_600_000

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/**
 * Reads a duration as Go and Kubernetes write them (`10m`, `1h30m`, `1.5s`, `0`) and gives milliseconds,
 * rounded to whole ones. Undefined for anything else: no unit, a sign, an exponent, spaces, more than 366
 * days. Source of the form: Go's time.ParseDuration.
 */
export function parseDuration(text: string | 0): number | undefined {
  if (text === 0 || text === '0') return 0
  if (!/^(?:\d{1,15}(?:\.\d{0,9})?(?:ns|us|µs|ms|s|m|h)){1,7}$/u.test(text)) return undefined
  let total = 0
  for (const [, digits, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/gu)) {
    total += Number(digits) * (unitMs[unit ?? ''] ?? Number.NaN)
  }
  return total <= longest ? Math.round(total) : undefined
}
