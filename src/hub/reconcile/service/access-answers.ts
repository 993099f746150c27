import {
  type AccessMatrixQuery,
  type AccessMatrixView,
  apiFailure,
  type WhoCanQuery,
  type WhoCanView,
} from '../../../api/index.ts'
import { refOfKey } from '../../../core/object/index.ts'
import {
  type AccessQuestion,
  holds,
  type Person,
  personAs,
  questionText,
  readAccessQuestion,
} from '../../../core/rbac/index.ts'
import type { AccessBook, PlacedGrant } from './access-book.ts'
import { GrantRows } from './grant-rows.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, type FleetCluster } from './in-scope.ts'
import { MatrixRows } from './matrix-rows.ts'
import { driftedOf, namesFor, type RecordedSight, recordedSight, seesRecorded } from './recorded-sight.ts'

/** What decides who can what. */
export const rbacKinds = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']
const bindingKinds = ['RoleBinding', 'ClusterRoleBinding']

/** What auditors ask first. */
const usualPermissions = [
  '* *',
  'get secrets',
  'delete pods',
  'create pods/exec',
  'patch deployments',
  'create rolebindings',
  'patch resourcequotas',
  'delete namespaces',
]

/** Who can do something on the clusters in scope; of one user or some groups where the query names them. */
export async function answerWhoCan(
  parts: HubParts,
  book: AccessBook,
  query: WhoCanQuery,
): Promise<WhoCanView> {
  const question = questionOf(query)
  const clusters = clustersInScope(parts, query)
  const names = namesFor(parts, clusters)
  const sight = await recordedSight(parts, clusters, rbacKinds)
  const asked = await askedPeople(book, query, names)
  const rows = new GrantRows(environmentsOf(clusters))
  const can = new Set<string>()
  for (const grant of await visibleGrants(parts, book, [question], clusters)) {
    for (const subject of grant.binding.subjects) {
      const on =
        asked === undefined ? grant.clusters : grant.clusters.filter((one) => holds(subject, asked(one)))
      if (on.length > 0) rows.add(subject, grant, on)
      for (const cluster of on) can.add(cluster)
    }
  }
  const drifted = await driftedOf(parts, bindingKinds, names)
  return {
    ...sight.view,
    question: questionText(question),
    ...rows.page(drifted, query.limit, query.cursor),
    environments: countEnvironments(clusters, sight, can),
  }
}

/** Who can what, environment by environment. */
export async function answerAccessMatrix(
  parts: HubParts,
  book: AccessBook,
  query: AccessMatrixQuery,
): Promise<AccessMatrixView> {
  const { namespace } = query
  const questions = permissionsOf(query.permission, namespace)
  const clusters = clustersInScope(parts, query)
  const sight = await recordedSight(parts, clusters, rbacKinds)
  const rows = new MatrixRows(environmentsOf(clusters))
  for (const grant of await visibleGrants(parts, book, questions, clusters)) rows.add(grant)
  return {
    ...sight.view,
    permissions: questions.map(questionText),
    environments: countEnvironments(clusters, sight, new Set()).map(({ can: _can, ...rest }) => rest),
    ...rows.page({ ...query, system: query.system === 'true' }),
  }
}

/** Permissions as they are written, such as `get secrets`; those that auditors ask for first where none are. */
export function permissionsOf(
  written: readonly string[] = usualPermissions,
  namespace: string | undefined,
): AccessQuestion[] {
  return written.map((text) => {
    const [verb = '', resource = ''] = text.trim().split(/\s+/)
    return questionOf({ verb, resource, namespace })
  })
}

/** The grants that whoever asks may look at, on clusters that are still in the fleet. */
export async function visibleGrants(
  parts: HubParts,
  book: AccessBook,
  questions: readonly AccessQuestion[],
  clusters: readonly FleetCluster[],
): Promise<PlacedGrant[]> {
  const inScope = new Set(clusters.map(({ name }) => name))
  const grants = inScope.size === 0 ? [] : await book.grants(questions, namesFor(parts, clusters))
  return grants.flatMap((grant) => {
    const { namespace } = refOfKey(grant.key)
    const seen = grant.clusters.filter(
      (one) => inScope.has(one) && seesRecorded(parts, one, namespace, grant.bundle),
    )
    return seen.length === 0 ? [] : [{ ...grant, clusters: seen }]
  })
}

/** Of whom it is asked on a cluster; undefined for everybody. A user's OpenShift groups are those of each cluster. */
async function askedPeople(
  book: AccessBook,
  { user, group = [] }: WhoCanQuery,
  clusters: readonly string[] | undefined,
): Promise<((cluster: string) => Person) | undefined> {
  if (user === undefined) return group.length === 0 ? undefined : () => ({ name: '', groups: group })
  const groupsOf = await book.groupsOf(user, clusters)
  return (cluster) => personAs(user, [...group, ...(groupsOf.get(cluster) ?? [])])
}

function questionOf(written: Parameters<typeof readAccessQuestion>[0]): AccessQuestion {
  const question = readAccessQuestion(written)
  if (typeof question === 'string') throw apiFailure('invalid-request', question)
  return question
}

/** The environment of each cluster. */
export function environmentsOf(clusters: readonly FleetCluster[]): ReadonlyMap<string, string> {
  return new Map(clusters.map(({ name, cluster }) => [name, cluster.spec.environment]))
}

function countEnvironments(
  clusters: readonly FleetCluster[],
  { answered }: RecordedSight,
  can: ReadonlySet<string>,
): WhoCanView['environments'] {
  const counts = new Map<string, { environment: string; asked: number; answered: number; can: number }>()
  for (const { name, cluster } of clusters) {
    const { environment } = cluster.spec
    const count = counts.get(environment) ?? { environment, asked: 0, answered: 0, can: 0 }
    count.asked += 1
    if (answered.has(name)) {
      count.answered += 1
      if (can.has(name)) count.can += 1
    }
    counts.set(environment, count)
  }
  return [...counts.values()].toSorted((one, two) => (one.environment < two.environment ? -1 : 1))
}
