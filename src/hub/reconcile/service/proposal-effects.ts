import type { ProposalView } from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import { parseQuantity } from '../../../core/facts/index.ts'
import { keyOf, refOfKey } from '../../../core/object/index.ts'
import { type AccessQuestion, questionText, subjectOrder } from '../../../core/rbac/index.ts'
import { environmentsOf, visibleGrants } from './access-answers.ts'
import type { AccessBook, PlacedGrant } from './access-book.ts'
import type { HubParts } from './hub-parts.ts'
import type { FleetCluster } from './in-scope.ts'
import type { ProposedChange } from './proposed-change.ts'

const mostNames = 20
const mostBy = 3
const rowsAtOnce = 1_000

type Effects = ProposalView['effects']
type Bounds = ProposalView['bounds']

/**
 * What the subject of a change gains, loses, or keeps by another binding. Only what names the subject itself is compared:
 * which groups somebody is in, the clusters do not know.
 */
export async function effectsOnSubject(
  parts: HubParts,
  book: AccessBook,
  change: Exclude<ProposedChange, { is: 'bound' }>,
  clusters: readonly FleetCluster[],
  questions: readonly AccessQuestion[],
): Promise<Pick<ProposalView, 'permissions' | 'effects'>> {
  const permissions = questions.map(questionText)
  const names = clusters.map(({ name }) => name)
  if (names.length === 0) return { permissions, effects: [] }
  const { ref } = change
  const subject = subjectOrder(change.subject)
  const held = (await visibleGrants(parts, book, questions, clusters)).filter(
    ({ binding }) =>
      binding.subjects.some((one) => subjectOrder(one) === subject) &&
      // What holds in some namespace is no reason why somebody would keep what holds everywhere.
      (ref.namespace !== '' || binding.namespace === ''),
  )
  const isOwn = ({ key }: PlacedGrant): boolean => key === keyOf(ref)
  const given =
    change.is === 'give'
      ? await book.allowedBy(change.role, ref.namespace, questions, names)
      : questions.map((_, place) => clustersOf(held.filter(isOwn), place))
  const rest = held.filter((grant) => !isOwn(grant))
  const environmentOf = environmentsOf(clusters)
  const effects = given.flatMap((own, permission): Effects => {
    const others = rest.filter(({ questions: places }) => places.includes(permission))
    const kept = clustersOf(others, permission)
    const made = [...own].filter((cluster) => !kept.has(cluster))
    const by = [...new Set(others.map(({ key }) => refOfKey(key).name))].toSorted().slice(0, mostBy)
    return [
      ...byEnvironment(made, environmentOf).map(({ environment, clusters: on }) => ({
        permission,
        environment,
        what: change.is === 'give' ? ('gains' as const) : ('loses' as const),
        clusters: on,
        by: [],
      })),
      ...byEnvironment(
        [...own].filter((cluster) => kept.has(cluster)),
        environmentOf,
      ).map(({ environment, clusters: on }) => ({
        permission,
        environment,
        what: 'keeps' as const,
        clusters: on,
        by,
      })),
    ]
  })
  return { permissions, effects }
}

/** Who would use more than a quota allows from then on. */
export async function effectsOnUse(
  parts: HubParts,
  { ref, bounds }: Extract<ProposedChange, { is: 'bound' }>,
  clusters: readonly FleetCluster[],
  declared: (resource: string) => string,
): Promise<Bounds> {
  const found = new Map<string, Bounds[number]>(
    [...bounds].map(([resource, to]) => [
      resource,
      { resource, from: declared(resource), to, clusters: 0, over: [], overCount: 0, uncounted: 0 },
    ]),
  )
  const filter = {
    clusters: clusters.map(({ name }) => name),
    namespace: ref.namespace,
    within: readable(parts.grants),
  }
  let cursor: string | undefined
  do {
    const page = await parts.store.quotas.page(filter, rowsAtOnce, cursor)
    for (const { key, resource, used, cluster } of page.items) {
      const bound = key === keyOf(ref) ? found.get(resource) : undefined
      if (bound === undefined) continue
      const [use, most] = [parseQuantity(used ?? ''), parseQuantity(bound.to)]
      const isOver = use !== undefined && most !== undefined && use > most
      found.set(resource, {
        ...bound,
        clusters: bound.clusters + 1,
        over: isOver && bound.over.length < mostNames ? [...bound.over, cluster] : bound.over,
        overCount: bound.overCount + (isOver ? 1 : 0),
        uncounted: bound.uncounted + (use === undefined ? 1 : 0),
      })
    }
    cursor = page.next
  } while (cursor !== undefined)
  return [...found.values()]
}

function clustersOf(grants: readonly PlacedGrant[], question: number): Set<string> {
  return new Set(
    grants.filter(({ questions }) => questions.includes(question)).flatMap(({ clusters }) => clusters),
  )
}

function byEnvironment(
  clusters: readonly string[],
  environmentOf: ReadonlyMap<string, string>,
): { environment: string; clusters: number }[] {
  const groups = Map.groupBy(clusters, (cluster) => environmentOf.get(cluster) ?? '')
  return [...groups]
    .map(([environment, all]) => ({ environment, clusters: all.length }))
    .toSorted((one, two) => (one.environment < two.environment ? -1 : 1))
}
