import type { Bundle, Cluster } from '../../../core/kinds/index.ts'
import {
  type ClusterView,
  type Facts,
  type PlacementDecision,
  placementDecision,
} from '../../../core/placement/index.ts'
import type { Problem } from '../../../core/problem.ts'
import { eachLimited } from '../../../runtime/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import type { Declared, FleetModel } from '../../fleet/index.ts'
import { assignmentOf, type Rendered } from './assignment-of.ts'

/** What a bundle is on a cluster, or why that cannot be said now. */
export type Rendering =
  | ({ readonly rendered: true } & Rendered & Noted)
  | ({ readonly rendered: false } & Noted)

interface Noted {
  readonly problems: readonly Problem[]
}

/** Renderings that are made, or waited for, at a time. */
const sideBySide = 16

export interface DecisionInput {
  readonly model: FleetModel
  /** What each cluster was to be before, withdrawn bundles among it. */
  readonly previous: ReadonlyMap<string, readonly Assignment[]>
  /** What was discovered about a cluster; undefined as long as nothing was. */
  readonly facts: (cluster: string) => Facts | undefined
  /** True when a withdrawn bundle has left the cluster. */
  readonly hasLeft: (cluster: string, bundle: string) => boolean
  readonly render: (bundle: Declared<Bundle>, cluster: Cluster) => Promise<Rendering>
}

export interface Decided {
  /** The whole list for every cluster of the model, sorted by bundle. */
  readonly assignments: ReadonlyMap<string, readonly Assignment[]>
  /** By bundle. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>
  /** By bundle: the clusters for which placement has no answer. */
  readonly unknown: ReadonlyMap<string, PlacementDecision['unknown']>
}

/**
 * What every cluster of the fleet is to be. What cannot be known or rendered leaves things as they were; a
 * bundle that a readable fleet no longer puts on a cluster becomes a withdrawn assignment, which deletes nothing
 * before somebody approves its plan (incidents 1 to 4).
 */
export async function decideAssignments(input: DecisionInput): Promise<Decided> {
  const { model, previous } = input
  const clusters = [...model.clusters.values()].map(({ value }) => value)
  const views = clusters.map((cluster) => viewOf(cluster, input.facts(cluster.metadata.name)))
  const lists = new Map(clusters.map((cluster) => [cluster.metadata.name, new Map<string, Assignment>()]))
  const before = (cluster: string, bundle: string): Assignment | undefined =>
    previous.get(cluster)?.find((assignment) => assignment.bundle === bundle)
  const problems = new Map<string, readonly Problem[]>()
  const unknown = new Map<string, PlacementDecision['unknown']>()

  const wanted = [...model.bundles].flatMap(([name, bundle]) => {
    const decision = placementDecision(bundle.value, views)
    if (decision.unknown.length > 0) unknown.set(name, decision.unknown)
    else if (decision.chosen.length === 0) problems.set(name, [nowhere(bundle)])
    const chosen = new Set(decision.chosen)
    const undecided = new Set(decision.unknown.map(({ cluster }) => cluster))
    return clusters.flatMap((cluster) => {
      const known = before(cluster.metadata.name, name)
      const stays = undecided.has(cluster.metadata.name) && known !== undefined
      return chosen.has(cluster.metadata.name) || stays ? [{ name, bundle, cluster, known, stays }] : []
    })
  })
  // Side by side, so that renderings which are new share the commits of the store.
  const renderings = await eachLimited(wanted, sideBySide, ({ bundle, cluster }) =>
    input.render(bundle, cluster),
  )
  for (const [name, placed] of Map.groupBy(
    wanted.map((one, i) => ({ ...one, rendering: renderings[i] })),
    (one) => one.name,
  )) {
    const noted = new Set<Problem>()
    for (const { bundle, cluster, known, stays, rendering } of placed) {
      if (rendering === undefined) continue
      const list = lists.get(cluster.metadata.name)
      for (const problem of rendering.problems) noted.add(problem)
      // Where placement has no answer a withdrawal that waits is not taken back either.
      const withdrawn = stays ? known?.withdrawn : undefined
      if (rendering.rendered && withdrawn === undefined) {
        list?.set(name, assignmentOf(model, bundle.value, cluster, rendering))
      } else if (known !== undefined)
        list?.set(name, { ...withoutWithdrawal(known), ...(withdrawn && { withdrawn }) })
    }
    if (noted.size > 0) problems.set(name, [...noted])
  }
  for (const [cluster, list] of lists) {
    for (const known of previous.get(cluster) ?? []) {
      if (list.has(known.bundle)) continue
      if (known.withdrawn !== undefined && input.hasLeft(cluster, known.bundle)) continue
      list.set(known.bundle, {
        ...known,
        withdrawn: known.withdrawn ?? { reason: whyWithdrawn(model, known.bundle) },
      })
    }
  }
  return { assignments: sorted(lists), problems, unknown }
}

/** A placement that chooses nothing may be meant, or be a slip: it is said. */
function nowhere({ value, file, line }: Declared<Bundle>): Problem {
  const where = value.spec.placement?.where
  return {
    file,
    line,
    subject: `Bundle ${value.metadata.name}`,
    message:
      where === undefined
        ? 'it has no placement and goes to no cluster'
        : `no cluster matches placement ${JSON.stringify(where)}`,
    hint: where === undefined ? 'write placement.where' : 'compare it with ek get clusters -o wide',
    severity: 'warning',
  }
}

function viewOf(cluster: Cluster, facts: Facts | undefined): ClusterView {
  const { environment, labels } = cluster.spec
  return { name: cluster.metadata.name, environment, labels: labels ?? {}, facts }
}

function withoutWithdrawal({ withdrawn: _withdrawn, ...assignment }: Assignment): Assignment {
  return assignment
}

function whyWithdrawn(model: FleetModel, bundle: string): string {
  return model.bundles.has(bundle)
    ? `the placement of bundle ${bundle} does not choose this cluster any more`
    : `bundle ${bundle} is not in the fleet repository any more`
}

function sorted(lists: ReadonlyMap<string, ReadonlyMap<string, Assignment>>): Map<string, Assignment[]> {
  return new Map(
    [...lists].map(([cluster, list]) => [
      cluster,
      [...list.values()].toSorted((one, two) => (one.bundle < two.bundle ? -1 : 1)),
    ]),
  )
}
