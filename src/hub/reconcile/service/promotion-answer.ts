import { apiFailure, type PromotionQuery, type PromotionView } from '../../../api/index.ts'
import { allows } from '../../../core/access/index.ts'
import { effectOf } from '../../../core/plan/index.ts'
import { hasEnded, type RunRecord } from '../../../core/rollout/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import { describeBundle } from './bundle-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { environmentsSeen, seesPlaced } from './in-scope.ts'
import { seenEffects, shownSummary } from './run-answers.ts'
import { effectsOf } from './run-effects.ts'

const mostItems = 100
const mostFields = 50

interface Side {
  readonly environment: string
  /** By cluster: what Git says. */
  readonly targets: ReadonlyMap<string, Assignment>
}

/**
 * How far a bundle is on its way from one environment to the next: what waits, what it changes there, how the two differ
 * afterwards, and why it cannot go on now. Undefined when there is no such bundle. Throws `not-found` for an environment
 * that is not there, and `invalid-request` where none comes before `to`.
 */
export async function promotionOf(
  parts: HubParts,
  bundle: string,
  query: PromotionQuery,
): Promise<PromotionView | undefined> {
  const { model } = parts.fleet.state
  if (model?.bundles.has(bundle) !== true || describeBundle(parts, bundle) === undefined) return undefined
  const to = sideOf(parts, bundle, query.to)
  const from = sideOf(parts, bundle, query.from ?? environmentBefore(parts, bundle, query.to))
  const record = parts.rollouts.book.active(bundle)
  const waiting = [...to.targets].filter(
    ([name, target]) => parts.board.assignment(name, bundle)?.variant !== target.variant,
  )
  const revision = record?.run.revision ?? waiting[0]?.[1].revision
  const view = {
    bundle,
    from: shownSide(parts, bundle, from, revision),
    to: shownSide(parts, bundle, to, revision),
    differences: await differencesOf(parts, bundle, from, to),
  }
  if (waiting.length === 0) return { ...view, effects: [] }
  const changes = Object.fromEntries(
    waiting.map(([name, target]) => {
      const current = parts.board.assignment(name, bundle)
      return [name, { ...target, ...(current === undefined ? {} : { from: current }) }]
    }),
  )
  const all = await effectsOf(parts, changes, { tried: (name) => to.targets.get(name) })
  const effects = seenEffects(parts, bundle, all)
  const blocked = whyBlocked(parts, bundle, view, record)
  return {
    ...view,
    ...(revision === undefined ? {} : { revision }),
    ...(record === undefined ? {} : { run: shownSummary(parts, record) }),
    effects,
    ...(blocked === undefined ? {} : { blocked }),
  }
}

function sideOf(parts: HubParts, bundle: string, environment: string): Side {
  const { model } = parts.fleet.state
  if (model === undefined || !environmentsSeen(parts).includes(environment)) {
    throw apiFailure('not-found', `environment ${environment}: there is none of this name`, {
      subject: `environment ${environment}`,
      hint: `there are ${environmentsInOrder(parts).join(', ') || 'none'}`,
    })
  }
  const targets = new Map<string, Assignment>()
  for (const { value } of model.clusters.values()) {
    const { name } = value.metadata
    const target = value.spec.environment === environment ? parts.rollouts.target(name, bundle) : undefined
    if (target !== undefined && target.withdrawn === undefined && seesPlaced(parts, name, bundle))
      targets.set(name, target)
  }
  return { environment, targets }
}

function environmentsInOrder(parts: HubParts): string[] {
  const names = environmentsSeen(parts)
  return names.toSorted((one, two) => orderOf(parts, one) - orderOf(parts, two))
}

function orderOf({ fleet }: HubParts, environment: string): number {
  return fleet.state.model?.environments.get(environment)?.value.spec?.order ?? 0
}

