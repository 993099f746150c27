import { expect, test } from 'vitest'
import type { DriftRecord } from '../../src/core/ledger/index.ts'
import { auditMark, writesSince } from './audited-writes.ts'
import { describeVersions } from './each-version.ts'
import { kubectlEdit } from './kubectl-edit.ts'
import { configMap, deployment } from './manifests.ts'
import type { Rig } from './rig.ts'

/** Heals nothing by itself while a test runs. */
const unhurried = { change: { healAfter: { people: 3_600_000, others: 3_600_000 } } }

/** `class path by manager (kind, sure)`, one line a record, sorted. */
function lines(records: readonly DriftRecord[]): string[] {
  return records
    .map(
      ({ class: found, path, writer, sure }) =>
        `${found} ${path} by ${writer.manager ?? 'unknown'} (${writer.kind}, ${sure})`,
    )
    .sort()
}

async function opened(r: Rig, count = 1): Promise<DriftRecord[]> {
  return await r.until(`${count} open differences`, () => (r.open().length >= count ? r.open() : undefined))
}

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
    expect(holders.map(({ manager }) => manager).sort()).toEqual(['evenkeel', 'kubectl-edit'])
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
    await r.deliver([deployment('web')])
    await r.kubectl('alice', 'set', 'image', 'deployment/web', 'proxy=registry.example/proxy:3')
    await opened(r)
    await kubectlEdit(r, 'alice', 'deployment/web', 's/(containerPort: 53)$/\\1\\n          name: dns/')
    await opened(r, 2)
    expect(lines(r.drift())).toEqual([])
    console.log(JSON.stringify((await r.live('deployment', 'web')).spec))
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
    const theirs = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { minReadySeconds: 10 } }
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
})
