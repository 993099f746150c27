import type { EffectiveView } from '../../../api/index.ts'
import {
  type Bundle,
  type Cluster,
  effectiveHealAfter,
  effectiveMode,
  effectivePrune,
  effectivePruneBound,
  effectiveTimeout,
  type Environment,
  type Fleet,
} from '../../../core/kinds/index.ts'
import { bundleInputs, type Declared } from '../../fleet/index.ts'
import type { HubParts } from './hub-parts.ts'
import { fleetCluster, seesPlaced } from './in-scope.ts'

type Setting = EffectiveView['bundles'][number]['settings'][number]

interface Words {
  readonly bundle: Declared<Bundle>
  readonly cluster: Declared<Cluster>
  readonly environment: Declared<Environment> | undefined
  readonly fleet: Declared<Fleet> | undefined
}

/** What holds for each bundle on a cluster, and which file says so. Undefined when there is no such cluster. */
export function effectiveOn(parts: HubParts, name: string): EffectiveView | undefined {
  const { model } = parts.fleet.state
  const cluster = model?.clusters.get(name)
  if (model === undefined || cluster === undefined) return undefined
  if (fleetCluster(parts, name) === undefined) return undefined
  const environment = model.environments.get(cluster.value.spec.environment)
  const bundles = parts.rollouts.placedOn(name).flatMap(({ target }) => {
    const bundle = model.bundles.get(target.bundle)
    if (bundle === undefined || !seesPlaced(parts, name, target.bundle)) return []
    return [
      { bundle: target.bundle, settings: settingsOf({ bundle, cluster, environment, fleet: model.fleet }) },
    ]
  })
  return { cluster: name, bundles }
}

function settingsOf({ bundle, cluster, environment, fleet }: Words): Setting[] {
  const { spec } = bundle.value
  const inputs = bundleInputs(bundle.value, cluster.value)
  const mode = effectiveMode(bundle.value, cluster.value, environment?.value, fleet?.value)
  const modeFrom = [
    spec.mode === mode ? bundle : undefined,
    cluster.value.spec.mode === mode ? cluster : undefined,
    environment?.value.spec?.mode === mode ? environment : undefined,
    fleet?.value.spec?.defaults?.mode === mode ? fleet : undefined,
  ].find((one) => one !== undefined)
  const healFrom =
    spec.drift?.healAfter === undefined
      ? fleet?.value.spec?.defaults?.healAfter === undefined
        ? undefined
        : fleet
      : bundle
  const bound = effectivePruneBound(fleet?.value)
  const own = [
    setting('mode', mode, modeFrom),
    setting(
      'heal after, changes by people',
      seconds(effectiveHealAfter('human', bundle.value, fleet?.value)),
      healFrom,
    ),
    setting(
      'heal after, other changes',
      seconds(effectiveHealAfter('controller', bundle.value, fleet?.value)),
      healFrom,
    ),
    setting('prune', effectivePrune(bundle.value), spec.prune === undefined ? undefined : bundle),
    setting(
      'largest prune without approval',
      `${bound.count} objects or ${bound.percent} %`,
      fleet?.value.spec?.defaults?.prune === undefined ? undefined : fleet,
    ),
    setting(
      'time for a wave',
      seconds(effectiveTimeout(bundle.value)),
      spec.timeout === undefined ? undefined : bundle,
    ),
    setting('namespace', spec.namespace ?? 'default', spec.namespace === undefined ? undefined : bundle),
  ]
  if ('message' in inputs) return [...own, setting('inputs', inputs.message, bundle)]
  return [
    ...own,
    ...inputs.paths.map((path, at) =>
      setting(at === 0 ? 'source' : 'source, if the one above is absent', path, bundle),
    ),
    ...inputs.values.map(({ path, optional }) =>
      setting(optional ? 'values, if there' : 'values', path, bundle),
    ),
    ...Object.entries(inputs.vars).map(([name, value]) => setting(`var ${name}`, value, bundle)),
  ]
}

function setting(
  name: string,
  value: string,
  from: Declared<Bundle | Cluster | Environment | Fleet> | undefined,
): Setting {
  if (from === undefined) return { name, value, from: 'default' }
  const { kind, metadata } = from.value
  return { name, value, from: `${kind} ${metadata.name}`, origin: { file: from.file, line: from.line } }
}

function seconds(ms: number): string {
  if (ms === 0) return 'at once'
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`
}
