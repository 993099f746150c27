import { setTimeout as sleep } from 'node:timers/promises'
import { cpuSeconds } from './cpu.ts'
import { atRevision, configMaps, number } from './load.ts'
import { keyOfObject } from './observer.ts'
import type { Report, Result } from './report.ts'
import { readAsked, readServed, type Served, servedBetween } from './requests-served.ts'
import type { Stage } from './stage.ts'
import { memoryMiB } from './memory.ts'

export interface IdlePlan {
  readonly bundles: number
  readonly objectsPerBundle: number
  readonly minutes: number
}

const quietMs = 20_000

/** Measure 6: what the hub costs while nothing happens. */
export async function measureIdle(stage: Stage, plan: IdlePlan, report: Report): Promise<void> {
  await stage.namespace('m6-ours')
  const bundles = new Map(
    Array.from({ length: plan.bundles }, (_, i) => [
      `m6-${number(i)}`,
      configMaps('m6-ours', `b${number(i)}`, plan.objectsPerBundle, '1'),
    ]),
  )
  const objects = [...bundles.values()].flat()
  const seen = stage.observer.until(objects.map(keyOfObject), atRevision('1'))
  await stage.hub.deliver(bundles)
  await seen
  await stage.hub.settled()
  await sleep(quietMs)
  report.add(await lookOn(stage, objects.length, plan.minutes))
}

/**
 * Requests and processor time over some minutes. A watch that ends and is opened again is a request too: whose watches
 * ended the server does not tell.
 */
export async function lookOn(stage: Stage, objects: number, minutes: number): Promise<IdleResult> {
  const before = await readAll(stage)
  await sleep(minutes * 60_000)
  const after = await readAll(stage)
  const served = [...servedBetween(before.served, after.served)].filter(([request]) => !ofTheServer(request))
  const requests = after.asked - before.asked
  return {
    measure: '6',
    case: 'idle',
    objects,
    minutes,
    requests,
    requestsPerMinute: Math.round((requests / minutes) * 100) / 100,
    cpuPercent: Math.round(((after.cpu - before.cpu) / (minutes * 60)) * 10_000) / 100,
    residentMiB: await memoryMiB(stage.hub.pid, 'VmRSS'),
    peakMiB: await memoryMiB(stage.hub.pid, 'VmHWM'),
    which: served.map(([request, count]) => `${request} ${count}`),
  }
}

interface IdleResult extends Result {
  readonly requests: number
}

/** What an idle kube-apiserver asks of itself all the time; its watches end and begin anew as well. */
function ofTheServer(request: string): boolean {
  return request.startsWith('WATCH ') || ['GET /openapi/v3', 'PUT leases'].includes(request)
}

async function readAll(stage: Stage): Promise<{ served: Served; asked: number; cpu: number }> {
  return {
    served: await readServed(stage.rogue),
    asked: await readAsked(stage.rogue),
    cpu: await cpuSeconds(stage.hub.pid),
  }
}
