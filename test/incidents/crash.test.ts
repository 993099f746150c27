import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { KubeObject } from '../../src/core/object/index.ts'
import { auditMark, real, writesSince } from '../engine/audited-writes.ts'
import { configMap, deployment } from '../engine/manifests.ts'
import { defaults, placed, type Rig } from '../engine/rig.ts'
import { type HttpProxy, startHttpProxy } from '../faults/http-proxy.ts'
import { sharedServer, Started } from './each-rig.ts'
import type { EngineOrder } from './engine-process.ts'

const started = new Started()
const program = fileURLToPath(new URL('engine-process.ts', import.meta.url))
const roomy = { pruneBound: { maxObjects: 100, maxPercent: 100 } }

const first = [configMap('stays'), configMap('changes'), configMap('goes'), configMap('leaves')]
const second: readonly KubeObject[] = [
  configMap('stays'),
  configMap('changes', { a: '2' }),
  configMap('comes'),
  deployment('web'),
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { key: 'hidden' } },
]

/** What is delivered, and what comes after it while somebody kills the engine. */
interface Delivery {
  readonly before: readonly KubeObject[]
  readonly after: readonly KubeObject[]
}

interface Crash {
  readonly at: number
  /** Whether the server did what the last request asked, or never saw it. */
  readonly answer: 'swallow' | 'lose-answer'
}

/** Applies the second commit in another process, which is killed at one of its writes; true when it got that far. */
async function crashing(
  r: Rig,
  proxy: HttpProxy,
  { before: were, after }: Delivery,
  crash: Crash | undefined,
): Promise<boolean> {
  const order: EngineOrder = {
    store: join(r.folder, 'store-0'),
    kubeconfig: proxy.through(r.server.kubeconfig('evenkeel')),
    renderings: [were, after].map((objects) => objects.map((object) => placed(object, r.namespace))),
    assignment: { ...defaults(r.bundle, 'enforce'), ...roomy, revision: 'rev-2' },
  }
  const file = join(r.folder, 'order.json')
  await writeFile(file, JSON.stringify(order))
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  started.add(() => child.kill('SIGKILL'))
  let errors = ''
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  let reached = false
  const before = proxy.requests.filter(({ write }) => write !== undefined).length
  proxy.rule(({ write }) => {
    if (reached) return 'swallow'
    if (crash === undefined || write === undefined || write - before < crash.at) return 'pass'
    reached = true
    child.kill('SIGKILL')
    return crash.answer
  })
  const applied = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      if (data.toString().includes('applied')) resolve()
    })
  })
  await Promise.race([applied, ended])
  if (!reached && child.exitCode !== null) throw new Error(`the engine ended by itself: ${errors}`)
  child.kill('SIGKILL')
  await ended
  await proxy.settled()
  proxy.rule(undefined)
  return reached
}

interface Outcome {
  readonly objects: unknown
  readonly inventory: readonly string[]
  readonly parent: readonly string[]
  readonly deletions: readonly string[]
  readonly drift: readonly string[]
}

