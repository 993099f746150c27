import { setTimeout as sleep } from 'node:timers/promises'
import { type KubeObject, valueAt } from '../../src/core/object/index.ts'
import { eachLimited } from '../../src/runtime/index.ts'
import { inFlight } from './bare-client.ts'
import { configMaps, deployment } from './load.ts'
import { keyOfObject } from './observer.ts'
import type { Report, Result } from './report.ts'
import { readServed, servedBetween } from './requests-served.ts'
import type { Stage } from './stage.ts'
import { median, ratio, spreadOf } from './statistics.ts'

export interface DriftPlan {
  /** ConfigMaps that the bundle holds. */
  readonly objects: number
  /** Drifts one after the other, one a second. */
  readonly count: number
  readonly burst: number
  readonly repeat: number
  /** Seconds of status updates with no drift beside them. */
  readonly noiseSeconds: number
}

const namespace = 'm2-ours'
const bareNamespace = 'm2-bare'
export const noisy = deployment(namespace, 'noisy')
const updatesPerSecond = 50

/** One rogue write, from its answer on. Times in milliseconds; undefined until it happened. */
interface Drift {
  readonly rogue: string
  answered?: number
  detected?: number
  healed?: number
}

/** Measure 2: rogue writes until the hub tells of them, and until the cluster has the declared value again. */
export async function measureDrift(stage: Stage, plan: DriftPlan, report: Report): Promise<void> {
  await stage.namespace(namespace)
  await stage.namespace(bareNamespace)
  // No object is written to twice: whoever comes back to a field after a heal is answered more slowly on purpose.
  const written = 2 * plan.count + plan.repeat * plan.burst
  const objects = configMaps(namespace, 'cm', Math.max(plan.objects, written), '1')
  const seen = stage.observer.until(objects.map(keyOfObject), isDeclared)
  await stage.hub.deliver(new Map([['m2', [...objects, noisy]]]))
  await seen
  await stage.hub.settled()
  const copies = configMaps(bareNamespace, 'cm', plan.burst, '1')
  await stage.bare.applyAll(copies)
  let used = 0
  const next = (count: number): KubeObject[] => objects.slice(used, (used += count))

  report.add(await noiseAlone(stage, plan.noiseSeconds))
  report.add(await oneASecond(stage, 'one-a-second', next(plan.count), copies))
  const noise = startNoise(stage)
  report.add(await oneASecond(stage, 'one-a-second-noise', next(plan.count), copies))
  await noise.stop()
  const bursts: Burst[] = []
  for (let i = 1; i <= plan.repeat; i += 1) bursts.push(await burst(stage, next(plan.burst), copies))
  report.add(resultOf(bursts))
}

interface NoiseResult extends Result {
  readonly statusUpdates: number
  readonly requests: number
}

/** Requests that status updates of an object of ours cause: the server's count without the updates themselves. */
export async function noiseAlone(stage: Stage, seconds: number): Promise<NoiseResult> {
  const before = await readServed(stage.rogue)
  const noise = startNoise(stage)
  await sleep(seconds * 1000)
  const updates = await noise.stop()
  const served = servedBetween(before, await readServed(stage.rogue))
  const caused = [...served].filter(([request]) => ofOurKinds(request))
  return {
    measure: '2',
    case: 'noise',
    statusUpdates: updates,
    requests: caused.reduce((all, [, count]) => all + count, 0),
    which: caused.map(([request, count]) => `${request} ${count}`),
  }
}

/** Looks at objects and writes to them; a watch that is opened again meanwhile is no answer to the noise. */
function ofOurKinds(request: string): boolean {
  return /^(GET|POST|PUT|PATCH|APPLY|DELETE) (configmaps|deployments)$/.test(request)
}

async function oneASecond(
  stage: Stage,
  name: string,
  objects: readonly KubeObject[],
  copies: readonly KubeObject[],
): Promise<Result> {
  const floor = await loneApplies(stage, copies.slice(0, 20))
  const start = performance.now()
  const drifts = await driftAll(stage, objects, async (write) => {
    for (const [i, object] of objects.entries()) {
      await sleep(Math.max(0, start + i * 1000 - performance.now()))
      await write(object)
    }
  })
  const healed = spreadOf(drifts.map(({ healed }) => healed))
  const detected = spreadOf(drifts.map(({ detected }) => detected))
  return {
    measure: '2',
    case: name,
    n: healed.n,
    detectedP50: detected.p50,
    detectedP99: detected.p99,
    detectedMax: detected.max,
    healedP50: healed.p50,
    healedP99: healed.p99,
    healedMax: healed.max,
    bareApply: floor,
    ratio: ratio(healed.p50, floor),
  }
}

/** One burst: all from its first rogue write to its last healed object, and the same work by a bare loop. */
interface Burst {
  readonly drifts: readonly Measured[]
  readonly all: number
  readonly bare: number
  /** From the last rogue write on. */
  readonly rest: number
  /** The applies of the bare loop alone. */
  readonly bareApplies: number
}

