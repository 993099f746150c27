import {
  canonicalJson,
  isList,
  isMap,
  type Json,
  type JsonMap,
  mapOf,
  textOf,
} from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { wholeOf } from '../store/index.ts'
import { merge, metadataOf, objectAt } from './acting.ts'
import type { Controller } from './controller.ts'

const storage = 'clusterroles.rbac.authorization.k8s.io'

/** Keeps the rules of ClusterRoles that gather those of others. */
export const aggregatedRoles: Controller = {
  watches: {
    [storage]: (_, { store }) =>
      store
        .page(storage, { matches: ({ shape }) => isMap(shape.aggregationRule) })
        .objects.map((one) => textOf(metadataOf(one).name)),
  },
  async reconcile(cluster, name) {
    const role = objectAt(cluster, storage, name)
    if (role === undefined || !isMap(role.aggregationRule)) return undefined
    const rules = gathered(cluster, name, role.aggregationRule)
    if (canonicalJson(rules) === canonicalJson(role.rules ?? [])) return undefined
    await merge(cluster, storage, name, { rules }, '', 'clusterrole-aggregation-controller')
    return undefined
  },
}

function gathered({ store }: Cluster, name: string, { clusterRoleSelectors }: JsonMap): readonly Json[] {
  const selectors = isList(clusterRoleSelectors) ? clusterRoleSelectors.filter(isMap) : []
  const rules = new Map<string, Json>()
  for (const selector of selectors) {
    const wanted = Object.entries(mapOf(selector.matchLabels))
    for (const object of store.page(storage).objects) {
      const labels = mapOf(metadataOf(object).labels)
      if (metadataOf(object).name === name || !wanted.every(([label, value]) => labels[label] === value))
        continue
      const own = wholeOf(object).rules
      for (const rule of isList(own) ? own : []) rules.set(canonicalJson(rule), rule)
    }
  }
  return [...rules.values()]
}
