import { createHash } from 'node:crypto'
import { type Bundle, effectiveTimeout, type RolloutChoice } from '../../../core/kinds/index.ts'
import type { Facts } from '../../../core/placement/index.ts'
import {
  type Candidate,
  combineRules,
  defaultRules,
  freshProgress,
  type Pin,
  planStages,
  type RolloutRules,
  rulesOf,
  type Run,
  type RunRecord,
  type Stage,
} from '../../../core/rollout/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import type { Declared, FleetModel } from '../../fleet/index.ts'

/** What a new run is made from: what its clusters are to be, and what they are. */
export interface NewRun {
  readonly model: FleetModel
  readonly bundle: Declared<Bundle>
  /** By cluster. */
  readonly wanted: ReadonlyMap<
    string,
    { readonly target: Assignment; readonly current: Assignment | undefined }
  >
  readonly isReachable: (cluster: string) => boolean
  readonly facts: (cluster: string) => Facts | undefined
  readonly at: string
  readonly startedBy?: Run['startedBy']
}

/** Makes a run, or says why it cannot start. */
export function newRun(options: NewRun): RunRecord | { readonly message: string; readonly hint: string } {
  const { model, bundle, wanted, at, startedBy } = options
  const { name } = bundle.value.metadata
  const candidates = [...wanted.keys()].map((cluster) => candidateOf(options, cluster))
  const own = rulesFor(model, bundle.value.spec.rollout)
  const ofEnvironment = (environment: string): RolloutRules | undefined =>
    rulesFor(model, model.environments.get(environment)?.value.spec?.rollout)
  const plan = planStages(candidates, own, ofEnvironment)
  if ('message' in plan) return plan
  const environments = new Set(candidates.map(({ view }) => view.environment))
  const { failureBudget, onFailure, unreachable, newer } =
    own ?? combineRules([...environments].map((environment) => ofEnvironment(environment) ?? defaultRules))
  const pins = Object.fromEntries([...wanted].map(([cluster, one]) => [cluster, pinOf(one)] as const))
  // Where somebody wrote the stages, their gates say who approves; the default asks for protected clusters.
  const byDefault = candidates.filter(({ view }) => (own ?? ofEnvironment(view.environment)) === undefined)
  const guarded = byDefault.map(({ view }) => view.name).filter((cluster) => isGuarded(model, cluster))
  const approval = approvalOf(guarded, beyondBound(model, plan.stages))
  const revision = [...wanted.values()][0]?.target.revision ?? ''
  const essence = JSON.stringify([name, revision, pins, at])
  const run: Run = {
    id: `r-${createHash('sha256').update(essence).digest('hex').slice(0, 10)}`,
    bundle: name,
    revision,
    createdAt: at,
    ...(startedBy === undefined ? {} : { startedBy }),
    pins,
    stages: plan.stages,
    failureBudget,
    onFailure,
    unreachable,
    newer,
    healthTimeoutMs: effectiveTimeout(bundle.value),
    ...(approval === undefined ? {} : { approval }),
  }
  return { run, progress: freshProgress(at) }
}

/** What has to be approved, and why: guarded clusters, and those that are more than one run may change by itself. */
function approvalOf(guarded: readonly string[], beyond: Beyond | undefined): Run['approval'] {
  const reasons = [
    ...(guarded.length === 0 ? [] : [`${guarded.length} protected clusters change`]),
    ...(beyond === undefined ? [] : [`${beyond.all} clusters change, ${beyond.bound} may without approval`]),
  ]
  if (reasons.length === 0) return undefined
  const clusters = [...new Set([...guarded, ...(beyond?.clusters ?? [])])]
  return { reason: reasons.join('; '), clusters }
}

interface Beyond {
  readonly clusters: readonly string[]
  readonly all: number
  readonly bound: number
}

/** The clusters, in the order of the stages, that come after as many as the fleet lets one run change. */
function beyondBound(model: FleetModel, stages: readonly Stage[]): Beyond | undefined {
  const { clusters, percent } = model.fleet?.value.spec?.defaults?.blastRadius ?? {}
  const share =
    percent === undefined ? undefined : Math.max(1, Math.floor((model.clusters.size * percent) / 100))
  const bound = Math.min(clusters ?? Number.POSITIVE_INFINITY, share ?? Number.POSITIVE_INFINITY)
  const ordered = stages.flatMap((stage) => stage.clusters)
  if (ordered.length <= bound) return undefined
  return { clusters: ordered.slice(bound), all: ordered.length, bound }
}

function rulesFor(model: FleetModel, choice: RolloutChoice | undefined): RolloutRules | undefined {
  if (choice === undefined) return undefined
  const spec = typeof choice === 'string' ? model.rollouts.get(choice)?.value.spec : choice
  return spec === undefined ? undefined : rulesOf(spec)
}

function candidateOf({ model, isReachable, facts }: NewRun, name: string): Candidate {
  const spec = model.clusters.get(name)?.value.spec
  const environment = spec?.environment ?? ''
  return {
    view: { name, environment, labels: spec?.labels ?? {}, facts: facts(name) },
    order: model.environments.get(environment)?.value.spec?.order ?? 0,
    reachable: isReachable(name),
  }
}

function pinOf({ target, current }: { target: Assignment; current: Assignment | undefined }): Pin {
  const { variant, mode, complete } = target
  if (current === undefined) return { variant, mode, complete }
  const from = {
    variant: current.variant,
    revision: current.revision,
    mode: current.mode,
    complete: current.complete,
  }
  return { variant, mode, complete, from }
}

function isGuarded(model: FleetModel, cluster: string): boolean {
  const environment = model.clusters.get(cluster)?.value.spec.environment ?? ''
  return model.environments.get(environment)?.value.spec?.tier === 'protected'
}
