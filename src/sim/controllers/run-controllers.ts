import { mapOf, mapsOf } from '../../core/object/index.ts'
import { WorkQueue } from '../../runtime/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { Refusal } from '../verbs/refusal.ts'
import type { Controller } from './controller.ts'

/** The controllers of a cluster while they run. */
export interface Controllers {
  /** Resolves when nothing is left to do at the moment; what waits for a later time does not count. */
  idle(): Promise<void>
  stop(): Promise<void>
}

const concurrency = 4
const soonMs = 100
const laterMs = 5_000

/**
 * Runs controllers on a cluster: each change wakes those whom it concerns. A write that somebody else overtook is tried
 * again soon; what fails otherwise is told, and tried again later, save where the namespace goes away.
 */
export function runNamed(
  cluster: Cluster,
  controllers: ReadonlyMap<string, Controller>,
  onError: (message: string, error: unknown) => void,
): Controllers {
  const queue = new WorkQueue({
    clock: cluster.clock,
    concurrency,
    run: async (id) => {
      const at = id.indexOf('|')
      const controller = controllers.get(id.slice(0, at))
      const again = await controller?.reconcile(cluster, id.slice(at + 1))
      if (again !== undefined) queue.add(id, Math.max(1, again))
    },
    onError: (id, error) => {
      if (isInTerminatingNamespace(error)) return
      const isOvertaken = error instanceof Refusal && (error.code === 409 || error.code === 404)
      if (!isOvertaken) onError(`controller ${id} failed`, error)
      queue.add(id, isOvertaken ? soonMs : laterMs)
    },
  })
  const unsubscribe = cluster.store.subscribe('*', (change) => {
    for (const [name, { watches, settleMs = 0 }] of controllers) {
      for (const watched of [change.resource, '*']) {
        const keys = Object.hasOwn(watches, watched) ? watches[watched]?.(change, cluster) : undefined
        for (const key of keys ?? []) queue.add(`${name}|${key}`, settleMs)
      }
    }
  })
  for (const [name, { watches }] of controllers) {
    for (const resource of Object.keys(watches)) {
      if (resource === '*') continue
      for (const change of asChanges(cluster, resource)) {
        for (const key of watches[resource]?.(change, cluster) ?? []) queue.add(`${name}|${key}`)
      }
    }
  }
  return {
    idle: () => queue.idle(),
    stop: () => {
      unsubscribe()
      return queue.stop()
    },
  }
}

/** What is to be created in a namespace that goes away is not to be created any more. */
function isInTerminatingNamespace(error: unknown): boolean {
  if (!(error instanceof Refusal) || error.code !== 403) return false
  const { causes } = mapOf(error.status.details)
  return mapsOf(causes).some(({ reason }) => reason === 'NamespaceTerminating')
}

/** What is stored already, as if it had just been. */
function* asChanges({ store }: Cluster, resource: string) {
  for (const object of store.page(resource).objects) {
    const { metadata } = object.shape as { metadata?: { name?: string; namespace?: string } }
    const { name = '', namespace } = metadata ?? {}
    const key = namespace === undefined ? name : `${namespace}/${name}`
    yield { revision: object.revision, resource, key, object, previous: undefined }
  }
}
