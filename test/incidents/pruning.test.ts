import { expect, test } from 'vitest'
import { configMap } from '../engine/manifests.ts'
import { connectionBy, type Rig } from '../engine/rig.ts'
import { shopKind } from '../engine/shops.ts'
import { type Ruling, startHttpProxy } from '../faults/http-proxy.ts'
import { WarpedClock } from '../faults/warped-clock.ts'
import { refuse } from './admission-policy.ts'
import { deletions, onSharedServers, Started } from './each-rig.ts'
import { everyRequest, watchedServer } from './every-request.ts'

const roomy = { pruneBound: { maxObjects: 100, maxPercent: 100 } }

async function names(r: Rig): Promise<string[]> {
  const { inventories } = await r.journal.load()
  return (inventories.get(r.bundle) ?? []).map(({ ref }) => ref.name).sort()
}

async function waiting(r: Rig) {
  return await r.until('a plan waits', async () => (await r.plans()).find(({ state }) => state === 'waiting'))
}

onSharedServers((rig) => {
  test('incident 9: an object whose deletion is refused stays recorded, says why, and is tried again until it goes', async () => {
    const clock = new WarpedClock()
    const r = await rig({ change: roomy, clock })
    await r.deliver([configMap('stays'), configMap('goes')])
    const policy = await refuse(r, ['DELETE'], "oldObject.metadata.name != 'goes'", 'goes is dear to us', [
      'delete',
      'configmap',
      'goes',
    ])
    const deleted = await deletions(r)
    r.declare([configMap('stays')])
    await r.until('it is blocked', () => r.bundleReport()?.phase === 'blocked')
    expect(r.bundleReport()?.reason).toContain('goes is dear to us')
    await r.until('it was tried three times', async () => {
      await clock.pass(10_000)
      return (await deleted()).length >= 3
    })
    expect(new Set(await deleted())).toEqual(new Set(['delete configmaps/goes 422']))
    expect(await names(r)).toEqual(['goes', 'stays'])
    expect((await r.live('configmap', 'goes')).metadata.deletionTimestamp).toBeUndefined()
    // A restart forgets nothing of it.
    await r.restart()
    await r.until('it is blocked again', () => r.bundleReport()?.phase === 'blocked')
    expect(await names(r)).toEqual(['goes', 'stays'])
    await policy.lift()
    await r.until('it is gone', async () => {
      await clock.pass(10_000)
      return (await names(r)).length === 1
    })
    await r.until('the bundle is done', () => r.bundleReport()?.phase === 'applied')
    const all = await deleted()
    expect(all.filter((write) => write.endsWith(' 200'))).toEqual(['delete configmaps/goes 200'])
    const plans = await r.plans()
    expect(plans.filter(({ plan }) => plan.items.some(({ action }) => action === 'delete'))).toHaveLength(1)
    expect(plans.every(({ state }) => state === 'executed')).toBe(true)
  })

  test('incident 28: a definition that leaves Git waits for consent, and what is gone by then completes by itself', async () => {
    const r = await rig({ change: roomy })
    const shops = shopKind(r)
    await r.deliver([configMap('stays'), shops.definition(), shops.object('corner', { replicas: 1 })])
    // Somebody else keeps objects of that kind, too.
    const theirs = shops.object('theirs', { replicas: 2 })
    await r.kubectlStdin('alice', theirs, 'create')
    const deleted = await deletions(r)
    r.declare([configMap('stays')])
    const plan = await waiting(r)
    expect(plan.plan.reasons.join()).toContain('deletes all objects of its kind')
    await r.engine.idle()
    expect(await deleted()).toEqual([])
    // Before anybody agrees, an administrator removes the definition, and its objects with it.
    await r.kubectl('admin', 'delete', 'crd', shops.crd)
    await r.until('nothing is left to be pruned', async () => (await names(r)).join() === 'stays')
    await r.until('the bundle is done', () => r.bundleReport()?.phase === 'applied')
    await r.engine.idle()
    expect(await deleted()).toEqual([])
    expect((await r.plans()).filter(({ state }) => state === 'waiting')).toEqual([])
    // Nobody brings back what Git does not hold.
    expect(await r.server.kubectl('admin', ['get', 'crd', shops.crd])).toMatchObject({ code: 1 })
    expect(r.open()).toEqual([])
  })

  test('incident 28: an object whose kind is gone counts as gone, in a bundle that no longer holds it', async () => {
    const r = await rig({ change: roomy })
    const shops = shopKind(r)
    const [a, b] = [`${r.bundle}-a`, `${r.bundle}-b`]
    const corner = shops.object('corner', { replicas: 1 })
    r.declareAll([
      { bundle: a, objects: [shops.definition()] },
      { bundle: b, objects: [configMap('stays'), corner] },
    ])
    await r.until('both are applied', async () => {
      if ([a, b].every((name) => r.bundleReport(name)?.phase === 'applied')) return true
      r.engine.reconcile(b)
      return false
    })
    await r.engine.stop()
    await r.kubectl('admin', 'delete', 'crd', shops.crd)
    r.declareAll([
      { bundle: a, objects: [] },
      { bundle: b, objects: [configMap('stays')] },
    ])
    await r.restart()
    const recorded = async (bundle: string): Promise<string[]> =>
      ((await r.journal.load()).inventories.get(bundle) ?? []).map(({ ref }) => ref.name)
    await r.until('it is forgotten', async () => (await recorded(b)).join() === 'stays')
    await r.until('the definition is forgotten', async () => (await recorded(a)).length === 0)
    await r.until('it is applied', () => r.bundleReport(b)?.phase === 'applied')
    expect(r.drift()).toEqual([])
  })

  test('incident 7: bundles and objects whose long names differ at their ends are never taken for each other', async () => {
    const r = await rig({ change: roomy })
    const long = (end: string): string => `${'x'.repeat(57)}-${end}`
    const longer = (end: string): string => `${'y'.repeat(240)}-${end}`
    const [a, b] = [long('a'), long('b')]
    const unlabelled = (end: string) => {
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: longer(end) }, data: { end } }
    }
    const parts = (ofA: readonly string[]) => [
      { bundle: a, objects: ofA.map(unlabelled) },
      { bundle: b, objects: [unlabelled('three')] },
    ]
    const applied = () => [a, b].every((name) => r.bundleReport(name)?.phase === 'applied')
    r.declareAll(parts(['one', 'two']))
    await r.until('both are applied', applied)
    await r.engine.idle()
    const uidOf = async (end: string) => (await r.live('configmap', longer(end))).metadata.uid
    const before = [await uidOf('one'), await uidOf('three')]
    const deleted = await deletions(r)
    r.declareAll(parts(['one']))
    await r.until('what left Git is gone', async () => (await deleted()).length > 0 && applied())
    await r.engine.idle()
    expect(await deleted()).toEqual([`delete configmaps/${longer('two')} 200`])
    expect([await uidOf('one'), await uidOf('three')]).toEqual(before)
    const { inventories } = await r.journal.load()
    expect([a, b].map((name) => (inventories.get(name) ?? []).map(({ ref }) => ref.name))).toEqual([
      [longer('one')],
      [longer('three')],
    ])
  })

  test('incident 10: what is taken out again while it is being applied does not stay', async () => {
    const r = await rig({ change: roomy })
    await r.deliver([configMap('base')])
    for (const round of [1, 2, 3]) {
      const many = Array.from({ length: 30 }, (_, i) => configMap(`short-${round}-${i}`))
      r.declare([configMap('base'), ...many])
      await r.until('some of it is there', async () => (await names(r)).length > 1)
      r.declare([configMap('base')])
      await r.until('the bundle is done', async () => (await names(r)).length === 1)
      await r.engine.idle()
      const live = await r.kubectl('admin', 'get', 'configmaps', '-o', 'name')
      expect(live.split('\n').filter((name) => name.includes('short-'))).toEqual([])
      expect(r.bundleReport()?.phase).toBe('applied')
    }
  })

  test('incident 43: when one of five objects fails, the inventory holds all, nothing is pruned, and pruning ends the next run', async () => {
    const r = await rig({ change: roomy })
    await r.deliver([configMap('old'), configMap('c1')])
    const policy = await refuse(r, ['CREATE'], "object.metadata.name != 'c3'", 'c3 is not wanted', [
      'create',
      'configmap',
      'c3',
    ])
    const asked = await everyRequest(r.server)
    const five = ['c1', 'c2', 'c3', 'c4', 'c5'].map((name) => configMap(name, { a: '2' }))
    r.declare(five)
    await r.until('it failed', () => r.bundleReport()?.phase === 'failed')
    await r.engine.idle()
    const report = r.bundleReport()
    expect(report?.troubles.map(({ key, message }) => [key.split('/').at(-1), message])).toEqual([
      ['c3', expect.stringContaining('c3 is not wanted')],
    ])
    expect(report?.applied?.revision).toBe('rev-1')
    expect(await names(r)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'old'])
    const parent = `/api/v1/namespaces/evenkeel-system/configmaps/${r.bundle}`
    const first = (await asked()).filter(
      (request) => request.includes(r.bundle) || request.includes(r.namespace),
    )
    expect(first[0]).toBe(`update ${parent} 200`)
    expect(first.filter((request) => request.startsWith('patch')).length).toBeGreaterThanOrEqual(5)
    expect(first.filter((request) => request.startsWith('delete'))).toEqual([])
    await policy.lift()
    r.engine.reconcile(r.bundle)
    await r.until('it is applied', () => r.bundleReport()?.phase === 'applied')
    await r.until('the old one is gone', async () => (await names(r)).length === 5)
    const all = (await asked()).filter((request) => request.includes(`${r.namespace}/configmaps/`))
    expect(all.at(-1)).toBe(
      `delete /api/v1/namespaces/${r.namespace}/configmaps/old 200 [resourceVersion,uid]`,
    )
    expect(all.filter((request) => request.startsWith('delete'))).toHaveLength(1)
    expect(r.bundleReport()?.applied?.revision).toBe('rev-2')
  })

  test('an empty rendering, and one that is not complete, delete nothing; the empty one waits for consent', async () => {
    const r = await rig({ change: roomy })
    await r.deliver([configMap('a'), configMap('b'), configMap('c')])
    const deleted = await deletions(r)
    r.declare([configMap('a')], { complete: false })
    await r.until('it was looked at', () => r.bundleReport()?.phase === 'applied')
    await r.engine.idle()
    r.declare([])
    const plan = await waiting(r)
    expect(plan.plan.reasons.join()).toContain('all 3 recorded objects would go')
    expect(plan.plan.items).toHaveLength(3)
    await r.until('the bundle waits', () => r.bundleReport()?.phase === 'pending')
    await r.restart()
    await r.until('it waits again', () => r.bundleReport()?.phase === 'pending')
    await r.engine.idle()
    expect(await deleted()).toEqual([])
    expect(await names(r)).toEqual(['a', 'b', 'c'])
    // Consent counts for exactly this.
    await r.decide(plan.plan.id, 'approved')
    await r.until('all are gone', async () => (await names(r)).length === 0)
    expect(await deleted()).toHaveLength(3)
  })

  test('incident 8: a bundle that is withdrawn after its store was lost asks for the objects that the cluster has recorded', async () => {
    const r = await rig({ change: roomy })
    await r.deliver([configMap('a'), configMap('b')])
    const deleted = await deletions(r)
    await r.engine.stop()
    r.declare([configMap('a'), configMap('b')], { withdrawn: { reason: 'no cluster matches its placement' } })
    await r.restart({ lostJournal: true })
    const plan = await waiting(r)
    expect(plan.plan.items.map(({ ref, action }) => `${action} ${ref.name}`).sort()).toEqual([
      'delete a',
      'delete b',
    ])
    expect(await deleted()).toEqual([])
    await r.decide(plan.plan.id, 'approved')
    await r.until('it is withdrawn', () => r.bundleReport()?.phase === 'withdrawn')
    expect((await deleted()).sort()).toEqual(['delete configmaps/a 200', 'delete configmaps/b 200'])
    const parent = ['get', 'configmap', r.bundle, '-n', 'evenkeel-system']
    expect(await r.server.kubectl('admin', parent)).toMatchObject({ code: 1 })
  })
})

