import type { Scope, SearchQuery, SearchView, SearchWordsQuery } from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import { refOfKey } from '../../../core/object/index.ts'
import { readQuestion, searchFields, type SearchQuestion } from '../../../core/search/index.ts'
import type { SearchScope } from '../../store/index.ts'
import { declaredBundles } from './bundle-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, environmentsSeen, type FleetCluster } from './in-scope.ts'

const mostWords = 50

/** Objects of the clusters in scope that match, by cluster, with what was found where. */
export async function searchObjects(parts: HubParts, query: SearchQuery): Promise<SearchView> {
  const question = readQuestion(query.q)
  const clusters = asked(parts, query, question)
  const environmentOf = new Map(clusters.map(({ name, cluster }) => [name, cluster.spec.environment]))
  const { problems } = question
  if (problems.length > 0) return { items: [], total: 0, groups: [], problem: problems.join('; '), stale: [] }
  const scope = scopeOf(parts, clusters)
  const page = await parts.store.search.find(
    await withKinds(parts, question, scope),
    scope,
    query.limit,
    query.cursor,
  )
  // Of a cluster that left the fleet the index may still tell.
  const isThere = ({ cluster }: { readonly cluster: string }): boolean => environmentOf.has(cluster)
  const [items, byCluster] = [page.items.filter(isThere), page.byCluster.filter(isThere)]
  const groups = new Map<string, { environment: string; objects: number; clusters: number }>()
  for (const { cluster, count } of byCluster) {
    const environment = environmentOf.get(cluster) ?? ''
    const group = groups.get(environment) ?? { environment, objects: 0, clusters: 0 }
    group.objects += count
    group.clusters += 1
    groups.set(environment, group)
  }
  return {
    items: items.map(({ cluster, bundle, key, projection }) => {
      const { labels, images, owners, numbers } = projection
      const assignment = parts.board.assignment(cluster, bundle)
      return {
        cluster,
        environment: environmentOf.get(cluster) ?? '',
        bundle,
        object: refOfKey(key),
        state: assignment === undefined ? 'pending' : parts.board.partStanding(cluster, assignment).state,
        labels: { ...labels },
        images: [...images],
        owners: [...owners],
        ...(numbers.replicas === undefined ? {} : { replicas: numbers.replicas }),
        ...(numbers.ready === undefined ? {} : { ready: numbers.ready }),
      }
    }),
    total: byCluster.reduce((sum, { count }) => sum + count, 0),
    ...(page.next === undefined ? {} : { next: page.next }),
    groups: [...groups.values()].toSorted((one, two) => two.objects - one.objects),
    stale: byCluster.map(({ cluster }) => cluster).filter((name) => !parts.board.isKnown(name)),
  }
}

/** How the last part of a question may go on: a field, or a value of one. */
export async function searchWords(parts: HubParts, query: SearchWordsQuery): Promise<string[]> {
  const last = /\S*$/.exec(query.q)?.[0] ?? ''
  const [, field = '', given = ''] = /^([a-z]+):(.*)$/i.exec(last) ?? []
  if (field === '') {
    return searchFields.filter((one) => one.startsWith(last.toLowerCase())).map((one) => `${one}:`)
  }
  const at = given.lastIndexOf(',') + 1
  const prefix = given.slice(at)
  const clusters = asked(parts, query, readQuestion(query.q.slice(0, -last.length)))
  const scope = scopeOf(parts, clusters)
  const values = await valuesOf(parts, field.toLowerCase(), prefix, scope, clusters)
  return values.slice(0, mostWords).map((value) => `${field}:${given.slice(0, at)}${value}`)
}

async function valuesOf(
  parts: HubParts,
  field: string,
  prefix: string,
  scope: SearchScope,
  clusters: readonly FleetCluster[],
): Promise<string[]> {
  const beginning = (names: readonly string[]): string[] =>
    names.filter((name) => name.startsWith(prefix)).toSorted()
  switch (field) {
    case 'cluster':
      return beginning(clusters.map(({ name }) => name))
    case 'env':
      return beginning(environmentsSeen(parts))
    case 'bundle':
      return beginning(declaredBundles(parts))
    case 'kind':
    case 'name':
      return parts.store.search.complete(field, prefix, scope, mostWords)
    case 'ns':
      return parts.store.search.complete('namespace', prefix, scope, mostWords)
    case 'group':
      return parts.store.search.complete('api_group', prefix, scope, mostWords)
    default:
      return []
  }
}

/** The question with its kinds as they are written: `deployment` is meant to be `Deployment`. */
async function withKinds(
  { store }: HubParts,
  question: SearchQuestion,
  scope: SearchScope,
): Promise<SearchQuestion> {
  if (question.kinds === undefined) return question
  const kinds: string[] = []
  for (const kind of question.kinds) {
    const known = await store.search.complete('kind', kind, scope, mostWords)
    kinds.push(...known.filter((one) => one.toLowerCase() === kind.toLowerCase()))
  }
  return { ...question, kinds }
}

/** The clusters that a question is about, of those that whoever asks may look at. */
function asked(parts: HubParts, scope: Scope, { environments }: SearchQuestion): FleetCluster[] {
  return clustersInScope(parts, scope).filter(
    ({ cluster }) => environments === undefined || environments.includes(cluster.spec.environment),
  )
}

/** A long list of names costs more than it leaves out: where every cluster is meant none is named. */
function scopeOf(parts: HubParts, clusters: readonly FleetCluster[]): SearchScope {
  const within = readable(parts.grants)
  const all = within === undefined && clusters.length === parts.fleet.state.model?.clusters.size
  return all ? {} : { clusters: clusters.map(({ name }) => name), within }
}