/** What is there in the end, without what differs from run to run. */
async function outcome(r: Rig, mark: number): Promise<Outcome> {
  const kinds = [
    'get',
    'configmaps,secrets,deployments',
    '-n',
    r.namespace,
    '-o',
    'json',
    '--show-managed-fields',
  ]
  const { items } = JSON.parse(await r.server.mustKubectl('admin', kinds)) as { items: KubeObject[] }
  const ours = items.filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
  const uids = new Map(ours.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.uid]))
  const { inventories } = await r.journal.load()
  const inventory = (inventories.get(r.bundle) ?? []).map(({ ref, uid }) => {
    const name = `${ref.kind}/${ref.name}`
    return `${name} ${uid === uids.get(name) ? 'as it is' : `recorded as ${uid}, is ${uids.get(name)}`}`
  })
  const parent = JSON.parse(
    await r.server.mustKubectl('admin', [
      'get',
      'configmap',
      r.bundle,
      '-n',
      'evenkeel-system',
      '-o',
      'json',
    ]),
  ) as { data: { inventory: string } }
  const parentLines = parent.data.inventory
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [key = '', , uid] = line.split('\t')
      const [, kind, , name] = key.split('/')
      return `${kind}/${name} ${uid === uids.get(`${kind}/${name}`) ? 'as it is' : uid}`
    })
  return {
    objects: ours.map(({ kind, metadata, data, spec }) => ({
      kind,
      name: metadata.name,
      owners: metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`),
      data,
      spec,
    })),
    inventory: inventory.sort(),
    parent: parentLines.sort(),
    deletions: real(await writesSince(r, mark)).filter((write) => write.startsWith('delete')),
    drift: r.drift().map(({ class: found, ref, path }) => `${found} ${ref.name} ${path}`),
  }
}

/** One run: the first commit, the second one with or without a crash, and what the next engine makes of it. */
async function run(
  delivery: Delivery,
  crash: Crash | undefined,
): Promise<{ reached: boolean; end: Outcome }> {
  const server = await sharedServer()
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const r = await started.rig(server, { change: roomy })
  await r.deliver(delivery.before)
  await r.engine.stop()
  const mark = await auditMark(server)
  r.declare(delivery.after)
  let reached = false
  await r.restart({
    meanwhile: async () => {
      reached = await crashing(r, proxy, delivery, crash)
    },
  })
  await r.until('the second commit is applied', () => r.bundleReport()?.phase === 'applied')
  await r.until('health is known', () => r.bundleReport()?.health !== 'Unknown')
  await r.engine.idle()
  return { reached, end: await outcome(r, mark) }
}

/** Kills the engine at each of its writes, twice: each run ends as `golden` does. Answers how many writes there were. */
async function killedAtEach(delivery: Delivery, golden: Outcome): Promise<number> {
  for (let at = 1; ; at += 1) {
    const runs = await Promise.all(
      (['swallow', 'lose-answer'] as const).map(async (answer) => ({
        answer,
        ...(await run(delivery, { at, answer })),
      })),
    )
    for (const { answer, end } of runs) {
      const deleted = end.deletions.filter((deletion) => deletion.endsWith(' 200')).toSorted()
      expect({ at, answer, ...end, deletions: deleted }).toEqual({
        at,
        answer,
        ...golden,
        deletions: golden.deletions.toSorted(),
      })
    }
    if (!runs.some(({ reached }) => reached)) return at - 1
  }
}

test('incident 43: an engine that is killed at any of its writes, before or after the server has done it, ends where it ends without', {
  timeout: 600_000,
}, async () => {
  const { end: golden } = await run({ before: first, after: second }, undefined)
  expect(golden.inventory).toEqual([
    'ConfigMap/changes as it is',
    'ConfigMap/comes as it is',
    'ConfigMap/stays as it is',
    'Deployment/web as it is',
    'Secret/key as it is',
  ])
  expect(golden.parent).toEqual(golden.inventory)
  expect(golden.deletions.toSorted()).toEqual(['delete configmaps/goes 200', 'delete configmaps/leaves 200'])
  expect(golden.drift).toEqual([])
  const writes = await killedAtEach({ before: first, after: second }, golden)
  // The fence with the inventory, four applies, the inventory, the fence, two deletions, the inventory.
  expect(writes).toBeGreaterThanOrEqual(9)
})

test('an engine that is killed while it only adds leaves a record in the cluster that another hub can go by', {
  timeout: 600_000,
}, async () => {
  const delivery = { before: [configMap('stays')], after: [configMap('stays'), configMap('comes')] }
  const { end: golden } = await run(delivery, undefined)
  expect(golden.parent).toEqual(['ConfigMap/comes as it is', 'ConfigMap/stays as it is'])
  // The fence with the inventory, the apply, the inventory.
  expect(await killedAtEach(delivery, golden)).toBeGreaterThanOrEqual(3)
})
