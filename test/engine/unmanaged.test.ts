import { expect, test } from 'vitest'
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
})
