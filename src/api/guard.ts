import type { Failure } from '../core/failure.ts'
import { sentenceSchema, type Tier, wordSchema } from './scalars.ts'
import { z } from 'zod'
import { type ApiCode, apiFailure } from './api-failure.ts'

/** What a person answered at the guard of a write (cli §6). It travels with the request. */
export const confirmationFields = {
  yes: z.boolean().optional().describe('Answers the question for sandbox and standard clusters'),
  confirm: wordSchema
    .optional()
    .describe('The name of the one cluster, or the number of clusters; what a protected one asks for'),
  reason: sentenceSchema.optional().describe('Needed for protected clusters'),
}

export interface Confirmation {
  readonly yes?: boolean | undefined
  readonly confirm?: string | undefined
  readonly reason?: string | undefined
}

export interface GuardedTarget {
  readonly cluster: string
  readonly tier: Tier
}

/** What a write to some clusters asks for before anything is sent. */
export interface Guard {
  /** The highest tier that is reached. */
  readonly tier: Tier
  /** What has to be typed for protected clusters: the name of the one, or the number of all. */
  readonly typed: string | undefined
  readonly needsReason: boolean
}

const height: Readonly<Record<Tier, number>> = { sandbox: 0, standard: 1, protected: 2 }

/** The guard of a write that reaches these clusters: the highest tier among them decides (cli §6.3). */
export function guardOf(targets: readonly GuardedTarget[]): Guard {
  const tier = targets.reduce<Tier>(
    (top, one) => (height[one.tier] > height[top] ? one.tier : top),
    'sandbox',
  )
  if (tier !== 'protected') return { tier, typed: undefined, needsReason: false }
  const names = new Set(targets.map((target) => target.cluster))
  const [only] = names
  return {
    tier,
    typed: names.size === 1 && only !== undefined ? only : String(names.size),
    needsReason: true,
  }
}

/**
 * Says what a confirmation lacks, or undefined when it satisfies the guard. `yes` never satisfies a protected
 * cluster; the right `confirm` satisfies every tier.
 */
export function unconfirmed(guard: Guard, given: Confirmation): Failure<ApiCode> | undefined {
  if (guard.typed === undefined) {
    if (given.yes === true || given.confirm !== undefined) return undefined
    return refused(`a ${guard.tier} cluster asks for confirmation`, 'confirm with --yes')
  }
  const what = `--confirm=${guard.typed}`
  if (given.confirm !== guard.typed) {
    const got = given.confirm === undefined ? 'nothing' : JSON.stringify(given.confirm)
    const wanted = `a protected cluster wants ${JSON.stringify(guard.typed)} typed, got ${got}`
    return refused(wanted, `confirm with ${what} and --reason`)
  }
  if (given.reason === undefined || given.reason.trim() === '') {
    return refused('a protected cluster asks for a reason', `give one with --reason, beside ${what}`)
  }
  return undefined
}

function refused(why: string, hint: string): Failure<ApiCode> {
  return apiFailure('confirmation-needed', `${why}; nothing was sent`, { hint })
}
