import { setTimeout as sleep } from 'node:timers/promises'
import { cpuSeconds } from './cpu.ts'
import { fill, type FleetStage, versionsAtHub } from './fleet-stage.ts'
import { memoryMiB } from './memory.ts'
import type { Report } from './report.ts'
import { round, spreadOf } from './statistics.ts'

export interface FanInPlan {
  readonly objects: number
  readonly minutes: number
}

/** How often the hub is asked: a latency is late by as much at the most, and by what the answer takes. */
const askMs = 50
/**
 * So many clusters are followed closely. To ask for all of them all the time keeps the hub busy with answers, and measures
 * those; at the end all are asked for.
 */
const followed = 30
/** Events may take so long; after that they count as never told. */
const longestMs = 60_000
/** The hub's share of a core is looked at over so long. */
const quietMs = 2_000
/** After a filling of a million objects the index is minutes behind. */
const longestQuietingMs = 900_000
/** What an open watch costs (`performance.md`); the rest of the growth is the objects'. */
const watchKiB = 26

/** Declares the objects for every cluster, and says what the hub's process grew by. */
export async function measureFill(stage: FleetStage, objects: number, report: Report): Promise<void> {
  const { fleet, hub } = stage
  const clusters = fleet.names.length
  // What it records of every cluster is the fleet's, not the objects'.
  await quietHub(hub.pid)
  const empty = await heldBy(stage)
  const watchesBefore = (await fleet.order('counts', null)).watches
  await fleet.order('countFromNow', null)
  const cpu = await cpuSeconds(hub.pid)
  const begin = performance.now()
  await fill(stage, objects)
  const seconds = (performance.now() - begin) / 1_000
  const { watches, requests, writes } = await fleet.order('counts', null)
  const cpuFill = (await cpuSeconds(hub.pid)) - cpu
  // The index of the search is behind the filling.
  await quietHub(hub.pid)
  const full = await heldBy(stage)
  const more = watches - watchesBefore
  const grownKiB = (full.resident - empty.resident) * 1_024
  report.add({
    measure: '3',
    case: 'fill',
    clusters,
    objects,
    seconds: round(seconds),
    writesPerSecond: Math.round(writes / seconds),
    requestsPerObject: perObject(requests, clusters * objects),
    cpuSeconds: round(cpuFill),
  })
  report.add({
    measure: '3',
    case: 'memory',
    clusters,
    objects,
    emptyMiB: empty.resident,
    fullMiB: full.resident,
    watches: more,
    perObjectKiB: perObject(grownKiB - more * watchKiB, clusters * objects),
    withWatchesKiB: perObject(grownKiB, clusters * objects),
    heapMiB: [empty.heap, full.heap].join(' → '),
    externalMiB: [empty.external, full.external].join(' → '),
    peakMiB: await memoryMiB(hub.pid, 'VmHWM'),
  })
}

/** Measure 3: from an event in a simulated cluster to the answer of the hub's API that has it. */
export async function measureFanIn(stage: FleetStage, plan: FanInPlan, report: Report): Promise<void> {
  const { fleet, hub } = stage
  const clusters = fleet.names.length
  const seconds = plan.minutes * 60
  const step = Math.ceil(clusters / followed)
  const waiting = new Map<number, { version: number; at: number }[]>()
  for (let i = 0; i < clusters; i += step) waiting.set(i, [])
  const names = [...waiting.keys()].map((i) => fleet.names[i] ?? '')
  const before = await fleet.order('versions', null)
  const latencies: number[] = []
  let written = 0
  const end = fleet.onWritten(({ cluster, version, at }) => {
    waiting.get(cluster)?.push({ version, at })
    written += 1
  })
  const cpu = { hub: await quietHub(hub.pid), sim: await cpuSeconds(fleet.pid) }
  await fleet.order('countFromNow', null)
  await fleet.order('beat', true)
  const begin = performance.now()
  const longest = seconds * 1_000 + longestMs
  const answerMs: number[] = []
  let stopped = false
  while (!stopped || [...waiting.values()].some((list) => list.length > 0)) {
    const elapsed = performance.now() - begin
    if (elapsed > longest) break
    if (elapsed > seconds * 1_000 && !stopped) {
      await fleet.order('beat', false)
      stopped = true
    }
    const asked = performance.now()
    const versions = await versionsAtHub(hub, names)
    const now = Date.now()
    answerMs.push(performance.now() - asked)
    for (const [i, list] of waiting) {
      const version = versions.get(fleet.names[i] ?? '') ?? 0
      while (list[0] !== undefined && list[0].version <= version) {
        latencies.push(now - list[0].at)
        list.shift()
      }
    }
    await sleep(askMs)
  }
  const took = (performance.now() - begin) / 1_000
  const used = { hub: (await cpuSeconds(hub.pid)) - cpu.hub, sim: (await cpuSeconds(fleet.pid)) - cpu.sim }
  const { requests } = await fleet.order('counts', null)
  const told = await toldOfAll(stage, before)
  end()
  const { p50, p99, max } = spreadOf(latencies)
  report.add({
    measure: '3',
    case: 'fan-in',
    clusters,
    objects: plan.objects,
    seconds,
    written,
    told,
    followed: latencies.length,
    p50,
    p99,
    max,
    requests,
    answerP50: spreadOf(answerMs).p50,
    hubCpuPercent: Math.round(used.hub * (100 / took)),
    simCpuPercent: Math.round(used.sim * (100 / took)),
    residentMiB: await memoryMiB(hub.pid, 'VmRSS'),
    peakMiB: await memoryMiB(hub.pid, 'VmHWM'),
  })
}

/** Waits until the hub has done with what came before, a quarter of a core at the most; answers the processor seconds it had. */
async function quietHub(pid: number): Promise<number> {
  const deadline = performance.now() + longestQuietingMs
  for (let before = await cpuSeconds(pid); ; ) {
    await sleep(quietMs)
    const now = await cpuSeconds(pid)
    if (now - before < quietMs / 4_000 || performance.now() > deadline) return now
    before = now
  }
}

/** How many of the events after `before` the hub tells of, of all clusters: what is late is waited for. */
async function toldOfAll({ fleet, hub }: FleetStage, before: readonly number[]): Promise<number> {
  const deadline = performance.now() + longestMs
  const wanted = await fleet.order('versions', null)
  for (;;) {
    const versions = await versionsAtHub(hub)
    const known = fleet.names.map((name) => versions.get(name) ?? 0)
    const told = known.reduce((sum, version, i) => sum + Math.max(0, version - (before[i] ?? 0)), 0)
    const isWhole = known.every((version, i) => version >= (wanted[i] ?? 0))
    if (isWhole || performance.now() > deadline) return told
    await sleep(askMs)
  }
}

/** What a process holds after garbage collection, in MiB. */
interface Held {
  readonly resident: number
  readonly heap: number
  readonly external: number
}

async function heldBy({ hub }: FleetStage): Promise<Held> {
  const inspector = await hub.inspect()
  try {
    await inspector.collectGarbage()
    const { heapUsed, external } = await inspector.memory()
    const mib = (bytes: number): number => Math.round(bytes / 1_024 / 1_024)
    return {
      resident: await memoryMiB(hub.pid, 'VmRSS'),
      heap: mib(heapUsed),
      external: mib(external),
    }
  } finally {
    inspector.close()
  }
}

function perObject(total: number, objects: number): number {
  return Math.round((100 * total) / objects) / 100
}
