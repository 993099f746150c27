/**
 * The controllers that live in a simulated cluster, each of which can be left out: garbage collection, namespaces,
 * definitions, service accounts, workloads with pods that nobody runs.
 *
 * They write through the object handling, as their models do, and refuse to act on what they do not own. Key invariant:
 * each looks at what is stored; running one again changes nothing.
 */
import type { Cluster } from '../clusters/cluster.ts'
import { aggregatedRoles } from './aggregated-roles.ts'
import { autoscaler } from './autoscaler.ts'
import type { Controller } from './controller.ts'
import { cronJobs } from './cron-jobs.ts'
import { daemonSets } from './daemon-sets.ts'
import { definitions, establishStored } from './definitions.ts'
import { deployments } from './deployments.ts'
import { endpointSlices } from './endpoint-slices.ts'
import { events } from './events.ts'
import { garbageCollector } from './garbage-collector.ts'
import { jobs } from './jobs.ts'
import { namespaces } from './namespaces.ts'
import { podClock } from './pod-clock.ts'
import { replicaSets } from './replica-sets.ts'
import { resourceQuotas } from './resource-quotas.ts'
import { type Controllers, runNamed } from './run-controllers.ts'
import { serviceAccounts } from './service-accounts.ts'
import { statefulSets } from './stateful-sets.ts'
import { volumes } from './volumes.ts'

export type { Controllers } from './run-controllers.ts'

/** What there is, by name. */
const controllers = {
  'garbage-collector': garbageCollector,
  namespaces,
  definitions,
  'service-accounts': serviceAccounts,
  'aggregated-roles': aggregatedRoles,
  'resource-quotas': resourceQuotas,
  deployments,
  'replica-sets': replicaSets,
  'stateful-sets': statefulSets,
  'daemon-sets': daemonSets,
  jobs,
  'cron-jobs': cronJobs,
  pods: podClock,
  'endpoint-slices': endpointSlices,
  volumes,
  autoscaler,
  events,
} as const satisfies Readonly<Record<string, Controller>>

export type ControllerName = keyof typeof controllers

export const controllerNames = Object.keys(controllers) as readonly ControllerName[]

/** Runs the controllers of these names on a cluster. */
export function runControllers(
  cluster: Cluster,
  names: readonly ControllerName[],
  onError: (message: string, error: unknown) => void,
): Controllers {
  if (names.includes('definitions')) {
    cluster.beforeAnswer = (storage, key) => establishStored(cluster, storage, key)
  }
  return runNamed(cluster, new Map(names.map((name) => [name, controllers[name]])), onError)
}
