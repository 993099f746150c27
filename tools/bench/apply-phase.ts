import type { KubeObject } from '../../src/core/object/index.ts'
import { cpuSeconds } from './cpu.ts'
import type { Bundles } from './fleet-repository.ts'
import { atRevision, configMap, configMaps, number } from './load.ts'
import { keyOfObject } from './observer.ts'
import { memoryMiB } from './memory.ts'
import type { Report, Result } from './report.ts'
import type { Stage } from './stage.ts'
import { median, round } from './statistics.ts'

export interface ApplyPlan {
  readonly measure: '1a' | '1b'
  readonly bundles: number
  readonly objectsPerBundle: number
  readonly repeat: number
}

/** What one side took for one change, in milliseconds. */
interface Timing {
  readonly bare: number
  /** From the commit to the last object at its revision. */
  readonly total: number
  /** From the first write that the cluster saw to the last object. */
  readonly phase: number
  /** What the other tool took for the same, from its commit to its last object. */
  readonly peer?: number
}

/**
 * Measure 1: from a commit to applied objects, in namespaces of its own for every repetition, always right
 * after a bare loop that applies the same objects beside them.
 */
export async function measureApply(stage: Stage, plan: ApplyPlan, report: Report): Promise<void> {
  const cases = new Map<string, Timing[]>()
  for (let round = 1; round <= plan.repeat; round += 1) {
    const id = `m${plan.measure}-${round}`
    await stage.namespace(`${id}-bare`)
    await stage.namespace(`${id}-ours`)
    const seed = configMap(`${id}-ours`, 'seed', 'seed')
    if (plan.bundles === 1) await deliver(stage, new Map([[`${id}-0000`, [seed]]]), [seed], 'seed')
    if (stage.peer !== undefined) await stage.namespace(`${id}-peer`)
    const peerSeed = configMap(`${id}-peer`, 'seed', 'seed')
    if (plan.bundles === 1)
      await deliverPeer(stage, new Map([[`${id}-0000`, [peerSeed]]]), [peerSeed], 'seed')
    for (const { name, changed } of steps(plan)) {
      const objects = (side: string) =>
        Array.from({ length: plan.bundles }, (_, i) =>
          configMaps(`${id}-${side}`, `b${number(i)}`, plan.objectsPerBundle, name).slice(0, changed),
        )
      const bare = await applyBare(stage, objects('bare').flat(), name)
      const ours = objects('ours')
      const bundles = new Map(ours.map((declared, i) => [`${id}-${number(i)}`, declared]))
      const own = await deliver(stage, bundles, ours.flat(), name)
      const theirs = objects('peer')
      const peerBundles = new Map(theirs.map((declared, i) => [`${id}-${number(i)}`, declared]))
      const peer = await deliverPeer(stage, peerBundles, theirs.flat(), name)
      const timing = { bare, ...own, ...(peer === undefined ? {} : { peer }) }
      cases.set(name, [...(cases.get(name) ?? []), timing])
      const { total, phase } = timing
      const beside = peer === undefined ? '' : `, ${stage.peer?.name} ${peer} ms`
      report.say(
        `${plan.measure} ${name} ${round}: bare ${bare} ms, apply ${phase} ms, all ${total} ms${beside}`,
      )
    }
  }
  for (const [name, timings] of cases) report.add(resultOf(plan.measure, name, timings))
  const hubPeakMiB = await memoryMiB(stage.hub.pid, 'VmHWM')
  const hubCpuSeconds = await cpuSeconds(stage.hub.pid)
  report.add({ measure: plan.measure, case: 'the hub', hubPeakMiB, hubCpuSeconds })
}

function resultOf(measure: string, name: string, timings: readonly Timing[]): Result {
  const total = {
    bare: median(timings.map(({ bare }) => bare)),
    commitToApplied: median(timings.map(({ total }) => total)),
    totalRatio: ratioOf(timings, ({ total }) => total),
    ...peerOf(timings),
  }
  // The phase of a single object has no length that an observer could see.
  if (name === 'change-one') return { measure, case: name, ...total }
  return {
    measure,
    case: name,
    ...total,
    fetchAndRender: median(timings.map(({ total, phase }) => total - phase)),
    apply: median(timings.map(({ phase }) => phase)),
    applyRatio: ratioOf(timings, ({ phase }) => phase),
  }
}

/** The other tool, and how many times as long as ours it took in the same rounds. */
function peerOf(timings: readonly Timing[]): { peer?: number; peerRatio?: number } {
  const beside = timings.flatMap(({ peer, total }) => (peer === undefined ? [] : [{ peer, total }]))
  if (beside.length === 0) return {}
  const ratio = median(beside.map(({ peer, total }) => (100 * peer) / total))
  return { peer: median(beside.map(({ peer }) => peer)), peerRatio: Math.round(ratio) / 100 }
}

/** The middle of the ratios of single rounds: what disturbs the machine disturbs both sides of a round. */
function ratioOf(timings: readonly Timing[], ours: (timing: Timing) => number): number {
  return Math.round(median(timings.map((timing) => (100 * ours(timing)) / timing.bare))) / 100
}

function steps(plan: ApplyPlan): { name: string; changed: number }[] {
  const all = plan.objectsPerBundle
  return plan.bundles === 1
    ? [
        { name: 'create', changed: all },
        { name: 'change-all', changed: all },
        { name: 'change-one', changed: 1 },
      ]
    : [
        { name: 'create', changed: all },
        { name: 'change-one-in-each', changed: 1 },
      ]
}

async function applyBare(stage: Stage, objects: readonly KubeObject[], rev: string): Promise<number> {
  const seen = stage.observer.until(objects.map(keyOfObject), atRevision(rev))
  const start = performance.now()
  await stage.bare.applyAll(objects)
  return round((await seen).last - start)
}

/** The same by the other tool, in a namespace of its own; undefined where none runs. */
async function deliverPeer(
  { observer, peer }: Stage,
  bundles: Bundles,
  objects: readonly KubeObject[],
  rev: string,
): Promise<number | undefined> {
  if (peer === undefined) return undefined
  const seen = observer.until(objects.map(keyOfObject), atRevision(rev))
  const committed = await peer.deliver(bundles)
  return round((await seen).last - committed)
}

/** Commits and waits until the cluster has all of it and the hub has nothing left to say about it. */
async function deliver(
  stage: Stage,
  bundles: Bundles,
  objects: readonly KubeObject[],
  rev: string,
): Promise<{ total: number; phase: number }> {
  const seen = stage.observer.until(objects.map(keyOfObject), atRevision(rev))
  let begun = Number.POSITIVE_INFINITY
  const end = stage.sets.subscribe(({ at }) => {
    begun = Math.min(begun, at)
  })
  const committed = await stage.hub.deliver(bundles)
  const { first, last } = await seen
  end()
  await stage.hub.settled()
  return { total: round(last - committed), phase: round(last - Math.min(begun, first)) }
}
