import { expect, test } from 'vitest'
import { standingOf } from '../../src/core/state/index.ts'
import { type Clock, sleepOn, systemClock } from '../../src/runtime/index.ts'
import { opened, unhurried } from '../engine/differences.ts'
import { configMap } from '../engine/manifests.ts'
import { connectionBy, type Rig } from '../engine/rig.ts'
import { refusal, startHttpProxy } from '../faults/http-proxy.ts'
import { startTcpProxy, type TcpProxy } from '../faults/tcp-proxy.ts'
import { WarpedClock } from '../faults/warped-clock.ts'
import { deletions, sharedServer, Started, writes } from './each-rig.ts'

const started = new Started()
const objects = ['a', 'b', 'c'].map((name) => configMap(name))

interface Remote extends Rig {
  readonly proxy: TcpProxy
  readonly clock: WarpedClock
}

/** A rig whose engine reaches a shared cluster through a proxy that the test can break. */
async function remote(): Promise<Remote> {
  const server = await sharedServer()
  const proxy = await startTcpProxy({ port: Number(new URL(server.url).port) })
  started.add(() => proxy.stop())
  const clock = new WarpedClock()
  const text = server.kubeconfig('evenkeel').replace(server.url, `https://127.0.0.1:${proxy.port}`)
  const rig = await started.rig(server, { clock, connect: () => connectionBy(text) })
  return Object.defineProperties(rig, { proxy: { value: proxy }, clock: { value: clock } }) as Remote
}

/** What people are shown about the cluster, from what the engine has said. */
function shown(r: Rig, now: number): string {
  const cluster = r.clusterReport()
  const bundle = r.bundleReport()
  if (cluster === undefined || bundle === undefined) return 'nothing'
  const { phase, health } = bundle
  const seen = cluster.lastSeen === undefined ? undefined : now - Date.parse(cluster.lastSeen)
  const part = { phase, health, everApplied: bundle.applied !== undefined, drift: r.open().length, leased: 0 }
  return standingOf({ reach: cluster.reach, silentFor: seen, parts: [part] }).state
}

