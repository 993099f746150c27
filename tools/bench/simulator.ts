import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openObjectHandling } from '../../src/apimachinery/index.ts'
import { openReleases } from '../../src/sim/data/index.ts'
import { Simulator } from '../../src/sim/index.ts'
import { wholeOf } from '../../src/sim/store/index.ts'
import { configMap, preparedObjects } from './prepared-objects.ts'
import type { Report } from './report.ts'
import { spreadOf } from './statistics.ts'

export interface SimulatorPlan {
  readonly clusters: number
  readonly objects: number
  /** How long watch events are generated, one a second and cluster. */
  readonly seconds: number
}

/**
 * What simulated clusters cost: memory as clusters, changes and watches are added (resident, after garbage collection),
 * and how watch events of all of them fare that another process receives.
 */
export async function measureSimulator(plan: SimulatorPlan, report: Report): Promise<void> {
  const { clusters, objects, seconds } = plan
  const begin = resident()
  const alone = await start(1, objects)
  const one = resident()
  report.add({ measure: 'sim', case: 'one cluster', objects, emptyMiB: begin, residentMiB: one })
  const many = await start(clusters, objects)
  try {
    const growth = (since: number): number => Math.round(((resident() - since) * 1_024) / clusters) / 1_024
    report.add({ measure: 'sim', case: 'more clusters', clusters, objects, perClusterMiB: growth(one) })
    changeSome(many.simulator, objects)
    report.add({ measure: 'sim', case: '10 % changed', clusters, objects, perClusterMiB: growth(one) })
    await watched(
      many.simulator,
      clusters,
      seconds,
      (perClusterMiB) => {
        report.add({ measure: 'sim', case: 'with a watch each', clusters, perClusterMiB })
      },
      report,
      () => growth(one),
    )
  } finally {
    await many.close()
    await alone.close()
  }
}

async function start(
  clusters: number,
  objects: number,
): Promise<{ simulator: Simulator; close(): Promise<void> }> {
  const releases = await openReleases()
  const handling = openObjectHandling({ schemas: releases.schemas, threads: 1 })
  if (handling === undefined) throw new Error('build the module first: npm run build:apimachinery')
  const simulator = await Simulator.start({
    clusters: Array.from({ length: clusters }, (_, i) => ({ name: `c-${i}` })),
    handling,
    release: (profile) => releases.release(profile),
    objects: preparedObjects(objects),
    // Nothing is to happen by itself.
    controllers: [],
  })
  return {
    simulator,
    async close() {
      await simulator.close()
      await handling.close()
    },
  }
}

/** Changes a tenth of the objects of every cluster, each in a way of its own. */
function changeSome(simulator: Simulator, objects: number): void {
  for (const name of simulator.names) {
    const { store } = simulator.cluster(name).cluster
    const { objects: all } = store.page('configmaps', {
      namespace: 'default',
      limit: Math.round(objects / 10),
    })
    for (const stored of all) {
      const object = wholeOf(stored)
      const key = `default/${String((object.metadata as { name: string }).name)}`
      store.put(
        'configmaps',
        key,
        { ...object, data: { ...(object.data as object), own: name } },
        stored.revision,
      )
    }
  }
}

async function watched(
  simulator: Simulator,
  clusters: number,
  seconds: number,
  opened: (perClusterMiB: number) => void,
  report: Report,
  growth: () => number,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-bench-sim-'))
  const ca = join(folder, 'ca.crt')
  await writeFile(ca, simulator.certificate)
  const receiver = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./watch-receiver.ts', import.meta.url)),
      simulator.url,
      ca,
      'admin-token',
      ...simulator.names,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    const latencies: number[] = []
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: receiver.stdout }).on('line', (line) => {
        const told = JSON.parse(line) as { ready?: true; failed?: string; latencies?: number[] }
        if (told.ready === true) resolve()
        if (told.failed !== undefined) reject(new Error(told.failed))
        latencies.push(...(told.latencies ?? []))
      })
    })
    opened(growth())
    const cpu = process.cpuUsage()
    const sent = await generate(simulator, clusters, seconds)
    await sleep(2_000)
    const used = process.cpuUsage(cpu)
    const { p50, p99, max } = spreadOf(latencies)
    report.add({
      measure: 'sim',
      case: 'watch events',
      clusters,
      seconds,
      sent,
      received: latencies.length,
      p50,
      p99,
      max,
      cpuPercent: Math.round((used.user + used.system) / 10_000 / seconds),
    })
  } finally {
    receiver.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

/** One event a second in each cluster, spread over the second. */
async function generate(simulator: Simulator, clusters: number, seconds: number): Promise<number> {
  const stores = simulator.names.map((name) => simulator.cluster(name).cluster.store)
  const begin = performance.now()
  let sent = 0
  while (sent < clusters * seconds) {
    const due = Math.min(clusters * seconds, Math.floor(((performance.now() - begin) / 1_000) * clusters))
    for (; sent < due; sent += 1) {
      const store = stores[sent % stores.length]
      const key = 'default/object-00003'
      const live = store?.get('configmaps', key)
      if (store === undefined || live === undefined) throw new Error('the prepared object is missing')
      const at = String(Date.now())
      store.put(
        'configmaps',
        key,
        { ...wholeOf(live), data: configMap('object-00003', at).data ?? {} },
        live.revision,
      )
    }
    await sleep(5)
  }
  return sent
}

/** Resident memory in MiB after garbage collection. */
function resident(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let i = 0; i < 4; i += 1) collect()
  return Math.round(process.memoryUsage().rss / 1_024 / 102.4) / 10
}
