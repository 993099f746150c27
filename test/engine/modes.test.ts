import { expect, test } from 'vitest'
import { auditMark, real, writesSince } from './audited-writes.ts'
import { describeVersions } from './each-version.ts'
import { configMap, deployment } from './manifests.ts'

describeVersions('modes', (rig) => {
  test('observe compares what runs with what is declared, names the writer, and writes nothing', async () => {
    const r = await rig({ mode: 'observe' })
    await r.kubectlStdin('alice', deployment('web', { replicas: 5 }), 'create')
    const mark = await auditMark(r.server)
    await r.deliver([deployment('web'), configMap('settings')])
    const replicas = await r.until('the difference is known', () =>
      r.open().find(({ path }) => path === 'spec.replicas'),
    )
    expect(replicas).toMatchObject({
      class: 'taken',
      desired: { text: '3' },
      live: { text: '5' },
      writer: { manager: 'kubectl-create', kind: 'human' },
    })
    expect(replicas.healAt).toBeUndefined()
    await r.until('what is not there is missing', () =>
      r.open().some(({ class: what }) => what === 'missing'),
    )
    await r.kubectl('bob', 'set', 'image', 'deployment/web', 'web=registry.example/web:1.5')
    await r.until('a later change is seen', () =>
      r.open().some(({ writer }) => writer.manager === 'kubectl-set'),
    )
    await r.kubectl('bob', 'create', 'configmap', 'settings', '--from-literal=a=1', '--from-literal=b=2')
    await r.until('what came into being is not missing', () =>
      r.open().every(({ class: what }) => what !== 'missing'),
    )
    expect(
      await r.engine.heal({ keys: [`apps/Deployment/${r.namespace}/web`], actor: 'alice', requestId: 'r' }),
    ).toEqual([expect.objectContaining({ outcome: 'refused' })])
    expect(real(await writesSince(r, mark))).toEqual([])
  })

  test('what was applied before is only observed from then on: a heal that somebody asks for is refused', async () => {
    const r = await rig()
    await r.deliver([configMap('settings')])
    await r.deliver([configMap('settings')], { mode: 'observe' })
    await r.kubectl('alice', 'patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"a":"9"}}')
    await r.until('the difference is told', () => r.open()[0])
    const order = { keys: [`/ConfigMap/${r.namespace}/settings`], actor: 'alice', requestId: 'r' }
    expect(await r.engine.heal(order)).toMatchObject([{ outcome: 'refused' }])
    expect((await r.live('configmap', 'settings')).data).toEqual({ a: '9', b: '2' })
  })

  test('observe tells a namespace that is not there as missing, with all that should be in it', async () => {
    const name = `absent-${process.pid}-${Math.random().toString(36).slice(2, 8)}`
    const r = await rig({ mode: 'observe', namespace: name })
    await r.deliver([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, configMap('settings')])
    expect(r.bundleReport()?.troubles.map(({ health }) => health)).toEqual(['NotFound', 'NotFound'])
    expect(
      r
        .open()
        .map((d) => `${d.ref.kind} ${d.class}`)
        .toSorted(),
    ).toEqual(['ConfigMap missing', 'Namespace missing'])
  })

  test('ask writes nothing before its plan is approved, and heals only on a word', async () => {
    const r = await rig({ mode: 'ask' })
    const mark = await auditMark(r.server)
    r.declare([configMap('settings')])
    const [plan] = await r.until('the plan waits', async () => {
      const waiting = (await r.plans()).filter(({ state }) => state === 'waiting')
      return waiting.length === 1 && waiting
    })
    expect(plan?.plan.items).toMatchObject([
      { action: 'create', ref: { kind: 'ConfigMap', name: 'settings' } },
    ])
    expect(real(await writesSince(r, mark))).toEqual([])
    await r.decide(plan?.plan.id ?? '', 'approved')
    await r.until('it is applied', () => r.bundleReport()?.phase === 'applied')
    await r.kubectl('alice', 'patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"a":"9"}}')
    const record = await r.until('the difference waits for a verdict', () => r.open()[0])
    expect(record.healAt).toBeUndefined()
    expect((await r.live('configmap', 'settings')).data).toEqual({ a: '9', b: '2' })
    const key = `/ConfigMap/${r.namespace}/settings`
    expect(await r.engine.heal({ keys: [key], actor: 'alice', requestId: 'r' })).toEqual([
      { key, outcome: 'healed' },
    ])
    expect((await r.live('configmap', 'settings')).data).toEqual({ a: '1', b: '2' })
  })

  test('a rejected plan is not executed, and a changed proposal asks anew', async () => {
    const r = await rig({ mode: 'ask' })
    r.declare([configMap('settings')])
    const waiting = async () => (await r.plans()).find(({ state }) => state === 'waiting')
    const first = await r.until('the plan waits', waiting)
    await r.decide(first.plan.id, 'rejected')
    await r.until('the bundle says why', () => r.bundleReport()?.reason?.includes('was rejected by alice'))
    r.declare([configMap('settings', { a: '2' })])
    const second = await r.until('another plan waits', waiting)
    expect(second.plan.id).not.toBe(first.plan.id)
    await r.decide(second.plan.id, 'approved')
    await r.until('it is applied', () => r.bundleReport()?.phase === 'applied')
    expect((await r.live('configmap', 'settings')).data).toEqual({ a: '2' })
  })

  test('enforce heals after the time of its writer: at once for programs, later for people', async () => {
    const r = await rig({ change: { healAfter: { people: 3_600_000, others: 0 } } })
    await r.deliver([configMap('settings')])
    await r.kubectl('alice', 'patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"a":"9"}}')
    const held = await r.until('the person is known', () => r.open()[0])
    expect(held.writer.kind).toBe('human')
    expect(Date.parse(held.healAt ?? '') - Date.parse(held.firstSeen)).toBe(3_600_000)
    await r.kubectl(
      'alice',
      'patch',
      'configmap',
      'settings',
      '--field-manager=cert-manager-cainjector',
      '--type=merge',
      '-p',
      '{"data":{"b":"9"}}',
    )
    await r.until('the program is healed', () =>
      r.drift().some(({ state, path }) => state === 'healed' && path === 'data.b'),
    )
    expect((await r.live('configmap', 'settings')).data, 'the change by a person still has its time').toEqual(
      {
        a: '9',
        b: '2',
      },
    )
    expect(r.open().map(({ path }) => path)).toEqual(['data.a'])
  })

  test('the preview of a heal shows the additions that it prunes, and then they go', async () => {
    const r = await rig()
    await r.deliver([configMap('settings')])
    await r.kubectl('alice', 'annotate', 'configmap', 'settings', 'team=checkout')
    await r.until('the addition is reported', () => r.open()[0]?.class === 'addition')
    const key = `/ConfigMap/${r.namespace}/settings`
    expect(await r.engine.previewHeal([key])).toEqual([
      { key, fields: [{ path: 'metadata.annotations.team', from: 'checkout', to: 'absent' }] },
    ])
    await r.engine.heal({ keys: [key], actor: 'alice', requestId: 'r' })
    expect((await r.live('configmap', 'settings')).metadata.annotations).toBeUndefined()
  })
})
