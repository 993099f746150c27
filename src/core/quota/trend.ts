/** How full a quota was at a time. */
export interface QuotaSample {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Of 1. */
  readonly full: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** A change that is worth a sample of its own. */
const step = 0.01
/** From a shorter time nothing is foretold. */
const shortestMs = hourMs
const fewest = 3
/** Nothing is foretold further than so many times the time that was looked at, nor than a year. */
const furthest = 30
const longestDays = 365

/** Whether a sample says more than the last one: an hour has gone by, or it is another by one in a hundred. */
export function sampleIsDue(last: QuotaSample | undefined, next: QuotaSample): boolean {
  if (last === undefined) return true
  return next.at - last.at >= hourMs || Math.abs(next.full - last.full) >= step
}

/**
 * In how many days the quota is full if it goes on as over these samples, oldest first; 0 when it is full, undefined where
 * it does not rise or too little is known. A straight line through all samples: single peaks foretell nothing.
 */
export function daysToFull(samples: readonly QuotaSample[]): number | undefined {
  const last = samples.at(-1)
  const first = samples[0]
  if (first === undefined || last === undefined) return undefined
  if (last.full >= 1) return 0
  const span = last.at - first.at
  if (samples.length < fewest || span < shortestMs) return undefined
  const slope = slopeOf(samples)
  if (slope <= 0) return undefined
  const ms = (1 - last.full) / slope
  if (ms > furthest * span || ms > longestDays * dayMs) return undefined
  return ms / dayMs
}

/** Fullness a millisecond, by least squares. A sample stands for the time until the next one, so that dense ones weigh less. */
function slopeOf(samples: readonly QuotaSample[]): number {
  const end = samples.at(-1)?.at ?? 0
  const weighed = samples.map((sample, index) => ({
    x: sample.at - end,
    y: sample.full,
    weight: Math.max(1, (samples[index + 1]?.at ?? sample.at + hourMs) - sample.at),
  }))
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0)
  const meanX = weighed.reduce((sum, { x, weight }) => sum + x * weight, 0) / total
  const meanY = weighed.reduce((sum, { y, weight }) => sum + y * weight, 0) / total
  let [above, below] = [0, 0]
  for (const { x, y, weight } of weighed) {
    above += weight * (x - meanX) * (y - meanY)
    below += weight * (x - meanX) ** 2
  }
  return below === 0 ? 0 : above / below
}
