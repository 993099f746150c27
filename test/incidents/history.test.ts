import { expect, test } from 'vitest'
import type { ApiServer } from '../../tools/kubernetes/index.ts'
import { configMap } from '../engine/manifests.ts'
import { connectionBy, type Rig, type RigOptions } from '../engine/rig.ts'
import { clientOf, configMaps } from '../faults/scripted-client.ts'
import { refusal, startHttpProxy } from '../faults/http-proxy.ts'
import { startTcpProxy, type TcpProxy } from '../faults/tcp-proxy.ts'
import { WarpedClock } from '../faults/warped-clock.ts'
import { deletions, Started } from './each-rig.ts'
import { backUp, compact } from './etcd-backup.ts'

const started = new Started()
const roomy = { pruneBound: { maxObjects: 100, maxPercent: 100 } }

interface Away {
  readonly r: Rig
  readonly proxy: TcpProxy
  readonly clock: WarpedClock
}

/** An engine that reaches its cluster through a proxy. */
async function away(server: ApiServer, options: RigOptions = {}): Promise<Away> {
  const proxy = await startTcpProxy({ port: Number(new URL(server.url).port) })
  started.add(() => proxy.stop())
  const clock = new WarpedClock()
  const text = server.kubeconfig('evenkeel').replace(server.url, `https://127.0.0.1:${proxy.port}`)
  const r = await started.rig(server, {
    clock,
    change: roomy,
    connect: () => connectionBy(text),
    ...options,
  })
  return { r, proxy, clock }
}

async function names(r: Rig): Promise<string[]> {
  const { inventories } = await r.journal.load()
  return (inventories.get(r.bundle) ?? []).map(({ ref }) => ref.name).sort()
}

/** What was ever noticed, as `class name path state`. */
const noticed = (r: Rig): string[] =>
  r
    .drift()
    .map(({ class: found, ref, path, state }) => `${found} ${ref.name} ${path} ${state}`.replace('  ', ' '))
    .sort()

async function data(r: Rig, name: string): Promise<unknown> {
  return (await r.live('configmap', name)).data
}

/** Makes so many revisions of something that is none of ours. */
async function moveOn(server: ApiServer, revisions: number): Promise<void> {
  const client = await clientOf(server.kubeconfig('alice'))
  try {
    for (let write = 0; write < revisions; write += 1) {
      const object = { ...configMap('noise', { write: String(write) }) }
      const placed = { ...object, metadata: { name: 'noise', namespace: 'default' } }
      await client.apply(configMaps, placed, { manager: 'noise', force: true })
    }
  } finally {
    await client.close()
  }
}

test('incident 18: after 410 Gone each deletion that was missed is noticed exactly once, and nothing is deleted', async () => {
  const server = await started.server({ apiServerFlags: ['--watch-cache=false'] })
  const { r, proxy, clock } = await away(server, { mode: 'ask' })
  const objects = ['a', 'b', 'c', 'd'].map((name) => configMap(name))
  r.declare(objects)
  const first = await r.until('a plan waits', async () => (await r.plans())[0])
  await r.decide(first.plan.id, 'approved')
  await r.until('it is applied', () => r.bundleReport()?.phase === 'applied')
  await r.engine.idle()
  const deleted = await deletions(r)
  await proxy.refuse()
  await r.kubectl('alice', 'delete', 'configmap', 'a', 'b')
  await r.kubectl('alice', 'patch', 'configmap', 'c', '-p', '{"data":{"a":"9"}}')
  await moveOn(server, 20)
  await compact(server)
  await proxy.accept()
  await r.until('what was missed is noticed', async () => {
    await clock.pass(1_000)
    return r.open().length >= 3
  })
  // Later lists and watches find nothing new.
  for (let round = 0; round < 3; round += 1) {
    proxy.cut()
    await clock.pass(5_000)
    await r.engine.idle()
  }
  expect(noticed(r)).toEqual(['missing a open', 'missing b open', 'taken c data.a open'])
  const told = r.events.filter(({ type, message }) => type === 'drift' && message.includes('missing'))
  expect(told).toHaveLength(2)
  expect(await deleted()).toEqual([])
  expect(await names(r)).toEqual(['a', 'b', 'c', 'd'])
  r.failures.splice(0)
})

