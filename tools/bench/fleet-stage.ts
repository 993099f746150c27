import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beatName, fleetObjects } from './fleet-objects.ts'
import { HubProcess } from './hub-process.ts'
import { SimulatedFleet } from './simulated-fleet.ts'

const reachMs = 300_000
const credential = 'simulated'
const bundle = 'fleet'
const pageSize = 1_000

/** A real hub that keeps many simulated clusters, each process of its own. */
export interface FleetStage {
  readonly fleet: SimulatedFleet
  readonly hub: HubProcess
  stop(): Promise<void>
}

/** Starts it on loopback. Resolves when the hub has met every cluster; nothing is declared for them yet. */
export async function setFleetStage(clusters: number): Promise<FleetStage> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-bench-'))
  const running: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })]
  const stop = async (): Promise<void> => {
    for (const end of running.splice(0).reverse()) await end()
  }
  try {
    const fleet = await SimulatedFleet.start(clusters)
    running.push(() => fleet.stop())
    const hub = await HubProcess.start(folder, {
      clusters: fleet.names.map((name) => ({ name, secret: credential, context: name })),
      kubeconfigs: { [credential]: fleet.kubeconfig },
    })
    running.push(() => hub.stop())
    await allReached(hub, clusters)
    return { fleet, hub, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Declares a bundle of so many objects for every cluster, and waits until it stands everywhere. */
export async function fill({ hub }: FleetStage, objects: number): Promise<void> {
  await hub.deliver(new Map([[bundle, fleetObjects(objects)]]))
  await hub.settled()
}

/** Waits until the hub reaches every cluster. Throws after five minutes. */
export async function allReached(hub: HubProcess, clusters: number): Promise<void> {
  const deadline = performance.now() + reachMs
  for (;;) {
    const { states, clusters: known } = await hub.api.status()
    if (known === clusters && (states.unreachable ?? 0) === 0) return
    if (performance.now() > deadline) {
      throw new Error(`clusters that were never reached: ${JSON.stringify(states)}`)
    }
    await sleep(100)
  }
}

/** The version of the beating object of all or some clusters as the hub's API tells it, by the name of the cluster. */
export async function versionsAtHub(
  hub: HubProcess,
  clusters?: readonly string[],
): Promise<Map<string, number>> {
  const versions = new Map<string, number>()
  let cursor: string | undefined
  do {
    const { items, next } = await hub.api.search({
      query: {
        q: `kind:Deployment name:${beatName}`,
        limit: pageSize,
        ...(clusters === undefined ? {} : { cluster: [...clusters] }),
        ...(cursor === undefined ? {} : { cursor }),
      },
    })
    for (const { cluster, ready } of items) versions.set(cluster, ready ?? 0)
    cursor = next
  } while (cursor !== undefined)
  return versions
}