/** The environment that comes before this one, among those that have the bundle. */
function environmentBefore(parts: HubParts, bundle: string, to: string): string {
  const before = environmentsInOrder(parts).findLast(
    (name) => orderOf(parts, name) < orderOf(parts, to) && sideOf(parts, bundle, name).targets.size > 0,
  )
  if (before !== undefined) return before
  throw apiFailure('invalid-request', `bundle ${bundle}: no environment with it comes before ${to}`, {
    subject: `bundle ${bundle}`,
    hint: 'name the one that it is promoted from, or give the environments an order',
  })
}

function shownSide(
  { board }: HubParts,
  bundle: string,
  { environment, targets }: Side,
  revision: string | undefined,
): PromotionView['from'] {
  const current = [...targets.keys()].map((name) => board.assignment(name, bundle)?.revision)
  const counts = Map.groupBy(
    current.filter((one) => one !== undefined),
    (one) => one,
  )
  const ready = [...targets].filter(([name, target]) => {
    const report = board.entry(name).bundles.get(bundle)
    const isThere =
      board.isKnown(name) && report?.phase === 'applied' && report.desired.variant === target.variant
    return isThere && (report.health === 'Current' || report.objects === 0)
  })
  return {
    environment,
    clusters: targets.size,
    ready: revision === undefined ? 0 : ready.length,
    revisions: [...counts].toSorted((one, two) => two[1].length - one[1].length).map(([one]) => one),
  }
}

/** How what Git says of the two environments differs, by one cluster of each. */
async function differencesOf(
  parts: HubParts,
  bundle: string,
  from: Side,
  to: Side,
): Promise<PromotionView['differences']> {
  const { renderings, grants } = parts
  const [one] = from.targets.values()
  const [first] = to.targets
  if (one === undefined || first === undefined || one.variant === first[1].variant) return []
  const [cluster, two] = first
  const [before, after] = await Promise.all([
    renderings.content(one.variant),
    renderings.content(two.variant),
  ])
  if (before === undefined || after === undefined) return []
  return effectOf(before.objects, after.objects)
    .filter(({ ref: { namespace } }) => allows(grants, 'read', { cluster, bundle, namespace }))
    .slice(0, mostItems)
    .map(({ action, ref, fields }) => ({
      action,
      object: ref,
      fields: fields.slice(0, mostFields).map((field) => ({ ...field })),
    }))
}

function whyBlocked(
  parts: HubParts,
  bundle: string,
  { from, to }: Pick<PromotionView, 'from' | 'to'>,
  record: RunRecord | undefined,
): PromotionView['blocked'] {
  const status = `see ek rollout status ${bundle}`
  if (from.clusters === 0) {
    return {
      message: `no cluster of ${from.environment} has the bundle`,
      hint: 'name another environment with --from',
    }
  }
  if (from.ready < from.clusters) {
    const message = `${from.ready} of ${from.clusters} clusters of ${from.environment} are healthy with it`
    return { message, hint: `wait for them, or decide by ek rollout approve ${bundle}` }
  }
  if (record === undefined || hasEnded(record.progress.state)) {
    const problem = parts.rollouts.problem(bundle)
    if (problem !== undefined) return problem
    const ended = parts.rollouts.book.ended(bundle)
    const last = ended === undefined ? 'no run brings it' : `run ${ended.run.id} was ${ended.progress.state}`
    return { message: last, hint: `ek rollout start ${bundle} begins another` }
  }
  const { run, progress } = record
  if (progress.state !== 'running') {
    return {
      message: `run ${run.id} is ${progress.state}`,
      hint: `ek rollout resume ${bundle}, or ${status}`,
    }
  }
  // The approval of a stage lets the next one begin; that of a run lets its guarded clusters begin.
  const asked = progress.waits.find((wait) => wait.startsWith('approval'))
  const next = run.stages[progress.stage + (asked?.startsWith('approval of stage') === true ? 1 : 0)]
  const { model } = parts.fleet.state
  const isTo = (name: string): boolean => model?.clusters.get(name)?.value.spec.environment === to.environment
  if (asked !== undefined && next?.clusters.some(isTo) === true) return undefined
  const waits = progress.waits[0] ?? 'it goes on by itself'
  const where = `run ${run.id} is at stage ${run.stages[progress.stage]?.name ?? ''}`
  return { message: `${where}: ${waits}`, hint: status }
}
