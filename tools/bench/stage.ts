import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ApiServer, startApiServer } from '../kubernetes/index.ts'
import { BareClient } from './bare-client.ts'
import { type Peer, startFlux } from './flux/peer.ts'
import { HubProcess } from './hub-process.ts'
import { benchSelector, namespaceObject } from './load.ts'
import { Observer } from './observer.ts'

const clusterName = 'bench-1'

/** One API server with a real hub that keeps it, and the ways to act on it and to see it. */
export interface Stage {
  readonly server: ApiServer
  readonly hub: HubProcess
  /** The loop that Evenkeel is compared with. */
  readonly bare: BareClient
  /** Whoever changes what is Evenkeel's. */
  readonly rogue: BareClient
  /** Every ConfigMap that the bench declares, in all namespaces. */
  readonly observer: Observer
  /** The parents of apply sets: their first write begins an apply phase. */
  readonly sets: Observer
  /** Another tool on the same server. */
  readonly peer: Peer | undefined
  namespace(name: string): Promise<void>
  stop(): Promise<void>
}

/** Starts it on loopback. The server keeps no audit log, which would cost it time that nobody measures. */
export async function setStage(beside?: 'flux'): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-bench-'))
  const running: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })]
  const stop = async (): Promise<void> => {
    for (const end of running.splice(0).reverse()) await end()
  }
  try {
    const server = await startApiServer({ audit: 'none' })
    running.push(() => server.stop())
    const bare = new BareClient(server, 'alice', 'bare')
    const rogue = new BareClient(server, 'admin', 'rogue')
    running.push(
      () => bare.close(),
      () => rogue.close(),
    )
    const observer = await Observer.open(server, `/api/v1/configmaps?labelSelector=${benchSelector}`)
    running.push(() => observer.close())
    const sets = await Observer.open(server, '/api/v1/namespaces/evenkeel-system/configmaps')
    running.push(() => sets.close())
    const hub = await HubProcess.start(folder, {
      clusters: [{ name: clusterName, secret: clusterName }],
      kubeconfigs: { [clusterName]: server.kubeconfig('evenkeel', clusterName) },
    })
    running.push(() => hub.stop())
    const peer = beside === undefined ? undefined : await startFlux(folder, server)
    if (peer !== undefined) running.push(() => peer.stop())
    const namespace = (name: string): Promise<void> => rogue.apply(namespaceObject(name))
    return { server, hub, bare, rogue, observer, sets, peer, namespace, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
