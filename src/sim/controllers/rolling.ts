import { type Json, type JsonMap, mapOf } from '../../core/object/index.ts'
import { numberOr } from './owned-pods.ts'

/** One ReplicaSet, as a rollout sees it. */
export interface Replicas {
  readonly wanted: number
  readonly available: number
}

export interface Rolling {
  /** What the Deployment wants. */
  readonly replicas: number
  readonly surge: number
  readonly unavailable: number
}

/** How the pods of a Deployment may be replaced. */
export function rollingOf(spec: JsonMap): Rolling {
  const replicas = numberOr(spec.replicas, 1)
  const strategy = mapOf(spec.strategy)
  if (strategy.type === 'Recreate') return { replicas, surge: 0, unavailable: replicas }
  const rolling = mapOf(strategy.rollingUpdate)
  const surge = resolved(rolling.maxSurge, replicas, Math.ceil)
  const unavailable = resolved(rolling.maxUnavailable, replicas, Math.floor)
  return { replicas, surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable }
}

/** A number or a share of all, as Deployments write it. */
function resolved(value: Json | undefined, of: number, round: (x: number) => number): number {
  if (typeof value === 'number') return value
  const percent = /^(\d+)%$/.exec(typeof value === 'string' ? value : '25%')?.[1]
  return round((Number(percent ?? 25) * of) / 100)
}

/** How many pods the new ReplicaSet is to have now. Source: pkg/controller/deployment/util, NewRSNewReplicas. */
export function newReplicas(current: Replicas, others: readonly Replicas[], rolling: Rolling): number {
  const { replicas, surge } = rolling
  if (current.wanted >= replicas) return replicas
  const all = current.wanted + sum(others.map(({ wanted }) => wanted))
  const room = replicas + surge - all
  return room <= 0 ? current.wanted : current.wanted + Math.min(room, replicas - current.wanted)
}

/**
 * How many pods each old ReplicaSet is to have now: those that do not work go first, the others as far as enough remain.
 * Source: pkg/controller/deployment/rolling.go.
 */
export function oldReplicas(
  current: Replicas,
  old: readonly Replicas[],
  rolling: Rolling,
): readonly number[] {
  const least = rolling.replicas - rolling.unavailable
  const all = current.wanted + sum(old.map(({ wanted }) => wanted))
  let most = all - least - Math.max(0, current.wanted - current.available)
  const wanted = old.map((one) => one.wanted)
  for (const [i, one] of old.entries()) {
    const broken = Math.min(Math.max(0, one.wanted - one.available), Math.max(0, most))
    wanted[i] = one.wanted - broken
    most -= broken
  }
  let spare = Math.min(most, current.available + sum(old.map(({ available }) => available)) - least)
  for (const [i, count] of wanted.entries()) {
    const taken = Math.max(0, Math.min(count, spare))
    wanted[i] = count - taken
    spare -= taken
  }
  return wanted
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
