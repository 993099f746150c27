import {
  effectiveHealAfter,
  effectiveMode,
  effectivePrune,
  effectivePruneBound,
  effectiveTimeout,
  type Bundle,
  type Cluster,
} from '../../../core/kinds/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import type { FleetModel } from '../../fleet/index.ts'

/** A rendering as an assignment names it. */
export interface Rendered {
  readonly revision: string
  readonly variant: string
  readonly complete: boolean
}

/** What a bundle is to be on a cluster, with every setting resolved along bundle, cluster, environment, fleet. */
export function assignmentOf(
  model: FleetModel,
  bundle: Bundle,
  cluster: Cluster,
  rendered: Rendered,
): Assignment {
  const fleet = model.fleet?.value
  const environment = model.environments.get(cluster.spec.environment)?.value
  const { count, percent } = effectivePruneBound(fleet)
  const { drift, createNamespace, namespace } = bundle.spec
  return {
    bundle: bundle.metadata.name,
    revision: rendered.revision,
    variant: rendered.variant,
    complete: rendered.complete,
    mode: effectiveMode(bundle, cluster, environment, fleet),
    healAfter: {
      people: effectiveHealAfter('human', bundle, fleet),
      others: effectiveHealAfter('controller', bundle, fleet),
    },
    additions: drift?.additions ?? 'report',
    namespaces: drift?.namespaces ?? 'ignore',
    ignore: drift?.ignore ?? [],
    prune: effectivePrune(bundle),
    pruneBound: { maxObjects: count, maxPercent: percent },
    waveTimeout: effectiveTimeout(bundle),
    ...(namespace === undefined ? {} : { namespace }),
    createNamespace: createNamespace ?? false,
  }
}