test.each([
  ['while the engine watches', false],
  ['while the engine is away', true],
])(
  'incident 19: an etcd that is restored from a backup %s is brought to what Git declares, and nothing is deleted',
  async (_when, stopped) => {
    const server = await started.server()
    const { r, clock } = await away(server)
    await r.deliver([configMap('kept', { a: 'before' }), configMap('same'), configMap('pruned')])
    const backup = await backUp(server, started)
    await r.until('it is back', async () => {
      await clock.pass(5_000)
      return r.clusterReport()?.reach === 'reachable'
    })
    await r.deliver([configMap('kept', { a: 'after' }), configMap('same'), configMap('added')])
    await r.until('one was pruned', async () => (await names(r)).join() === 'added,kept,same')
    await moveOn(server, 200)
    await r.engine.idle()
    const deleted = await deletions(r)
    if (stopped) await r.engine.stop()
    await backup.restore()
    if (stopped) await r.restart()
    await r.until('what is missing is made again', async () => {
      await clock.pass(2_000)
      return (await r.server.kubectl('admin', ['get', 'configmap', 'added', '-n', r.namespace])).code === 0
    })
    await r.until(
      'what is old is healed',
      async () => ((await data(r, 'kept')) as { a: string }).a === 'after',
    )
    await r.engine.idle()
    await r.until('all is closed', () => r.open().length === 0)
    expect(noticed(r)).toEqual([
      'missing added healed',
      expect.stringMatching(/^(silent|taken) kept data\.a healed$/),
    ])
    expect(await deleted()).toEqual([])
    // Revisions of now count again: an edit is seen at once.
    await r.kubectl('alice', 'patch', 'configmap', 'same', '-p', '{"data":{"a":"9"}}')
    await r.until('the edit is healed', () => noticed(r).includes('taken same data.a healed'))
    expect(await data(r, 'same')).toEqual({ a: '1', b: '2' })
    expect(await deleted()).toEqual([])
    r.failures.splice(0)
  },
)

test('incident 19: of an etcd that was restored nothing is deleted before its objects are listed again', async () => {
  const server = await started.server()
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const clock = new WarpedClock()
  const r = await started.rig(server, {
    clock,
    change: roomy,
    connect: () => connectionBy(proxy.through(server.kubeconfig('evenkeel'))),
  })
  await r.deliver([configMap('kept'), configMap('goes')])
  const backup = await backUp(server, started)
  await moveOn(server, 50)
  await r.until('the watches are heard again', async () => {
    await clock.pass(5_000)
    return r.clusterReport()?.reach === 'reachable' && r.clusterReport()?.failure === undefined
  })
  await r.engine.idle()
  const unavailable = refusal(
    503,
    'ServiceUnavailable',
    'the server is currently unable to handle the request',
  )
  proxy.rule(({ path }) => (path.endsWith('/configmaps') ? unavailable : 'pass'))
  await backup.restore()
  const deleted = await deletions(r)
  r.declare([configMap('kept')])
  await r.until('the deletion waits', () => r.bundleReport()?.phase === 'blocked')
  expect(r.bundleReport()?.reason).toBe(
    '1 object could not be deleted: the objects of v1 ConfigMap have to be listed first',
  )
  expect(await deleted()).toEqual([])
  proxy.rule(undefined)
  await r.until('it is deleted', async () => {
    await clock.pass(2_000)
    return (await names(r)).join() === 'kept'
  })
  expect(await deleted()).toEqual(['delete configmaps/goes 200'])
  r.failures.splice(0)
})
