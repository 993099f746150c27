import { expect, test } from 'vitest'
import { auditMark, real, writesSince } from './audited-writes.ts'
import { countOf, lines, opened, unhurried } from './differences.ts'
import { describeVersions } from './each-version.ts'
import { kubectlEdit } from './kubectl-edit.ts'
import { configMap, deployment } from './manifests.ts'
import { define, shopKind } from './shops.ts'
import { startWebhook } from './webhook.ts'

const deployments = { group: 'apps', version: 'v1', resource: 'deployments' }
const web = 'spec.template.spec.containers[name="web"]'

describeVersions('drift', (rig) => {
  test('case 1: a restart with receipts finds no drift and writes nothing', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web'), configMap('settings')])
    const before = [await r.live('deployment', 'web'), await r.live('configmap', 'settings')]
    const mark = await auditMark(r.server)
    await r.restart()
    await r.until('the bundle is looked at', () => r.bundleReport()?.phase === 'applied')
    await r.until('health is known', () => r.bundleReport()?.health !== 'Unknown')
    await r.engine.idle()
    expect(r.drift()).toEqual([])
    // The watches stand again, without a write, not even a dry-run.
    await r.kubectl('alice', 'label', 'configmap', 'settings', '--overwrite', 'app=x')
    expect(lines(await opened(r))).toEqual(['taken metadata.labels.app by kubectl-label (human, observed)'])
    expect(await writesSince(r, mark)).toEqual([])
    const after = await r.live('deployment', 'web')
    expect(after.metadata.resourceVersion).toBe(before[0]?.metadata.resourceVersion)
  })

  test('case 2: kubectl edit of replicas is one taken field, by kubectl-edit', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    await kubectlEdit(r, 'alice', 'deployment/web', 's/replicas: 3/replicas: 5/')
    const [record] = await opened(r)
    await r.engine.idle()
    expect(r.drift()).toHaveLength(1)
    expect(record).toMatchObject({
      path: 'spec.replicas',
      class: 'taken',
      desired: { text: '3' },
      live: { text: '5' },
      writer: { manager: 'kubectl-edit', operation: 'Update', kind: 'human' },
      sure: 'observed',
      whenIsBound: false,
    })
    expect(record?.writer.person).toBeUndefined()
  })

  test('case 3: an edit and an edit back is lost ownership, taken back silently', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    await kubectlEdit(r, 'alice', 'deployment/web', 's/replicas: 3/replicas: 5/')
    await opened(r)
    const mark = await auditMark(r.server)
    await kubectlEdit(r, 'alice', 'deployment/web', 's/replicas: 5/replicas: 3/')
    await r.until('ownership is back', () => r.events.some(({ type }) => type === 'readopted'))
    expect(r.drift().map(({ class: found, state }) => [found, state])).toEqual([['taken', 'gone']])
    expect(r.events.filter(({ type }) => type === 'healed')).toEqual([])
    const entries = (await r.live('deployment', 'web')).metadata.managedFields ?? []
    const holders = entries.filter((entry) => JSON.stringify(entry.fieldsV1).includes('f:replicas'))
    expect(holders.map(({ manager }) => manager)).toEqual(['evenkeel', 'kubectl-edit'])
    const applies = (await writesSince(r, mark)).filter(({ name }) => name === 'web')
    expect(applies).toHaveLength(1)
  })

  test('case 4: a label that kubectl label removed is removed by nobody known', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    await r.kubectl('alice', 'label', 'deployment', 'web', 'tier-')
    const [record] = await opened(r)
    expect(lines(r.drift())).toEqual(['removed metadata.labels.tier by unknown (unknown, inferred)'])
    expect(record).toMatchObject({ desired: { text: '"web"' }, live: {} })
  })

  test('case 5: kubectl replace without our field removes it, and nobody is blamed', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    const live = JSON.parse(await r.kubectl('alice', 'get', 'deployment', 'web', '-o', 'json'))
    delete live.spec.template.spec.containers[0].args
    delete live.metadata.labels.tier
    await r.kubectlStdin('alice', live, 'replace')
    await opened(r, 2)
    expect(lines(r.drift())).toEqual([
      'removed metadata.labels.tier by unknown (unknown, inferred)',
      `removed ${web}.args by unknown (unknown, inferred)`,
    ])
  })

  test('case 6: kubectl set image of one container, and a change of UDP port 53 beside TCP, are these items only', async () => {
    const r = await rig(unhurried)
    const ports = [
      { containerPort: 53, protocol: 'TCP', name: 'dns' },
      { containerPort: 53, protocol: 'UDP', name: 'dns-udp' },
    ]
    await r.deliver([deployment('web', { ports })])
    await r.kubectl('alice', 'set', 'image', 'deployment/web', 'proxy=registry.example/proxy:3')
    const change = [{ op: 'replace', path: '/spec/template/spec/containers/0/ports/1/name', value: 'udp' }]
    await r.kubectl('alice', 'patch', 'deployment', 'web', '--type=json', '-p', JSON.stringify(change))
    await opened(r, 2)
    const proxy = 'spec.template.spec.containers[name="proxy"]'
    expect(lines(r.drift())).toEqual([
      `taken ${proxy}.image by kubectl-set (human, observed)`,
      `taken ${web}.ports[containerPort=53,protocol="UDP"].name by kubectl-patch (human, observed)`,
    ])
  })

  test('case 6: a strategic-merge patch that adds 53/UDP replaces 53/TCP, for which nobody is blamed', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    const containers = [{ name: 'web', ports: [{ containerPort: 53, protocol: 'UDP' }] }]
    const patch = JSON.stringify({ spec: { template: { spec: { containers } } } })
    await r.kubectl('alice', 'patch', 'deployment', 'web', '-p', patch)
    await opened(r, 2)
    expect(lines(r.drift())).toEqual([
      `addition ${web}.ports[containerPort=53,protocol="UDP"] by kubectl-patch (human, observed)`,
      `removed ${web}.ports[containerPort=53,protocol="TCP"] by unknown (unknown, inferred)`,
    ])
  })

  test('case 7: a change inside args is one atomic path', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    await kubectlEdit(r, 'alice', 'deployment/web', 's/"8080"/"9090"/')
    const [record] = await opened(r)
    await r.engine.idle()
    expect(lines(r.drift())).toEqual([`taken ${web}.args by kubectl-edit (human, observed)`])
    expect(record?.desired.text).toBeUndefined()
    expect(record?.desired.hash).not.toBe(record?.live.hash)
  })

  test('case 8: a field that somebody else holds is refused with its owner, and the rest of the bundle is applied', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web'), configMap('settings')])
    const theirs = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { minReadySeconds: 10 },
    }
    await r.kubectlStdin('bob', theirs, 'apply', '--server-side', '--field-manager=sre')
    r.declare([deployment('web', { minReadySeconds: 5, replicas: 4 }), configMap('settings', { a: '2' })])
    const report = await r.until('the refusal is told', () => {
      const known = r.bundleReport()
      return known?.phase === 'failed' ? known : undefined
    })
    expect(report.troubles).toMatchObject([{ code: 'fields-owned' }])
    expect(report.troubles[0]?.message).toContain('spec.minReadySeconds: owned by "sre"')
    expect(report.applied?.variant).not.toBe(report.desired.variant)
    expect((await r.live('deployment', 'web')).spec).toMatchObject({ minReadySeconds: 10, replicas: 3 })
    expect((await r.live('configmap', 'settings')).data).toEqual({ a: '2' })
  })

  test('case 9: a webhook that rewrites our field makes it silent, and nothing is written against it', async () => {
    const r = await rig()
    await r.deliver([deployment('web')])
    const rewrite = [{ op: 'replace', path: '/spec/replicas', value: 2 }]
    const hook = await startWebhook(r, deployments, { object: 'deployment/web' }, () => rewrite)
    try {
      const mark = await auditMark(r.server)
      await r.kubectl('alice', 'annotate', 'deployment', 'web', 'note=x')
      const held = await r.until('the difference is held', () => r.open().find(({ hold }) => hold))
      expect(held).toMatchObject({
        path: 'spec.replicas',
        class: 'silent',
        desired: { text: '3' },
        live: { text: '2' },
        writer: { kind: 'unknown' },
        hold: { kind: 'admission' },
      })
      expect(held.healAt).toBeUndefined()
      const tried = (await writesSince(r, mark)).filter(({ name }) => name === 'web')
      expect(tried.map(({ dryRun }) => dryRun)).toEqual([true])
      // What is not the webhook's is healed all the same, once, and the rewritten field stays held.
      await kubectlEdit(r, 'alice', 'deployment/web', 's/"8080"/"9090"/')
      await r.until('the edit is healed', () => r.drift().some(({ state }) => state === 'healed'))
      await kubectlEdit(r, 'alice', 'deployment/web', 's/"8080"/"7070"/')
      await r.until('the next edit is healed', () => countOf(r, 'healed') === 2)
      await r.engine.idle()
      expect(real(await writesSince(r, mark))).toEqual(Array(2).fill('patch deployments/web 200'))
      expect(lines(r.open())).toEqual([
        'addition metadata.annotations.note by kubectl-annotate (human, observed)',
        'silent spec.replicas by unknown (unknown, inferred)',
      ])
    } finally {
      await hook.stop()
    }
  })

  test('case 10: after managedFields were wiped and an untracked update, ownership and value are recovered', async () => {
    const r = await rig()
    await r.deliver([deployment('web')])
    r.declare([deployment('web')], { mode: 'ask' })
    await r.engine.idle()
    const wipe = '[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]'
    await r.kubectl('alice', 'patch', 'deployment', 'web', '--type=json', '-p', wipe)
    await kubectlEdit(r, 'alice', 'deployment/web', 's/replicas: 3/replicas: 5/')
    expect((await r.live('deployment', 'web')).metadata.managedFields).toBeUndefined()
    await opened(r)
    expect(lines(r.drift())).toEqual(['taken spec.replicas by unknown (unknown, inferred)'])
    r.declare([deployment('web')], { mode: 'enforce' })
    await r.until('it is healed', () => countOf(r, 'healed') === 1)
    await r.engine.idle()
    const entries = (await r.live('deployment', 'web')).metadata.managedFields ?? []
    expect(entries.map(({ manager, operation }) => [manager, operation])).toEqual([['evenkeel', 'Apply']])
    // The entry is whole again: what Git drops now goes.
    const { labels: _labels, ...metadata } = deployment('web').metadata
    await r.deliver([{ ...deployment('web'), metadata: { ...metadata, labels: { app: 'web' } } }])
    const after = await r.live('deployment', 'web')
    expect(after.metadata.labels).not.toHaveProperty('tier')
    expect(after.spec).toMatchObject({ replicas: 3 })
    expect(r.open()).toEqual([])
  })

  test('case 11: of twelve Update managers the oldest read as ancient-changes, which is unknown', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    await r.engine.stop()
    await kubectlEdit(r, 'alice', 'deployment/web', 's/replicas: 3/replicas: 6/', '--field-manager=first')
    for (let i = 0; i < 11; i++) {
      await r.kubectl('alice', 'annotate', 'deployment', 'web', `n${i}=x`, `--field-manager=m${i}`)
    }
    await r.restart()
    const [record] = await r.until('it is found', () => {
      const found = r.open().filter(({ path }) => path === 'spec.replicas')
      return found.length > 0 ? found : undefined
    })
    expect(record).toMatchObject({
      class: 'taken',
      live: { text: '6' },
      writer: { manager: 'ancient-changes', kind: 'unknown' },
      sure: 'inferred',
      whenIsBound: true,
    })
  })

  test('case 12: kubectl scale leaves no time, so the arrival of the event is used', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    const before = Date.now()
    await r.kubectl('alice', 'scale', 'deployment', 'web', '--replicas=7')
    const [record] = await opened(r)
    expect(record).toMatchObject({
      path: 'spec.replicas',
      class: 'taken',
      live: { text: '7' },
      writer: { manager: 'kubectl', subresource: 'scale', kind: 'human' },
      sure: 'inferred',
      whenIsBound: false,
    })
    expect(Date.parse(record?.when ?? '')).toBeGreaterThanOrEqual(before)
    expect(Date.parse(record?.when ?? '')).toBeLessThanOrEqual(Date.now())
    const entries = (await r.live('deployment', 'web')).metadata.managedFields ?? []
    expect(entries.find(({ subresource }) => subresource === 'scale')?.time).toBeUndefined()
  })

  test('case 13: scale of a custom resource is drift whoever owns the field, and heals', async () => {
    const r = await rig()
    const shops = shopKind(r)
    await define(r, shops.definition())
    await r.deliver([shops.object('corner', { replicas: 1 })])
    await r.kubectl('alice', 'scale', `${shops.crd}/corner`, '--replicas=4')
    const record = await r.until('it is seen', () => r.drift()[0])
    expect(record.class).toBeOneOf(['taken', 'silent'])
    expect(record).toMatchObject({ path: 'spec.replicas', desired: { text: '1' }, live: { text: '4' } })
    await r.until('it is healed', () => countOf(r, 'healed') === 1)
    expect((await r.live(shops.crd, 'corner')).spec).toEqual({ replicas: 1 })
  })

  test('case 14: writes of status are no drift', async () => {
    const r = await rig()
    const shops = shopKind(r)
    await define(r, shops.definition())
    await r.deliver([deployment('web'), shops.object('corner', { replicas: 1 })])
    const mark = await auditMark(r.server)
    const status = (object: string, body: object) =>
      r.kubectl('alice', 'patch', object, '--subresource=status', '--type=merge', '-p', JSON.stringify(body))
    const annotations = { 'deployment.kubernetes.io/revision': '1' }
    await status('deployment/web', { status: { replicas: 3 }, metadata: { annotations } })
    await status(`${shops.crd}/corner`, { status: { replicas: 1 } })
    // Both are looked at before what comes after them.
    await r.kubectl('alice', 'scale', 'deployment', 'web', '--replicas=7')
    await r.kubectl('alice', 'scale', `${shops.crd}/corner`, '--replicas=7')
    await r.until('both scales are healed', () => countOf(r, 'healed') === 2)
    expect(r.drift().map(({ path }) => path)).toEqual(['spec.replicas', 'spec.replicas'])
    expect(real(await writesSince(r, mark)).sort()).toEqual([
      'patch deployments/web 200',
      'patch shops/corner 200',
    ])
  })

  test('case 15: a removed selector label is drift of that label, not a deletion', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    const { uid } = (await r.live('deployment', 'web')).metadata
    await r.kubectl('alice', 'label', 'deployment', 'web', 'evenkeel.dev/bundle-')
    await opened(r)
    expect(lines(r.drift())).toEqual([
      'removed metadata.labels.evenkeel.dev/bundle by unknown (unknown, inferred)',
    ])
    r.declare([deployment('web')], { healAfter: { people: 0, others: 0 } })
    await r.until('it is healed', () => countOf(r, 'healed') === 1)
    const healed = await r.live('deployment', 'web')
    expect(healed.metadata.uid).toBe(uid)
    expect(healed.metadata.labels?.['evenkeel.dev/bundle']).toBe(r.bundle)
    // The watch sees it again.
    await r.kubectl('alice', 'scale', 'deployment', 'web', '--replicas=7')
    await r.until('the next difference is healed', () => countOf(r, 'healed') === 2)
  })
})
