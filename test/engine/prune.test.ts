import { expect, test } from 'vitest'
import { auditMark, real, writesSince } from './audited-writes.ts'
import { describeVersions } from './each-version.ts'
import { configMap, deployment } from './manifests.ts'
import type { Rig } from './rig.ts'
import { shopKind } from './shops.ts'

const roomy = { pruneBound: { maxObjects: 100, maxPercent: 100 } }

async function names(r: Rig, kind: string): Promise<string[]> {
  const list = await r.kubectl('admin', 'get', kind, '-o', 'name')
  return list.split('\n').filter((name) => name !== '' && !name.includes('kube-root-ca'))
}

async function deletions(r: Rig, mark: number): Promise<string[]> {
  return real(await writesSince(r, mark)).filter((write) => write.startsWith('delete'))
}

describeVersions('prune', (rig) => {
  test('case 34: what has another uid, lost our entry, or is marked to be kept is not deleted', async () => {
    const r = await rig({ change: roomy })
    const all = ['stays', 'goes', 'reborn', 'disowned', 'kept', 'shared']
    await r.deliver(all.map((name) => configMap(name)))
    const reborn = (await r.live('configmap', 'reborn')).metadata.uid
    await r.engine.stop()
    await r.kubectl('alice', 'delete', 'configmap', 'reborn')
    await r.kubectl('alice', 'create', 'configmap', 'reborn')
    const wipe = '[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]'
    await r.kubectl('alice', 'patch', 'configmap', 'disowned', '--type=json', '-p', wipe)
    await r.kubectl('alice', 'annotate', 'configmap', 'kept', 'evenkeel.dev/prune=never')
    await r.kubectlStdin('bob', configMap('shared'), 'apply', '--server-side', '--field-manager=twin')
    const mark = await auditMark(r.server)
    r.declare([configMap('stays')])
    await r.restart()
    const reasons = await r.until('all are dealt with', () => {
      const pruned = r.events.filter(({ type }) => type === 'pruned' || type === 'prune-skipped')
      return pruned.length === 5 ? pruned.map(({ message }) => message.split('/')[1]) : undefined
    })
    expect(reasons.sort((a = '', b = '') => (a < b ? -1 : 1))).toEqual([
      'disowned: not deleted: "evenkeel" no longer owns any field of it',
      'goes: deleted',
      'kept: not deleted: marked to be kept: evenkeel.dev',
      expect.stringContaining(`recorded ${reborn}`),
      'shared: not deleted: "twin" applies it too',
    ])
    expect(await deletions(r, mark)).toEqual(['delete configmaps/goes 200'])
    expect(await names(r, 'configmap')).toEqual(
      ['disowned', 'kept', 'reborn', 'shared', 'stays'].map((name) => `configmap/${name}`),
    )
    // What was left alone is nobody's any more: nothing is tried again.
    expect((await r.journal.load()).inventories.get(r.bundle)?.map(({ ref }) => ref.name)).toEqual(['stays'])
  })

  test('case 34: an object made anew between the plan and its approval is not deleted, and one that is gone needs no approval', async () => {
    const r = await rig({ change: { ...roomy, prune: 'confirm' } })
    await r.deliver([configMap('stays'), configMap('also'), configMap('goes')])
    r.declare([configMap('stays'), configMap('also')])
    const waiting = await r.until('a plan waits', async () =>
      (await r.plans()).find(({ state }) => state === 'waiting'),
    )
    await r.engine.stop()
    await r.kubectl('alice', 'delete', 'configmap', 'goes')
    await r.kubectl('alice', 'create', 'configmap', 'goes')
    const mark = await auditMark(r.server)
    await r.decide(waiting.plan.id, 'approved')
    await r.restart()
    await r.until('it is skipped', () => r.events.some(({ type }) => type === 'prune-skipped'))
    await r.engine.idle()
    expect(await names(r, 'configmap')).toEqual(['configmap/also', 'configmap/goes', 'configmap/stays'])
    r.declare([configMap('stays')])
    await r.until('a plan waits', () => r.bundleReport()?.phase === 'pending')
    await r.kubectl('alice', 'delete', 'configmap', 'also')
    await r.until('nothing is left to do', () => r.bundleReport()?.phase === 'applied')
    expect(await deletions(r, mark)).toEqual([])
    expect(r.drift()).toEqual([])
  })

  test('case 35: objects go before their definition, workloads before what they use, namespaces last', async () => {
    const r = await rig({ change: roomy })
    const shops = shopKind(r)
    const inner = `${r.namespace}-inner`
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: inner } }
    const inside = configMap('inside')
    await r.deliver([
      configMap('stays'),
      namespace,
      { ...inside, metadata: { ...inside.metadata, namespace: inner } },
      shops.definition(),
      shops.object('corner', { replicas: 1 }),
      configMap('settings'),
      deployment('web'),
    ])
    const mark = await auditMark(r.server)
    r.declare([configMap('stays')])
    const waiting = await r.until('a plan waits', async () =>
      (await r.plans()).find(({ state }) => state === 'waiting'),
    )
    expect(waiting.plan.reasons.join('\n')).toContain('deletes all objects of its kind')
    expect(waiting.plan.reasons.join('\n')).toContain('deletes everything in it')
    expect(waiting.plan.items.every(({ action, uid }) => action === 'delete' && uid !== undefined)).toBe(true)
    expect(await deletions(r, mark)).toEqual([])
    await r.decide(waiting.plan.id, 'approved')
    // Without a namespace controller the namespace stays Terminating, and stays recorded.
    await r.until('the namespace is waited for', () => r.bundleReport()?.phase === 'blocked')
    const order = (await deletions(r, mark)).map((line) => line.split(' ')[1])
    expect(order).toEqual([
      'shops/corner',
      'deployments/web',
      'configmaps/settings',
      `customresourcedefinitions/${shops.crd}`,
      `namespaces/${inner}`,
    ])
    // A definition goes once the server has cleaned up after it: it is looked for again, not asked for again.
    await r.until('only the namespace is waited for', async () => {
      const recorded = (await r.journal.load()).inventories.get(r.bundle) ?? []
      return recorded.map(({ ref }) => ref.name).join(' ') === `stays ${inner}`
    })
    expect((await r.plans()).filter(({ state }) => state === 'waiting')).toEqual([])
    expect(await deletions(r, mark)).toHaveLength(5)
    // Nothing of it is drift, so that no heal brings it back.
    expect(r.drift()).toEqual([])
    expect(await names(r, 'configmap')).toEqual(['configmap/stays'])
  })

  test('case 36: more deletions than the bound wait for approval, and a rejection deletes nothing', async () => {
    const r = await rig({ change: { pruneBound: { maxObjects: 3, maxPercent: 50 } } })
    const all = Array.from({ length: 10 }, (_, i) => configMap(`c${i}`))
    await r.deliver(all)
    const mark = await auditMark(r.server)
    // Within the bound: at once.
    await r.deliver(all.slice(0, 7))
    await r.until('three are gone', async () => (await names(r, 'configmap')).length === 7)
    r.declare(all.slice(0, 3))
    const first = await r.until('a plan waits', async () =>
      (await r.plans()).find(({ state }) => state === 'waiting'),
    )
    expect(first.plan.reasons).toEqual([
      '4 deletions, at most 3 without approval',
      '4 of 7 objects, at most 50 % without approval',
    ])
    await r.until('the bundle waits', () => r.bundleReport()?.phase === 'pending')
    await r.decide(first.plan.id, 'rejected')
    await r.until('the rejection is told', () => r.bundleReport()?.reason?.includes('rejected'))
    expect(await deletions(r, mark)).toHaveLength(3)
    // An empty rendering is another proposal, and waits too.
    r.declare([])
    const second = await r.until('another plan waits', async () =>
      (await r.plans()).find(({ state }) => state === 'waiting'),
    )
    expect(second.plan.reasons[0]).toContain('all 7 recorded objects would go')
    await r.engine.idle()
    expect(await deletions(r, mark)).toHaveLength(3)
    r.declare(all.slice(0, 3))
    await r.until('the empty one is superseded', async () =>
      (await r.plans()).every(({ state }) => state !== 'waiting'),
    )
    expect(await names(r, 'configmap')).toHaveLength(7)
    // What waits to be deleted has no drift; declared again it has, and heals.
    await r.kubectl('alice', 'label', 'configmap', 'c5', '--overwrite', 'app=x')
    await r.kubectl('alice', 'label', 'configmap', 'c1', '--overwrite', 'app=x')
    await r.until('the declared one is healed', () => r.drift().some(({ state }) => state === 'healed'))
    expect(r.drift().map(({ ref }) => ref.name)).toEqual(['c1'])
    r.declare(all.slice(0, 7))
    await r.until('both are healed', () => r.drift().filter(({ state }) => state === 'healed').length === 2)
    expect(r.drift().map(({ ref }) => ref.name)).toEqual(['c1', 'c5'])
  })
})
