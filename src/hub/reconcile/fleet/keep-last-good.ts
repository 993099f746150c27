import { type KindName, kindSchemas } from '../../../core/kinds/index.ts'
import type { Declared, FleetModel, LoadedFleet, Unreadable } from '../../fleet/index.ts'

/** Something that stands in the model although the newest commit does not show it. */
export interface Kept {
  readonly kind: KindName
  readonly name: string
}

/**
 * The model of a commit in which something could not be read, with what that held before. Whatever a broken file
 * declared stays as it was: only what a readable file no longer declares has gone away (safety §1.1, incident 3).
 */
export function keepLastGood(
  previous: FleetModel | undefined,
  loaded: LoadedFleet,
): { readonly model: FleetModel; readonly kept: readonly Kept[] } {
  const { model, unreadable } = loaded
  if (previous === undefined || unreadable.length === 0) return { model, kept: [] }
  const kept: Kept[] = []
  if (isWithoutFleet(loaded)) {
    for (const [kind, declared] of kindsOf(previous)) {
      for (const name of declared.keys()) kept.push({ kind, name })
    }
    return { model: previous, kept }
  }
  const merged = <Value>(
    kind: KindName,
    before: ReadonlyMap<string, Declared<Value>>,
    now: ReadonlyMap<string, Declared<Value>>,
  ): Map<string, Declared<Value>> => {
    const all = new Map(now)
    for (const [name, declared] of before) {
      if (all.has(name) || !unreadable.some((one) => covers(one, kind, name, declared.file))) continue
      all.set(name, declared)
      kept.push({ kind, name })
    }
    return all
  }
  const clusters = merged('Cluster', previous.clusters, model.clusters)
  const environments = merged('Environment', previous.environments, model.environments)
  // A cluster that is kept needs the environment that it was kept in: its tier guards every write.
  for (const { value } of clusters.values()) {
    const name = value.spec.environment
    const environment = previous.environments.get(name)
    if (environments.has(name) || environment === undefined) continue
    environments.set(name, environment)
    kept.push({ kind: 'Environment', name })
  }
  const fleet = model.fleet ?? previous.fleet
  if (model.fleet === undefined && fleet !== undefined) {
    kept.push({ kind: 'Fleet', name: fleet.value.metadata.name })
  }
  const bundles = merged('Bundle', previous.bundles, model.bundles)
  const rollouts = merged('Rollout', previous.rollouts, model.rollouts)
  const access = merged('Access', previous.access, model.access)
  return { model: { folder: model.folder, fleet, environments, clusters, bundles, rollouts, access }, kept }
}

/** True when not even the place of the fleet is known: its evenkeel.yaml is gone, or there are several. */
function isWithoutFleet({ model, unreadable }: LoadedFleet): boolean {
  const { fleet, environments, clusters, bundles, rollouts } = model
  const empty = environments.size === 0 && clusters.size === 0 && bundles.size === 0 && rollouts.size === 0
  return fleet === undefined && empty && unreadable.some((one) => /(^|\/)evenkeel\.ya?ml$/.test(one.file))
}

/** True when what could not be read may be, or may have held, this declaration. */
function covers(unreadable: Unreadable, kind: KindName, name: string, file: string): boolean {
  const other =
    unreadable.kind !== undefined && Object.hasOwn(kindSchemas, unreadable.kind) && unreadable.kind !== kind
  return !other && (unreadable.name === name || unreadable.file === file)
}

function kindsOf(model: FleetModel): readonly (readonly [KindName, ReadonlyMap<string, unknown>])[] {
  return [
    ['Environment', model.environments],
    ['Cluster', model.clusters],
    ['Bundle', model.bundles],
    ['Rollout', model.rollouts],
    ['Access', model.access],
  ]
}