const started = new Started()

test('incident 8: an engine that starts cold waits for lists that are late, and deletes only what it has just read, as that very object', async () => {
  const server = await watchedServer(started)
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const connect = () => connectionBy(proxy.through(server.kubeconfig('evenkeel')))
  const r = await started.rig(server, { connect, change: roomy })
  const all = ['stays', 'goes', 'reborn'].map((name) => configMap(name))
  await r.deliver(all)
  await r.engine.stop()
  await r.kubectl('alice', 'delete', 'configmap', 'reborn')
  await r.kubectl('alice', 'create', 'configmap', 'reborn')
  // No list and no watch is answered before the engine has come as far as it goes without.
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  proxy.rule(async ({ method, path }): Promise<Ruling> => {
    if (method === 'GET' && path.endsWith('/configmaps')) await released
    return 'pass'
  })
  const asked = await everyRequest(server)
  r.declare([configMap('stays')])
  await r.restart()
  await r.until('the deletion waits', () => r.bundleReport()?.phase === 'blocked')
  expect(r.bundleReport()?.reason).toContain('the objects of v1 ConfigMap have to be listed first')
  expect((await asked()).filter((request) => request.startsWith('delete'))).toEqual([])
  release()
  await r.until('what left Git is dealt with', async () => (await names(r)).join() === 'stays')
  const requests = (await asked()).filter((request) => request.includes(`${r.namespace}/configmaps/`))
  const object = `/api/v1/namespaces/${r.namespace}/configmaps/goes`
  const at = requests.indexOf(`delete ${object} 200 [resourceVersion,uid]`)
  expect(at).toBeGreaterThan(0)
  expect(requests.slice(0, at)).toContain(`get ${object} 200`)
  expect(requests.filter((request) => request.startsWith('delete'))).toHaveLength(1)
  await r.until('the bundle is done', () => r.bundleReport()?.phase === 'applied')
  await r.engine.idle()
  expect((await r.live('configmap', 'reborn')).metadata.name).toBe('reborn')
  expect(r.drift()).toEqual([])
})
