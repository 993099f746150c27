/** A distribution in milliseconds. */
export interface Spread {
  readonly n: number
  readonly min: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Nearest-rank percentiles. Throws for no values: a measure without any has failed. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    n: sorted.length,
    min: round(rank(sorted, 0)),
    p50: round(rank(sorted, 0.5)),
    p95: round(rank(sorted, 0.95)),
    p99: round(rank(sorted, 0.99)),
    max: round(rank(sorted, 1)),
  }
}

export function median(values: readonly number[]): number {
  return spreadOf(values).p50
}

/** To a tenth of a millisecond from below ten on, else to a whole one. */
export function round(ms: number): number {
  return ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)
}

export function ratio(ours: number, bare: number): number {
  return Math.round((ours / bare) * 100) / 100
}

function rank(sorted: readonly number[], share: number): number {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}
