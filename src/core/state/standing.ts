import type { HealthStatus } from '../health/index.ts'
import { type StateWord, stateWords } from './state-word.ts'

/** Milliseconds without a sign of life after which nothing is known any more (ux §3). */
export const silenceLimit = 90_000

/** How the connection to a cluster stands, as the spoke engine reports it. */
export type Reach = 'connecting' | 'reachable' | 'unreachable' | 'refused'

/** What is known about one bundle on one cluster. */
export interface PartFacts {
  readonly phase: 'pending' | 'applying' | 'applied' | 'blocked' | 'failed' | 'withdrawn'
  /** True once any revision of it was applied whole. */
  readonly everApplied: boolean
  readonly health: HealthStatus
  /** Differences that are open or being healed; undefined when that is not known. */
  readonly drift: number | undefined
  /** Differences that are allowed until a stated time. */
  readonly leased: number
}

export interface StateFacts {
  readonly reach: Reach
  /** Milliseconds since the last sign of life; undefined when there never was one. */
  readonly silentFor: number | undefined
  readonly parts: readonly PartFacts[]
}

/** A state with everything that holds besides it, worst first. */
export interface Standing {
  readonly state: StateWord
  /** Every flag that is raised; empty when in sync. */
  readonly flags: readonly StateWord[]
}

/**
 * The standing of a cluster (all its bundles) or of one bundle on it (that one part). A connection that is refused,
 * lost, or silent for longer than `silenceLimit`, is unreachable whatever was seen before.
 */
export function standingOf(facts: StateFacts): Standing {
  const raised = new Set(facts.parts.flatMap(flagsOf))
  const silent = facts.silentFor === undefined || facts.silentFor > silenceLimit
  const away = facts.reach === 'refused' || facts.reach === 'unreachable'
  if (silent || away) raised.add('unreachable')
  const flags = stateWords.filter((word) => raised.has(word))
  return { state: flags[0] ?? 'in-sync', flags }
}

function flagsOf(part: PartFacts): StateWord[] {
  const flags: StateWord[] = []
  const waiting = part.phase === 'pending' || part.phase === 'blocked'
  // What was never applied has no health to speak of: it waits, or is on its way.
  const begun = part.everApplied || !(waiting || part.phase === 'applying')
  // A cluster that refused an object was reached: that is failed, not unreachable.
  const unknown = begun && part.health === 'Unknown' && part.phase !== 'failed'
  if (part.drift === undefined || unknown) flags.push('unreachable')
  if (part.phase === 'failed' || part.health === 'Failed') flags.push('failed')
  if ((part.drift ?? 0) > 0 || (begun && part.health === 'NotFound')) flags.push('drifted')
  const moving = part.phase === 'applying' || part.phase === 'withdrawn'
  if (moving || part.health === 'InProgress' || part.health === 'Terminating') flags.push('in-progress')
  if (part.leased > 0) flags.push('leased')
  if (waiting) flags.push('pending')
  return flags
}
