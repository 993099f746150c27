import { expect, test } from 'vitest'
import { keyOf } from '../../src/core/object/index.ts'
import { describeVersions } from './each-version.ts'
import { configMap } from './manifests.ts'

describeVersions('objects that nobody declared', (rig) => {
  test('an object in a declared namespace is reported with its creator, and gone when it is deleted', async () => {
    const r = await rig({ namespace: `declared-${process.pid}-${Math.random().toString(36).slice(2, 8)}` })
    await r.deliver([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: r.namespace } },
      configMap('settings'),
    ])
    await r.kubectl('alice', 'create', 'configmap', 'leftover', '--from-literal=a=1')
    const record = await r.until('the object is reported', () => r.open()[0])
    expect(record).toMatchObject({
      class: 'unmanaged',
      ref: { kind: 'ConfigMap', name: 'leftover' },
      writer: { manager: 'kubectl-create', kind: 'human' },
    })
    await r.restart()
    await r.until('the bundle is looked at', () => r.bundleReport()?.phase === 'applied')
    await r.kubectl('alice', 'delete', 'configmap', 'leftover')
    await r.until('the report is closed', () => r.open().length === 0)
    expect(r.drift().map(({ state }) => state)).toEqual(['gone'])
  })

  test('what a person makes elsewhere, and what Kubernetes makes everywhere, is not reported', async () => {
    const r = await rig()
    await r.deliver([configMap('settings')])
    await r.kubectl('alice', 'create', 'configmap', 'foreign', '--from-literal=a=1')
    await r.kubectl('alice', 'patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"a":"2"}}')
    await r.until('the later difference is seen', () => r.drift().length > 0)
    expect(r.drift().map(({ class: what }) => what)).toEqual(['taken'])
  })

  test('where a bundle declares every namespace, one that a person makes is reported with its maker until a rule accepts it or Git declares it, and nothing is written to it', async () => {
    const id = `${process.pid}-${Math.random().toString(36).slice(2, 8)}`
    const stray = `debug-${id}`
    const rules = { namespaces: 'report' as const, ignore: ['Namespace/shop-*'] }
    const r = await rig({ namespace: `declared-${id}`, change: rules })
    const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    const declared = [namespace(r.namespace), configMap('settings')]
    // Other tests make namespaces on the same server.
    const open = () => r.open().filter(({ ref }) => ref.kind === 'Namespace' && ref.name === stray)
    await r.deliver(declared)
    await r.kubectl('alice', 'create', 'namespace', stray)
    const record = await r.until('the namespace is reported', () => open()[0])
    expect(record).toMatchObject({
      class: 'unmanaged',
      bundle: r.bundle,
      ref: { kind: 'Namespace', namespace: '', name: stray },
      writer: { manager: 'kubectl-create', kind: 'human' },
    })
    await r.kubectl('bob', 'label', 'namespace', stray, 'seen=yes')
    const order = { keys: [keyOf(record.ref)], actor: 'alice', requestId: 'r' }
    expect(await r.engine.heal(order)).toMatchObject([{ outcome: 'refused' }])
    await r.restart()
    await r.until('the bundle is looked at', () => r.bundleReport()?.phase === 'applied')

    r.declare(declared, { ignore: [...rules.ignore, 'Namespace/debug-*'] })
    await r.until('the rule closes it', () => open().length === 0)
    r.declare(declared)
    const again = await r.until('it is open by the former rules', () => open()[0])
    // The label came later, and its writer made nothing.
    expect(again.writer).toMatchObject({ manager: 'kubectl-create' })
    const managers = (await r.live('Namespace', stray)).metadata.managedFields?.map(({ manager }) => manager)
    expect(managers?.toSorted()).toEqual(['kubectl-create', 'kubectl-label'])

    r.declare([...declared, namespace(stray)])
    const waiting = async () => (await r.plans()).find(({ state }) => state === 'waiting')
    const { plan } = await r.until('the plan to take it over waits', waiting)
    await r.decide(plan.id, 'approved')
    await r.until('Git declares it', () => open().length === 0)
    const own = /^(default|evenkeel-system|kube-.*|shop-.*)$/
    expect(r.drift().filter(({ ref }) => ref.kind === 'Namespace' && own.test(ref.name))).toEqual([])
  })

  test('a namespace that a bundle makes for its objects, and one that a person tidies up, are not reported', async () => {
    const id = `${process.pid}-${Math.random().toString(36).slice(2, 8)}`
    const rules = { namespaces: 'report' as const, ignore: ['Namespace/shop-*'] }
    const r = await rig({ namespace: `made-${id}`, change: { ...rules, createNamespace: true } })
    await r.deliver([configMap('settings')])
    await r.kubectl('alice', 'create', 'namespace', `debug-${id}`)
    const mine = () => r.drift().filter(({ ref }) => ref.name.endsWith(id))
    await r.until('the namespace is reported', () => mine().length === 1)
    await r.kubectl('alice', 'delete', 'namespace', `debug-${id}`, '--wait=false')
    await r.until('the report is closed', () => mine()[0]?.state === 'gone')
    expect(mine().map(({ ref }) => ref.name)).toEqual([`debug-${id}`])
  })
})
