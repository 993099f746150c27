/**
 * A process of its own that simulates a fleet: `node fleet-process.ts CLUSTERS`, started with a channel to the bench, which
 * gives it orders. Nothing happens in its clusters by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { openObjectHandling } from '../../src/apimachinery/index.ts'
import { isMap, type JsonMap } from '../../src/core/object/index.ts'
import { openReleases } from '../../src/sim/data/index.ts'
import { Simulator } from '../../src/sim/index.ts'
import { wholeOf } from '../../src/sim/store/index.ts'
import { FleetCounts } from './fleet-counts.ts'
import { beatKey } from './fleet-objects.ts'
import type { FleetOrders, FleetWord, Order, OrderName } from './fleet-orders.ts'
import { clusterNames } from './simulated-fleet.ts'

/** In each of perhaps a thousand clusters. */
const historyBytes = 256 * 1024
const tellMs = 50

const releases = await openReleases()
const handling = openObjectHandling({ schemas: releases.schemas, threads: 1 })
if (handling === undefined) throw new Error('build the module first: npm run build:apimachinery')
const simulator = await Simulator.start({
  clusters: clusterNames(Number(process.argv[2])).map((name) => ({ name })),
  handling,
  release: (profile) => releases.release(profile),
  controllers: [],
  historyBytes,
  onError: (message, error) => process.stderr.write(`${message}: ${String(error)}\n`),
})
const stores = simulator.names.map((name) => simulator.cluster(name).cluster.store)
for (const [cluster, store] of stores.entries()) {
  // What would be the controller's: the Deployment that beats is healthy as soon as it is there.
  store.subscribe('deployments.apps', ({ key, previous }) => {
    if (key === beatKey && previous === undefined) setImmediate(() => writeBeat(cluster))
  })
}
const counts = new FleetCounts(simulator)
const versions = stores.map(() => 0)
let beating = false
let written: [number, number, number][] = []

const orders: {
  readonly [Name in OrderName]: (ask: FleetOrders[Name]['ask']) => Promise<FleetOrders[Name]['answer']>
} = {
  async beat(ask) {
    if (ask && !beating) beat().catch(fail)
    beating = ask
    return null
  },
  async versions() {
    return versions
  },
  async countFromNow() {
    counts.reset()
    return null
  },
  async counts() {
    return counts.counts
  },
  async cut() {
    simulator.cutConnections()
    return null
  },
  reached,
}

process.on('message', (order: Order) => {
  const run = orders[order.name] as (ask: unknown) => Promise<unknown>
  run(order.ask).then((answer) => say({ kind: 'answer', id: order.id, answer }), fail)
})
process.once('disconnect', () => process.exit(0))
say({ kind: 'serving', kubeconfig: simulator.kubeconfig(['evenkeel']) })

function say(word: FleetWord): void {
  process.send?.(word)
}

function fail(error: unknown): void {
  process.stderr.write(`${String(error)}\n`)
  process.exit(1)
}

/** One event a second in each cluster, spread over the second; what is late is made up for. */
async function beat(): Promise<void> {
  const begin = performance.now()
  beating = true
  let told = begin
  for (let sent = 0; beating; ) {
    const now = performance.now()
    const due = Math.floor(((now - begin) / 1_000) * stores.length)
    for (; sent < due; sent += 1) writeBeat(sent % stores.length)
    if (now - told > tellMs) {
      say({ kind: 'written', events: written })
      written = []
      told = now
    }
    await sleep(5)
  }
  say({ kind: 'written', events: written })
  written = []
}

function writeBeat(cluster: number): void {
  const store = stores[cluster]
  const live = store?.get('deployments.apps', beatKey)
  if (store === undefined || live === undefined) throw new Error('the object that beats is not there')
  const version = (versions[cluster] ?? 0) + 1
  versions[cluster] = version
  if (beating) written.push([cluster, version, Date.now()])
  store.put('deployments.apps', beatKey, { ...wholeOf(live), status: statusOf(version) }, live.revision)
}

function statusOf(version: number): JsonMap {
  return {
    observedGeneration: 1,
    readyReplicas: version,
    conditions: [
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
      { type: 'Available', status: 'True' },
    ],
  }
}

function reached({ names, rev }: FleetOrders['reached']['ask']): Promise<readonly number[]> {
  const times = stores.map(() => 0)
  const waiting = stores.map(async (store, cluster) => {
    const left = new Set(names.map((name) => `default/${name}`))
    const look = (key: string): boolean => {
      const live = store.get('configmaps', key)
      const data = live === undefined ? undefined : wholeOf(live)['data']
      if (isMap(data) && data['rev'] === rev) left.delete(key)
      return left.size === 0
    }
    if ([...left].some(look)) return
    await new Promise<void>((resolve) => {
      const end = store.subscribe('configmaps', ({ key }) => {
        if (!left.has(key) || !look(key)) return
        times[cluster] = Date.now()
        end()
        resolve()
      })
    })
  })
  return Promise.all(waiting).then(() => times)
}
