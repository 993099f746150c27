import { setTimeout as sleep } from 'node:timers/promises'
import { cpuSeconds } from './cpu.ts'
import { allReached, type FleetStage, versionsAtHub } from './fleet-stage.ts'
import { memoryMiB } from './memory.ts'
import type { Report } from './report.ts'
import { round } from './statistics.ts'

const beatMs = 5_000
const longestMs = 600_000
/** After every cluster is back, requests that come late are waited for. */
const lateMs = 5_000

/**
 * Measure 5: how long until the hub knows of every cluster what was true when it was killed, or when every connection
 * broke, and what it asks the clusters meanwhile. Events go on all the time.
 */
export async function measureStorm(stage: FleetStage, objects: number, report: Report): Promise<void> {
  await storm(stage, objects, 'restart after kill -9', report, async ({ hub }) => {
    await hub.kill()
    return () => hub.restart()
  })
  await storm(stage, objects, 'all sockets cut', report, async ({ fleet }) => {
    await fleet.order('cut', null)
    return async () => {}
  })
}

async function storm(
  stage: FleetStage,
  objects: number,
  name: string,
  report: Report,
  strike: (stage: FleetStage) => Promise<() => Promise<void>>,
): Promise<void> {
  const { fleet, hub } = stage
  await fleet.order('beat', true)
  await sleep(beatMs)
  await fleet.order('countFromNow', null)
  const cpuBefore = await cpuSeconds(hub.pid)
  const recover = await strike(stage)
  const wanted = await fleet.order('versions', null)
  const begin = performance.now()
  await recover()
  const startedMs = performance.now() - begin
  for (;;) {
    const versions = await versionsAtHub(hub)
    const behind = fleet.names.filter((one, i) => (versions.get(one) ?? 0) < (wanted[i] ?? 0))
    if (behind.length === 0) break
    if (performance.now() - begin > longestMs)
      throw new Error(`${name}: ${behind.length} clusters never came back`)
    await sleep(100)
  }
  const seconds = (performance.now() - begin) / 1_000
  await allReached(hub, fleet.names.length)
  const reachedSeconds = (performance.now() - begin) / 1_000
  await fleet.order('beat', false)
  await sleep(lateMs)
  const { requests, writes, dryRuns, lists, mostListsOfAKind, mostListed } = await fleet.order('counts', null)
  const cpu = await cpuSeconds(hub.pid)
  report.add({
    measure: '5',
    case: name,
    clusters: fleet.names.length,
    objects,
    seconds: round(seconds),
    reachedSeconds: round(reachedSeconds),
    startedMs: round(startedMs),
    writes,
    dryRuns,
    requests,
    requestsPerCluster: round(requests / fleet.names.length),
    lists,
    mostListsOfAKind,
    mostListed,
    // A process that was started again has used nothing before.
    cpuSeconds: round(cpu < cpuBefore ? cpu : cpu - cpuBefore),
    peakMiB: await memoryMiB(hub.pid, 'VmHWM'),
  })
}
