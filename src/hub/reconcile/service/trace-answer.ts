import type { TraceQuery, TraceView } from '../../../api/index.ts'
import { allows } from '../../../core/access/index.ts'
import { keyOf } from '../../../core/object/index.ts'
import type { TraceStep } from '../../../spoke/index.ts'
import { connectedEngine } from './heal-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { fleetCluster } from './in-scope.ts'

/** Groups of the kinds that people ask for most, for a question that names the kind alone. */
const usualGroups: Readonly<Record<string, string>> = {
  Deployment: 'apps',
  ReplicaSet: 'apps',
  StatefulSet: 'apps',
  DaemonSet: 'apps',
  Job: 'batch',
  CronJob: 'batch',
  Ingress: 'networking.k8s.io',
  NetworkPolicy: 'networking.k8s.io',
  HorizontalPodAutoscaler: 'autoscaling',
  PodDisruptionBudget: 'policy',
  Role: 'rbac.authorization.k8s.io',
  RoleBinding: 'rbac.authorization.k8s.io',
  ClusterRole: 'rbac.authorization.k8s.io',
  ClusterRoleBinding: 'rbac.authorization.k8s.io',
  StorageClass: 'storage.k8s.io',
  CustomResourceDefinition: 'apiextensions.k8s.io',
}

/** From an object back to Git. Undefined when the cluster, or the object on it, is not known. */
export async function traceObject(
  parts: HubParts,
  cluster: string,
  query: TraceQuery,
): Promise<TraceView | undefined> {
  const { kind, namespace, name } = query
  if (fleetCluster(parts, cluster) === undefined) return undefined
  if (!allows(parts.grants, 'read', { cluster, namespace })) return undefined
  const engine = connectedEngine(parts, cluster)
  for (const group of await groupsOf(parts, cluster, query)) {
    const steps = await engine.trace(keyOf({ group, kind, namespace, name }))
    const [first] = steps
    // A desired object that is gone is traced all the same: its bundle declares it.
    const isKnown = first?.kind === 'object' && (first.found || steps.some((step) => step.kind === 'bundle'))
    if (!isKnown) continue
    const holder = steps.find((one) => one.kind === 'bundle')?.name ?? ''
    // Who may look at some bundles only is shown nothing that another holds, or none.
    if (!allows(parts.grants, 'read', { cluster, bundle: holder, namespace })) return undefined
    return { cluster, steps: steps.map((step) => stepView(step)) }
  }
  return undefined
}

/** The groups in which the kind may stand, the likeliest first. */
async function groupsOf(parts: HubParts, cluster: string, query: TraceQuery): Promise<string[]> {
  if (query.group !== undefined) return [query.group]
  const known = await parts.store.inventory.groupsOf(cluster, query.kind)
  return [...new Set([...known, usualGroups[query.kind] ?? '', ''])]
}

function stepView(step: TraceStep): TraceView['steps'][number] {
  switch (step.kind) {
    case 'object':
      return { is: 'object', object: step.ref }
    case 'bundle':
      return { is: 'bundle', bundle: step.name, revision: step.revision }
    case 'file':
      return { is: 'source', origin: { file: step.file, line: step.line } }
    case 'unmanaged':
      return { is: 'unknown', text: step.message }
  }
}
