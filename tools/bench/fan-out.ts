import type { KubeObject } from '../../src/core/object/index.ts'
import { cpuSeconds } from './cpu.ts'
import type { FleetStage } from './fleet-stage.ts'
import { configMap, number } from './load.ts'
import type { Report } from './report.ts'
import { round, spreadOf } from './statistics.ts'

export interface FanOutPlan {
  readonly repeat: number
  /** Bundles that change at once. */
  readonly changes: number
}

const namespace = 'default'

/**
 * Measure 8: the hub has accepted a commit → each cluster has stored what it says, and the hub knows so. First one bundle,
 * several times; then many at once.
 */
export async function measureFanOut(stage: FleetStage, plan: FanOutPlan, report: Report): Promise<void> {
  const names = Array.from({ length: plan.changes }, (_, i) => `fan-out-${number(i)}`)
  await stage.hub.deliver(bundlesAt(names, '0'))
  await stage.hub.settled()
  const [first = ''] = names
  const one: Deliveries[] = []
  for (let i = 1; i <= plan.repeat; i += 1) one.push(await change(stage, [first], `one-${i}`))
  report.add(resultOf(stage, 'one change', one))
  const all = await change(stage, names, 'all')
  report.add(resultOf(stage, `${plan.changes} changes at once`, [all]))
}

interface Deliveries {
  /** Of each cluster, in milliseconds. */
  readonly stored: readonly number[]
  /** Until the hub had heard from the last one. */
  readonly known: number
  readonly cpuSeconds: number
  readonly requests: number
}

async function change(
  { fleet, hub }: FleetStage,
  names: readonly string[],
  rev: string,
): Promise<Deliveries> {
  const cpu = await cpuSeconds(hub.pid)
  await fleet.order('countFromNow', null)
  const reached = fleet.order('reached', { names, rev })
  await hub.deliver(bundlesAt(names, rev))
  // The hub has taken the commit over when it answers.
  const accepted = Date.now()
  const stored = (await reached).map((at) => Math.max(0, at - accepted))
  await hub.settled()
  const known = Date.now() - accepted
  const { requests } = await fleet.order('counts', null)
  return { stored, known, cpuSeconds: (await cpuSeconds(hub.pid)) - cpu, requests }
}

function resultOf({ fleet }: FleetStage, name: string, deliveries: readonly Deliveries[]) {
  const { p50, p99, max } = spreadOf(deliveries.flatMap(({ stored }) => stored))
  const mean = (of: (one: Deliveries) => number): number =>
    deliveries.reduce((sum, one) => sum + of(one), 0) / deliveries.length
  const clusters = fleet.names.length
  return {
    measure: '8',
    case: name,
    clusters,
    p50,
    p99,
    max,
    known: spreadOf(deliveries.map(({ known }) => known)).p50,
    cpuSeconds: round(mean((one) => one.cpuSeconds)),
    requestsPerCluster: round(mean(({ requests }) => requests / clusters)),
  }
}

function bundlesAt(names: readonly string[], rev: string): Map<string, KubeObject[]> {
  return new Map(names.map((name) => [name, [configMap(namespace, name, rev)]]))
}