/** All at once, beside a bare loop that makes the same rogue writes and applies the same objects. */
async function burst(
  stage: Stage,
  objects: readonly KubeObject[],
  copies: readonly KubeObject[],
): Promise<Burst> {
  const bareStart = performance.now()
  await eachLimited(copies, inFlight, (object) => stage.rogue.merge(object, rogueData('burst')))
  const bareRogue = performance.now()
  await stage.bare.applyAll(copies)
  const bareEnd = performance.now()
  const start = performance.now()
  let written = start
  const drifts = await driftAll(stage, objects, async (write) => {
    await eachLimited(objects, inFlight, write)
    written = performance.now()
  })
  const end = Math.max(...drifts.map(({ healedAt }) => healedAt))
  return {
    drifts,
    all: end - start,
    bare: bareEnd - bareStart,
    rest: end - written,
    bareApplies: bareEnd - bareRogue,
  }
}

function resultOf(bursts: readonly Burst[]): Result {
  const healed = spreadOf(bursts.flatMap(({ drifts }) => drifts.map(({ healed }) => healed)))
  const detected = spreadOf(bursts.flatMap(({ drifts }) => drifts.map(({ detected }) => detected)))
  const ratios = bursts.map(({ all, bare }) => ratio(all, bare))
  return {
    measure: '2',
    case: 'burst',
    n: healed.n,
    detectedP50: detected.p50,
    detectedP99: detected.p99,
    healedP50: healed.p50,
    healedP99: healed.p99,
    all: median(bursts.map(({ all }) => all)),
    bareAll: median(bursts.map(({ bare }) => bare)),
    ratio: Math.round(median(ratios.map((one) => one * 100))) / 100,
    ratios: ratios.map(String),
    afterLastWrite: median(bursts.map(({ rest }) => rest)),
    bareApplies: median(bursts.map(({ bareApplies }) => bareApplies)),
  }
}

interface Measured {
  readonly detected: number
  readonly healed: number
  readonly healedAt: number
}

/** Runs `load` with a rogue write, and resolves when every object that it wrote to is as declared again. */
async function driftAll(
  stage: Stage,
  objects: readonly KubeObject[],
  load: (write: (object: KubeObject) => Promise<void>) => Promise<void>,
): Promise<Measured[]> {
  const drifts = new Map<string, Drift>()
  const told = stage.hub.onEvent(({ event, key, at }) => {
    const drift = drifts.get(key)
    if (event.type === 'drift' && drift !== undefined) drift.detected ??= at
  })
  const spoilt = new Set<string>()
  const seen = stage.observer.subscribe(({ key, object, at }) => {
    const drift = drifts.get(key)
    if (drift === undefined) return
    if (valueAt(object, 'data', 'v') === drift.rogue) spoilt.add(key)
    else if (spoilt.has(key) && isDeclared(object)) drift.healed ??= at
  })
  let writes = 0
  await load(async (object) => {
    const drift: Drift = { rogue: `rogue-${performance.now()}-${writes++}` }
    drifts.set(keyOfObject(object), drift)
    await stage.rogue.merge(object, { data: { v: drift.rogue } })
    drift.answered = performance.now()
  })
  const deadline = performance.now() + 120_000
  while (
    [...drifts.values()].some(({ healed, detected }) => healed === undefined || detected === undefined)
  ) {
    if (performance.now() > deadline) throw new Error(lateOnes(drifts))
    await sleep(20)
  }
  told()
  seen()
  return objects.map((object) => {
    const { answered = 0, detected = 0, healed = 0 } = drifts.get(keyOfObject(object)) ?? { rogue: '' }
    // The event often overtakes the answer to the write that caused it.
    return { detected: Math.max(0, detected - answered), healed: healed - answered, healedAt: healed }
  })
}

function lateOnes(drifts: ReadonlyMap<string, Drift>): string {
  const of = (state: 'detected' | 'healed'): number =>
    [...drifts.values()].filter((drift) => drift[state] === undefined).length
  return `of ${drifts.size} drifts ${of('detected')} were never told and ${of('healed')} never healed`
}

/** Median milliseconds of one apply alone: less than this no heal can take. */
async function loneApplies(stage: Stage, copies: readonly KubeObject[]): Promise<number> {
  const times: number[] = []
  for (const object of copies) {
    await stage.rogue.merge(object, rogueData('lone'))
    const start = performance.now()
    await stage.bare.apply(object)
    times.push(performance.now() - start)
  }
  return spreadOf(times).p50
}

function startNoise(stage: Stage): { stop(): Promise<number> } {
  const end = new AbortController()
  let updates = 0
  const running = (async () => {
    const start = performance.now()
    while (!end.signal.aborted) {
      updates += 1
      await stage.rogue.merge(noisy, { status: { observedGeneration: updates } }, '/status')
      await sleep(Math.max(0, start + (updates * 1000) / updatesPerSecond - performance.now()))
    }
  })()
  return {
    async stop() {
      end.abort()
      await running
      return updates
    },
  }
}

function rogueData(v: string): object {
  return { data: { v: `${v}-${performance.now()}` } }
}

function isDeclared(object: KubeObject): boolean {
  return valueAt(object, 'data', 'v') === 'ok'
}
