import { expect, test } from 'vitest'
import { describeVersions } from './each-version.ts'
import { configMap, deployment } from './manifests.ts'

describeVersions('drift', (rig) => {
  test('case 1: a restart with receipts finds no drift and writes nothing', async () => {
    const r = await rig()
    await r.deliver([deployment('web'), configMap('settings')])
    const before = [await r.live('deployment', 'web'), await r.live('configmap', 'settings')]
    await r.restart()
    await r.until('the bundle is looked at', () => r.bundleReport()?.phase === 'applied')
    await r.engine.idle()
    const after = [await r.live('deployment', 'web'), await r.live('configmap', 'settings')]
    expect(after.map((o) => o.metadata.resourceVersion)).toEqual(
      before.map((o) => o.metadata.resourceVersion),
    )
    expect(r.drift()).toEqual([])
  })

  test('case 2: kubectl edit of replicas is one taken field, by kubectl-edit', async () => {
    const r = await rig({ mode: 'enforce', change: { healAfter: { people: 3_600_000, others: 0 } } })
    await r.deliver([deployment('web')])
    await r.kubectl(
      'alice',
      'patch',
      'deployment',
      'web',
      '--field-manager=kubectl-edit',
      '--type=merge',
      '-p',
      '{"spec":{"replicas":5}}',
    )
    const record = await r.until('the drift is recorded', () => r.open()[0])
    expect(r.open()).toHaveLength(1)
    expect(record).toMatchObject({
      path: 'spec.replicas',
      class: 'taken',
      desired: { text: '3' },
      live: { text: '5' },
      writer: { manager: 'kubectl-edit', kind: 'human' },
      sure: 'observed',
    })
  })
})
