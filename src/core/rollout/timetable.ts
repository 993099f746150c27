import type { Stage } from './run.ts'
import type { RunView } from './run-view.ts'

/** When a stage is expected to begin and to be through. */
export interface TimetableEntry {
  readonly stage: string
  readonly clusters: number
  /** Epoch milliseconds; absent where it hangs on a person. */
  readonly startsAt?: number
  readonly endsAt?: number
  /** What it waits for besides time: approvals, metrics. */
  readonly needs: readonly string[]
}

/** What one round of clusters is taken to last where nothing is known: the time to apply and to come to good health. */
export const roundMs = 60_000

/**
 * Simulates a run without failures: rounds of `maxParallel` clusters, soaks, and freeze windows as they are declared.
 * After a stage that hangs on a person no time can be said.
 */
export function timetable(
  stages: readonly Stage[],
  now: number,
  closed: (cluster: string, at: number) => ReturnType<RunView['closed']>,
): TimetableEntry[] {
  let at: number | undefined = now
  return stages.map((stage) => {
    const rounds = Math.ceil(stage.clusters.length / (stage.maxParallel ?? stage.clusters.length))
    const startsAt: number | undefined = at === undefined ? undefined : opening(stage, at, closed)
    const endsAt = startsAt === undefined ? undefined : startsAt + rounds * roundMs + stage.soakMs
    const needs = stage.gates.flatMap((gate) => {
      if (gate === 'health') return []
      if ('approval' in gate) return [`approval by ${gate.approval.count ?? 1}`]
      return 'cel' in gate ? [gate.cel] : [`${gate.metric.query} at most ${gate.metric.max}`]
    })
    at = needs.length === 0 ? endsAt : undefined
    return {
      stage: stage.name,
      clusters: stage.clusters.length,
      ...(startsAt === undefined ? {} : { startsAt }),
      ...(endsAt === undefined ? {} : { endsAt }),
      needs,
    }
  })
}

/** The first moment at which no cluster of the stage is closed; undefined where nobody can say. */
function opening(
  stage: Stage,
  from: number,
  closed: (cluster: string, at: number) => ReturnType<RunView['closed']>,
): number | undefined {
  let at = from
  for (let tries = 0; tries < 100; tries += 1) {
    const shut = stage.clusters.flatMap((cluster) => closed(cluster, at) ?? [])
    if (shut.length === 0) return at
    if (shut.some(({ until }) => until === undefined)) return undefined
    at = Math.max(...shut.map(({ until }) => until ?? at))
  }
  return undefined
}
