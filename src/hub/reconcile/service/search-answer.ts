import type { SearchQuery, SearchView } from '../../../api/index.ts'
import { allows, readable } from '../../../core/access/index.ts'
import { refOfKey } from '../../../core/object/index.ts'
import type { InventoryFilter } from '../../store/index.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope } from './in-scope.ts'

const fields = ['kind', 'ns', 'name', 'bundle', 'cluster', 'env'] as const
type Field = (typeof fields)[number]

/** Objects of all clusters in scope that match every word of a question such as `kind:Deployment ns:shop api`. */
export async function searchObjects(parts: HubParts, query: SearchQuery): Promise<SearchView> {
  const { filter, problem, environments } = read(query.q)
  const clusters = clustersInScope(parts, query).filter(
    ({ cluster }) => environments === undefined || environments.includes(cluster.spec.environment),
  )
  const environmentOf = new Map(clusters.map(({ name, cluster }) => [name, cluster.spec.environment]))
  const { items, total, byCluster } = await parts.store.inventory.search(
    {
      ...filter,
      clusters: [...environmentOf.keys()],
      ...(readable(parts.grants) === undefined
        ? {}
        : {
            sees: (cluster: string, bundle: string, key: string) =>
              allows(parts.grants, 'read', { cluster, bundle, namespace: refOfKey(key).namespace }),
          }),
    },
    query.limit,
  )
  const groups = new Map<string, { environment: string; objects: number; clusters: number }>()
  for (const { cluster, count } of byCluster) {
    const environment = environmentOf.get(cluster) ?? ''
    const group = groups.get(environment) ?? { environment, objects: 0, clusters: 0 }
    group.objects += count
    group.clusters += 1
    groups.set(environment, group)
  }
  return {
    items: items.map(({ cluster, bundle, key }) => {
      const assignment = parts.board.assignment(cluster, bundle)
      return {
        cluster,
        environment: environmentOf.get(cluster) ?? '',
        bundle,
        object: refOfKey(key),
        state: assignment === undefined ? 'pending' : parts.board.partStanding(cluster, assignment).state,
      }
    }),
    total,
    groups: [...groups.values()].toSorted((one, two) => two.objects - one.objects),
    ...(problem === undefined ? {} : { problem }),
    stale: byCluster.map(({ cluster }) => cluster).filter((name) => !parts.board.isKnown(name)),
  }
}

function read(text: string): {
  filter: Omit<InventoryFilter, 'clusters' | 'sees'>
  environments: string[] | undefined
  problem: string | undefined
} {
  const words: string[] = []
  const given: Partial<Record<Field, string>> = {}
  let problem: string | undefined
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const [, name = '', value = ''] = /^([a-z]+):(.*)$/.exec(word) ?? []
    if (name === '') words.push(word)
    else if (isField(name)) given[name] = value
    else problem = `${name} is not indexed; known are ${fields.join(', ')}`
  }
  const { env, ns, ...rest } = given
  return {
    filter: { ...rest, ...(ns === undefined ? {} : { namespace: ns }), words },
    environments: env?.split(','),
    problem,
  }
}

function isField(name: string): name is Field {
  return fields.some((field) => field === name)
}
