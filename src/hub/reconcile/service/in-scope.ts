import { compileSelector, type Scope, type Tier } from '../../../api/index.ts'
import { allows } from '../../../core/access/index.ts'
import type { Cluster, Environment } from '../../../core/kinds/index.ts'
import type { FleetModel } from '../../fleet/index.ts'
import type { HubParts } from './hub-parts.ts'

/** A cluster of the fleet with the environment that it belongs to. */
export interface FleetCluster {
  readonly name: string
  readonly cluster: Cluster
  readonly environment: Environment | undefined
}

/** How writes are guarded where nobody says: as an ordinary environment. */
const defaultTier: Tier = 'standard'

/** The clusters that match everything that a scope gives, of those that whoever asks may look at, by name. */
export function clustersInScope(parts: HubParts, scope: Scope): FleetCluster[] {
  const { model } = parts.fleet.state
  if (model === undefined) return []
  const selects = compileSelector(scope.labels ?? '')
  const names = scope.cluster === undefined ? undefined : new Set(scope.cluster)
  const environments = scope.environment === undefined ? undefined : new Set(scope.environment)
  return [...model.clusters.values()]
    .map(({ value }) => inFleet(model, value))
    .filter(({ name }) => names?.has(name) ?? true)
    .filter(({ name }) => allows(parts.grants, 'read', { cluster: name }))
    .filter(({ cluster }) => environments?.has(cluster.spec.environment) ?? true)
    .filter(({ cluster }) => selects(cluster.spec.labels ?? {}))
    .toSorted((one, two) => (one.name < two.name ? -1 : 1))
}

/** One cluster of the fleet; undefined when there is no record of that name, or not for whoever asks. */
export function fleetCluster(parts: HubParts, name: string): FleetCluster | undefined {
  const { model } = parts.fleet.state
  const declared = model?.clusters.get(name)
  if (model === undefined || declared === undefined) return undefined
  return allows(parts.grants, 'read', { cluster: name }) ? inFleet(model, declared.value) : undefined
}

function inFleet(model: FleetModel, cluster: Cluster): FleetCluster {
  const environment = model.environments.get(cluster.spec.environment)?.value
  return { name: cluster.metadata.name, cluster, environment }
}

/** The environments that whoever asks may know of: all of them, or those of the clusters that they see. */
export function environmentsSeen(parts: HubParts): string[] {
  const all = [...(parts.fleet.state.model?.environments.keys() ?? [])]
  if (parts.grants.some(({ clusters }) => clusters === undefined)) return all
  const used = new Set(clustersInScope(parts, {}).map(({ cluster }) => cluster.spec.environment))
  return all.filter((name) => used.has(name))
}

/** The tier of a cluster: its environment's. */
export function tierOf({ environment }: FleetCluster): Tier {
  return environment?.spec?.tier ?? defaultTier
}

/** True when a scope leaves any cluster out. */
export function narrows(scope: Scope): boolean {
  return scope.cluster !== undefined || scope.environment !== undefined || (scope.labels ?? '') !== ''
}

/** True when whoever asks may look at a bundle on a cluster. */
export function seesPlaced({ grants }: HubParts, cluster: string, bundle: string): boolean {
  return allows(grants, 'read', { cluster, bundle })
}

/** True when whoever asks may look at all of a bundle on a cluster, whatever namespaces its objects stand in. */
export function seesAllOf({ grants }: HubParts, cluster: string, bundle: string): boolean {
  return grants.some(
    (grant) => grant.namespaces === undefined && allows([grant], 'read', { cluster, bundle }),
  )
}

/** True when whoever asks may know that there is a bundle, although it is on none of the clusters that they see. */
export function seesUnplaced({ grants }: HubParts, bundle: string): boolean {
  return grants.some((grant) => grant.clusters === undefined && allows([grant], 'read', { bundle }))
}

/** The items after `cursor`, which is the name of the last one of the page before. */
export function pageByName<Item extends { readonly name: string }>(
  items: readonly Item[],
  query: { readonly limit: number; readonly cursor?: string | undefined },
): { page: Item[]; next: { next?: string } } {
  const { cursor, limit } = query
  const rest = cursor === undefined ? items : items.filter(({ name }) => name > cursor)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return { page, next: rest.length > limit && last !== undefined ? { next: last.name } : {} }
}