/** Lets time pass until the condition holds. */
async function pass(clock: WarpedClock, condition: () => boolean): Promise<void> {
  for (let minutes = 0; minutes < 30 && !condition(); minutes += 1) {
    for (let second = 0; second < 60 && !condition(); second += 5) {
      await clock.pass(5_000)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

async function names(r: Rig): Promise<string[]> {
  const { inventories } = await r.journal.load()
  return (inventories.get(r.bundle) ?? []).map(({ ref }) => ref.name).sort()
}

const faults: readonly (readonly [string, (proxy: TcpProxy) => unknown, (proxy: TcpProxy) => unknown])[] = [
  ['refuses connections', (proxy) => proxy.refuse(), (proxy) => proxy.accept()],
  ['is half-open', (proxy) => proxy.freeze(), (proxy) => proxy.thaw()],
]

test.each(faults)(
  'incidents 14 and 17: a cluster that %s is unreachable after 90 seconds, nothing is deleted, and it comes back by itself',
  async (_fault, breaks, mends) => {
    const r = await remote()
    await r.deliver(objects)
    const deleted = await deletions(r)
    expect(shown(r, r.clock.now())).toBe('in-sync')
    const lastSeen = r.clock.now()
    await breaks(r.proxy)
    // Meanwhile an object goes, another one changes, and Git drops a third.
    await r.kubectl('alice', 'delete', 'configmap', 'a')
    await r.kubectl('alice', 'patch', 'configmap', 'b', '-p', '{"data":{"a":"9"}}')
    r.declare(objects.slice(0, 2))
    await r.clock.pass(60_000)
    expect(r.clusterReport()?.reach).toBe('reachable')
    await pass(r.clock, () => r.clusterReport()?.reach === 'unreachable')
    const report = r.clusterReport()
    expect(report).toMatchObject({ reach: 'unreachable', failure: { message: expect.any(String) } })
    expect(Date.parse(report?.lastSeen ?? '')).toBeLessThanOrEqual(lastSeen + 2_000)
    expect(Date.parse(report?.since ?? '') - lastSeen).toBeGreaterThanOrEqual(88_000)
    expect(shown(r, r.clock.now())).toBe('unreachable')
    expect(r.events.filter(({ type }) => type === 'unreachable')).toHaveLength(1)
    expect(await deleted()).toEqual([])
    expect(await names(r)).toEqual(['a', 'b', 'c'])
    expect(r.drift()).toEqual([])
    await mends(r.proxy)
    await pass(r.clock, () => r.clusterReport()?.reach === 'reachable')
    await r.until(
      'the rest is healed',
      () => r.drift().filter(({ state }) => state === 'healed').length === 2,
    )
    await r.until('what Git dropped is pruned', async () => (await names(r)).join() === 'a,b')
    const noticed = r.drift().map(({ class: found, ref, path }) => `${found} ${ref.name} ${path}`)
    expect(noticed.sort()).toEqual(['missing a ', 'taken b data.a'])
    expect(await deleted()).toEqual(['delete configmaps/c 200'])
    await r.until('it is in sync again', () => shown(r, r.clock.now()) === 'in-sync')
    r.failures.splice(0)
  },
)

test('what may not be deleted before its kind is listed is deleted as soon as it is listed', async () => {
  const server = await sharedServer()
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const connect = () => connectionBy(proxy.through(server.kubeconfig('evenkeel')))
  // Connections are made anew, and nothing is tried again by itself.
  const clock: Clock = {
    ...systemClock,
    setTimeout: (run, ms) => systemClock.setTimeout(run, ms > 500 ? 86_400_000 : ms),
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
  }
  const r = await started.rig(server, { connect, clock })
  await r.deliver(objects)
  const listed = Promise.withResolvers<void>()
  let held = 0
  proxy.rule(({ isWatch, path }) => {
    if (!isWatch || !path.endsWith('/configmaps')) return 'pass'
    held += 1
    return { until: listed.promise }
  })
  proxy.cut()
  await r.until('the watch is made anew', () => held > 0)
  r.declare(objects.slice(0, 2))
  await r.until('it is blocked', () => r.bundleReport()?.phase === 'blocked')
  await r.engine.idle()
  expect(r.bundleReport()?.reason).toContain('the objects of v1 ConfigMap have to be listed first')
  expect(await names(r)).toEqual(['a', 'b', 'c'])
  proxy.rule(undefined)
  listed.resolve()
  await r.until('it is deleted', async () => (await names(r)).join() === 'a,b')
  r.failures.splice(0)
})

test('incident 13: an engine that stood still for ten minutes deletes nothing when it goes on, and heals what happened', async () => {
  const r = await remote()
  await r.deliver(objects)
  const deleted = await deletions(r)
  r.proxy.freeze()
  await r.kubectl('alice', 'delete', 'configmap', 'a')
  await r.kubectl('alice', 'patch', 'configmap', 'b', '-p', '{"data":{"a":"9"}}')
  // As after SIGCONT: every deadline is over, and what the network had kept comes at the same moment.
  r.clock.jump(600_000)
  r.proxy.thaw()
  await r.until('all is healed', async () => {
    await r.clock.pass(1_000)
    return r.drift().filter(({ state }) => state === 'healed').length === 2
  })
  await r.until('it is in sync again', () => shown(r, r.clock.now()) === 'in-sync')
  expect(
    r
      .drift()
      .map(({ class: found, ref }) => `${found} ${ref.name}`)
      .sort(),
  ).toEqual(['missing a', 'taken b'])
  expect(await names(r)).toEqual(['a', 'b', 'c'])
  expect(await deleted()).toEqual([])
  r.failures.splice(0)
})

test('incident 14: connections that are reset again and again lose nothing and delete nothing', async () => {
  const r = await remote()
  await r.deliver(objects)
  const written = await writes(r)
  for (let round = 0; round < 5; round += 1) {
    r.proxy.cut()
    await r.kubectl('alice', 'patch', 'configmap', 'b', '-p', `{"data":{"a":"${round + 5}"}}`)
    r.proxy.cut()
    await r.until('the edit is healed', async () => {
      await r.clock.pass(1_000)
      return r.drift().filter(({ state }) => state === 'healed').length === round + 1
    })
  }
  expect(r.clusterReport()?.reach).toBe('reachable')
  expect((await written()).filter((write) => !write.startsWith('patch configmaps/b 200'))).toEqual([])
  r.failures.splice(0)
})

test('incident 14: a 200 with an empty list is taken for nothing: the objects are asked for one by one', async () => {
  const server = await sharedServer()
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const r = await started.rig(server, {
    connect: () => connectionBy(proxy.through(server.kubeconfig('evenkeel'))),
  })
  await r.deliver(objects)
  const written = await writes(r)
  const empty = (kind: string): object => ({
    apiVersion: 'v1',
    kind: `${kind}List`,
    metadata: { resourceVersion: '900000000' },
    items: [],
  })
  const noStreaming = refusal(422, 'Invalid', 'sendInitialEvents is forbidden')
  let lists = 0
  proxy.rule(({ method, path, query }) => {
    if (method !== 'GET' || !/\/(configmaps|secrets)$/.test(path)) return 'pass'
    // The streaming list is refused, so that the list is asked for, and then it is empty.
    if (query.get('sendInitialEvents') === 'true') return noStreaming
    if (query.get('watch') === 'true') return 'swallow'
    lists += 1
    return { status: 200, body: empty('ConfigMap') }
  })
  proxy.cut()
  await r.restart()
  await r.until('the empty list was read', () => lists > 0)
  await r.until('the bundle is looked at', () => r.bundleReport()?.phase === 'applied')
  await r.engine.idle()
  expect(r.drift()).toEqual([])
  expect(await names(r)).toEqual(['a', 'b', 'c'])
  expect(await written()).toEqual([])
  r.failures.splice(0)
})

test('an answer that an event has overtaken puts nothing back', async () => {
  const server = await sharedServer()
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const connect = () => connectionBy(proxy.through(server.kubeconfig('evenkeel')))
  const r = await started.rig(server, { ...unhurried, connect })
  const patch = (data: object): Promise<string> =>
    r.kubectl('alice', 'patch', 'configmap', 'a', '-p', JSON.stringify(data))
  await r.deliver([configMap('a')])
  await patch({ data: { a: '9' } })
  await opened(r)
  const late = Promise.withResolvers<void>()
  let asked = false
  proxy.rule(({ method, path, isWatch }) => {
    if (method !== 'GET' || isWatch || !path.endsWith('/configmaps/a')) return 'pass'
    asked = true
    return { until: late.promise }
  })
  // By other rules what is open is looked at again.
  r.declare([configMap('a')], { healAfter: { people: 7_200_000, others: 7_200_000 } })
  await r.until('the cluster was asked', () => asked)
  await patch({ metadata: { labels: { overtook: 'yes' } }, data: { a: null } })
  await r.until('the event was looked at', () =>
    JSON.stringify(r.projection(`/ConfigMap/${r.namespace}/a`))?.includes('overtook'),
  )
  late.resolve()
  await r.engine.idle()
  expect(r.open().map(({ class: found, path }) => `${found} ${path}`)).toEqual([
    'removed data.a',
    'addition metadata.labels.overtook',
  ])
})

test('an event that waits for its turn is not looked at after a newer one', async () => {
  const clock = new WarpedClock()
  const r = await started.rig(await sharedServer(), { ...unhurried, clock })
  const patch = (name: string, value: string): Promise<string> =>
    r.kubectl('alice', 'patch', 'configmap', name, '-p', JSON.stringify({ data: { a: value } }))
  const live = (name: string): string | undefined => r.open().find(({ ref }) => ref.name === name)?.live?.text
  await r.deliver([configMap('a'), configMap('b')])
  for (const value of ['7', '8', '9']) await patch('a', value)
  // Of one kind's events this one comes last: those before it are looked at, or wait for the clock.
  await patch('b', '7')
  await r.until('all events are there', () => live('b') !== undefined)
  r.declare([configMap('a'), configMap('b')], { healAfter: { people: 7_200_000, others: 7_200_000 } })
  await r.until('the cluster was asked', () => live('a') === '"9"')
  await patch('a', '10')
  await r.until('the newest event was looked at', () => live('a') === '"10"')
  await clock.pass(10_000)
  await r.engine.idle()
  expect(live('a')).toBe('"10"')
})
