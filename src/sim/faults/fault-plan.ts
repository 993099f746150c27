/** What is wrong with a cluster at the moment. Nothing, while it is empty. */
export interface FaultPlan {
  /** Every answer waits so long. */
  readonly latencyMs?: number
  /** This share of requests, from 0 to 1, is answered with 429. */
  readonly throttled?: number
  readonly retryAfterSeconds?: number
  /** This share of requests is answered with 500. */
  readonly failing?: number
  /** This share of writes, from 0 to 1, takes effect, but their answer is lost: 504 comes in its place. */
  readonly answersLost?: number
  /** Nothing is answered and no watch tells anything, while connections stay open. */
  readonly silent?: boolean
  /** Watches stay open, and tell nothing any more. */
  readonly halfOpenWatches?: boolean
  /** Lists hold so many objects at most, and say that they are complete. */
  readonly listsCutAfter?: number
  /** The credentials of these users have run out. */
  readonly expiredUsers?: readonly string[]
  /** How far the clock of the cluster is ahead. */
  readonly clockSkewMs?: number
}

const numbers = [
  'latencyMs',
  'throttled',
  'retryAfterSeconds',
  'failing',
  'answersLost',
  'listsCutAfter',
  'clockSkewMs',
] as const
const flags = ['silent', 'halfOpenWatches'] as const

/** Reads a plan from JSON; a text says what is wrong with it. */
export function readFaultPlan(value: unknown): FaultPlan | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'faults: wanted an object'
  const plan: Record<string, unknown> = {}
  for (const [key, one] of Object.entries(value)) {
    if (numbers.some((name) => name === key)) {
      if (typeof one !== 'number' || !Number.isFinite(one)) return `${key}: wanted a number`
    } else if (flags.some((name) => name === key)) {
      if (typeof one !== 'boolean') return `${key}: wanted true or false`
    } else if (key === 'expiredUsers') {
      if (!Array.isArray(one) || one.some((name) => typeof name !== 'string')) return `${key}: wanted names`
    } else {
      return `${key}: no such fault; there are ${[...numbers, ...flags, 'expiredUsers'].join(', ')}`
    }
    plan[key] = one
  }
  return plan as FaultPlan
}
