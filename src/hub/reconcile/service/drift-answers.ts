import {
  type CauseView,
  type DriftPage,
  type DriftQuery,
  type DriftView,
  type Scope,
  type StatusView,
  valueViewOf,
} from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import type { DriftRecord } from '../../../core/ledger/index.ts'
import { keyOf, type ObjectRef } from '../../../core/object/index.ts'
import { type StateWord, stateWords } from '../../../core/state/index.ts'
import type { Assignment, ContentObject } from '../../../spoke/index.ts'
import type { DriftFilter } from '../../store/index.ts'
import { allProblems } from './bundle-answers.ts'
import { asOf, unanswered } from './cluster-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, type FleetCluster, narrows, tierOf } from './in-scope.ts'
import { modeOf } from './placed-bundle.ts'

const standing = ['open', 'healing'] as const
const shownCauses = 8
const shownNames = 50

/** Differences of the clusters in scope, newest first, with the clusters whose part of the answer is missing. */
export async function listDrift(parts: HubParts, query: DriftQuery): Promise<DriftPage> {
  const clusters = clustersInScope(parts, query)
  const filter: DriftFilter = {
    clusters: clusters.map(({ name }) => name),
    states: query.state ?? standing,
    within: readable(parts.grants),
    ...(query.bundle === undefined ? {} : { bundle: query.bundle }),
    ...(query.cause === undefined ? {} : { cause: query.cause }),
    ...(query.group === undefined ? {} : { group: query.group }),
    ...(query.kind === undefined ? {} : { kind: query.kind }),
    ...(query.namespace === undefined ? {} : { namespace: query.namespace }),
    ...(query.name === undefined ? {} : { name: query.name }),
  }
  const { items, total, next } = await parts.store.drift.page(filter, query.limit, query.cursor)
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]))
  const views: DriftView[] = []
  for (const record of items) {
    const cluster = byName.get(record.cluster)
    if (cluster !== undefined) views.push(await driftView(parts, cluster, record))
  }
  const away = unanswered(parts, clusters)
  return {
    items: views,
    total,
    ...(next === undefined ? {} : { next }),
    answered: clusters.length - away.length,
    unanswered: away,
    ...asOf(parts, clusters),
  }
}

/** The clusters in scope in one answer: every one is counted once, and what is not known is not counted as good. */
export async function fleetStatus(parts: HubParts, scope: Scope): Promise<StatusView> {
  const clusters = clustersInScope(parts, scope)
  const states = Object.fromEntries(stateWords.map((word) => [word, 0])) as Record<StateWord, number>
  for (const { name } of clusters) states[parts.board.standing(name).state] += 1
  const names = clusters.map(({ name }) => name)
  const filter: DriftFilter = { clusters: names, states: standing, within: readable(parts.grants) }
  const causes = await parts.store.drift.causes(filter, shownCauses)
  const shown: CauseView[] = []
  for (const { cause, clusters: count, since, example } of causes.items) {
    shown.push({
      id: cause,
      state: 'drifted',
      object: example.ref,
      bundle: example.bundle,
      path: example.path,
      class: example.class,
      desired: valueViewOf(example.desired),
      live: valueViewOf(example.live),
      writer: example.writer,
      clusters: count,
      names: await parts.store.drift.clustersOf(cause, filter, shownNames),
      since,
    })
  }
  const waiting = await parts.store.plans.page(
    { clusters: names, states: ['waiting'], within: readable(parts.grants) },
    1,
  )
  const { revision } = parts.fleet.state
  return {
    clusters: clusters.length,
    states,
    ...asOf(parts, clusters),
    causes: shown,
    moreCauses: { causes: causes.total - shown.length, clusters: causes.moreClusters },
    unanswered: unanswered(parts, clusters).slice(0, shownNames),
    waitingPlans: waiting.total,
    problems: narrows(scope) ? 0 : allProblems(parts).length,
    ...(revision === undefined ? {} : { revision }),
  }
}

async function driftView(parts: HubParts, found: FleetCluster, record: DriftRecord): Promise<DriftView> {
  const assignment = parts.board.assignments(found.name).find(({ bundle }) => bundle === record.bundle)
  const mode = assignment === undefined ? 'observe' : modeOf(parts, assignment)
  const origin = assignment === undefined ? undefined : await originOf(parts, assignment, record.ref)
  const { healAt, healedAt, hold, cluster: _cluster, ref, uid: _uid, desired, live, ...rest } = record
  return {
    ...rest,
    cluster: found.name,
    environment: found.cluster.spec.environment,
    tier: tierOf(found),
    object: ref,
    desired: valueViewOf(desired),
    live: valueViewOf(live),
    mode,
    ...(assignment === undefined || mode !== 'enforce' ? {} : { healAfterMs: healAfter(assignment, record) }),
    ...(healAt === undefined ? {} : { healAt }),
    ...(healedAt === undefined ? {} : { healedAt }),
    ...(hold === undefined ? {} : { hold }),
    ...(origin === undefined ? {} : { origin }),
    lastKnown: !parts.board.isKnown(found.name),
  }
}

function healAfter({ healAfter: after }: Assignment, { writer }: DriftRecord): number {
  return writer.kind === 'human' ? after.people : after.others
}

/** Where Git declares an object; undefined where the rendering is not to be had or does not hold it. */
export async function originOf(
  parts: HubParts,
  assignment: Assignment,
  ref: ObjectRef,
): Promise<ContentObject['origin'] | undefined> {
  const content = await parts.renderings.content(assignment.variant).catch(() => undefined)
  const key = keyOf(ref)
  // An object that is written without its namespace stands in the default one, or in none.
  const bare = keyOf({ ...ref, namespace: '' })
  const named = (wanted: string): ContentObject | undefined =>
    content?.objects.find(({ object }) => {
      const { apiVersion, kind, metadata } = object
      const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
      return keyOf({ group, kind, namespace: metadata.namespace ?? '', name: metadata.name }) === wanted
    })
  return (named(key) ?? named(bare))?.origin
}
