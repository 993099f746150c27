import { expect, test } from 'vitest'
import { normalise } from '../../src/core/bundle/index.ts'
import { asJson, type JsonMap, type KubeObject } from '../../src/core/object/index.ts'
import { auditMark, real, writesSince } from './audited-writes.ts'
import { countOf, lines, opened, unhurried } from './differences.ts'
import { describeVersions } from './each-version.ts'
import { kubectlEdit } from './kubectl-edit.ts'
import { configMap, deployment } from './manifests.ts'
import type { Rig } from './rig.ts'
import { define, keyedRules, shopKind, shopVersion } from './shops.ts'
import { filesHolding } from './canary.ts'

describeVersions('drift of objects', (rig) => {
  test('case 16: an object deleted and created anew by somebody is missing, and the newcomer unmanaged', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    const { uid } = (await r.live('deployment', 'web')).metadata
    const live = JSON.parse(await r.kubectl('alice', 'get', 'deployment', 'web', '-o', 'json')) as KubeObject
    const changed = { ...live, spec: { ...(live.spec as JsonMap), replicas: 1 } }
    await r.kubectlStdin('bob', changed, 'replace', '--force')
    const [missing, unmanaged] = await opened(r, 2)
    const newcomer = (await r.live('deployment', 'web')).metadata.uid
    expect(newcomer).not.toBe(uid)
    expect(lines(r.drift())).toEqual([
      'missing  by unknown (unknown, inferred)',
      'unmanaged  by kubectl-replace (human, inferred)',
    ])
    expect(missing).toMatchObject({ uid, path: '' })
    expect(unmanaged?.live.text).toBe(JSON.stringify(newcomer))
    await r.until('the bundle lacks an object', () => r.bundleReport()?.health === 'NotFound')
  })

  test('case 16: a newcomer that the watch cannot see is recorded before a heal writes over it', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    await r.kubectl('alice', 'delete', 'deployment', 'web')
    await opened(r)
    await r.kubectlStdin('bob', deployment('web', { replicas: 1 }), 'create')
    r.declare([deployment('web')], { healAfter: { people: 0, others: 0 } })
    await r.until('both are healed', () => countOf(r, 'healed') === 2)
    expect(lines(r.drift())).toEqual([
      'missing  by unknown (unknown, inferred)',
      'unmanaged  by kubectl-create (human, inferred)',
    ])
    expect((await r.live('deployment', 'web')).spec).toMatchObject({ replicas: 3 })
    await r.kubectl('alice', 'scale', 'deployment', 'web', '--replicas=7')
    await r.until('the next difference is healed', () => countOf(r, 'healed') === 3)
  })

  test('case 17: a second applier of equal values is co-owned and no drift', async () => {
    const r = await rig(unhurried)
    await r.deliver([deployment('web')])
    const mark = await auditMark(r.server)
    await r.kubectlStdin('bob', deployment('web'), 'apply', '--server-side', '--field-manager=twin')
    const entries = (await r.live('deployment', 'web')).metadata.managedFields ?? []
    // A co-owner that changed nothing has no time, and therefore stands first.
    expect(entries.map(({ manager, time }) => [manager, time === undefined])).toEqual([
      ['twin', true],
      ['evenkeel', false],
    ])
    await r.kubectl('alice', 'scale', 'deployment', 'web', '--replicas=7')
    await opened(r)
    expect(lines(r.drift())).toEqual(['taken spec.replicas by kubectl (human, inferred)'])
    expect(real(await writesSince(r, mark))).toEqual([])
  })

  test('case 18: a quantity that the server writes in another way is noted once and no drift', async () => {
    const r = await rig()
    const containers = [
      { name: 'web', image: 'registry.example/web:1.4', resources: { limits: { cpu: '1000m' } } },
    ]
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers } }
    await r.deliver([deployment('web', { template })])
    const mark = await auditMark(r.server)
    await r.restart()
    await r.until('the bundle is looked at', () => r.bundleReport()?.phase === 'applied')
    await r.kubectl('alice', 'scale', 'deployment', 'web', '--replicas=7')
    await r.until('the scale is healed', () => countOf(r, 'healed') === 1)
    expect(r.drift().map(({ path }) => path)).toEqual(['spec.replicas'])
    expect(real(await writesSince(r, mark))).toEqual(['patch deployments/web 200'])
    const noted = r.events.filter(({ type }) => type === 'noted')
    expect(noted).toHaveLength(1)
    expect(noted[0]?.message).toContain('resources.limits.cpu: sent "1000m", the cluster keeps "1"')
  })

  test('case 19: stringData of a Secret is no drift, and its value stands nowhere', async () => {
    const r = await rig(unhurried)
    const canaries = ['canary-desired-7f3a', 'canary-edited-9b1c', 'canary-added-5d2e'] as const
    const [desired, edited, added] = canaries
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db' },
      stringData: { password: desired, pin: '1234' },
    }
    const origin = { file: 'apps/db.yaml', line: 1 }
    const { objects } = normalise([{ value: asJson(secret) as JsonMap, origin }], { bundle: r.bundle })
    await r.deliver(objects.map(({ object }) => object))
    expect(r.drift()).toEqual([])
    const data = (changes: JsonMap) => JSON.stringify({ data: changes })
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    await r.kubectl('alice', 'patch', 'secret', 'db', '-p', data({ password: base64(edited) }))
    await opened(r)
    await r.kubectl('alice', 'patch', 'secret', 'db', '-p', data({ token: base64(added) }))
    const records = await opened(r, 2)
    expect(lines(records)).toEqual([
      'addition data.token by kubectl-patch (human, observed)',
      'taken data.password by kubectl-patch (human, observed)',
    ])
    expect(records.every(({ live }) => live.secret === true && live.text === undefined)).toBe(true)
    await r.engine.heal({ keys: [`/Secret/${r.namespace}/db`], actor: 'carol', requestId: 'q1' })
    expect((await r.live('secret', 'db')).data).toEqual({ password: base64(desired), pin: base64('1234') })
    // A plan shows what would change, and a refusal what is wrong, both without values.
    r.declare([{ ...secret, stringData: undefined, data: { password: base64(added) } } as KubeObject], {
      mode: 'ask',
    })
    await r.until('a plan waits', () => r.bundleReport()?.phase === 'pending')
    r.declare([{ ...secret, stringData: undefined, data: { password: `!${edited}` } } as KubeObject])
    await r.until('it is refused', () => r.bundleReport()?.phase === 'failed')
    await r.engine.idle()
    const told = JSON.stringify(
      [r.drift(), r.events, r.bundleReport(), await r.plans(), await r.journal.load()],
      (_, value) => (value instanceof Map ? [...value] : (value as unknown)),
    )
    expect(await filesHolding(r.folder, 'data.password')).not.toEqual([])
    for (const canary of canaries) {
      for (const text of [canary, base64(canary), base64(canary).replace(/=+$/, '')]) {
        expect(told).not.toContain(text)
        expect(await filesHolding(r.folder, text)).toEqual([])
      }
    }
  })

  const rules = [
    { name: 'a', value: '1' },
    { name: 'b', value: '1' },
  ]

  /** A list of a definition becomes keyed: its receipts are rebuilt without a write, and an edit names its item. */
  async function becomesKeyed(r: Rig, change: (redefine: () => Promise<void>) => Promise<void>) {
    const shops = shopKind(r)
    await define(r, shops.definition())
    await r.deliver([shops.object('corner', { replicas: 1, rules })])
    const [before] = (await r.journal.load()).receipts
    const mark = await auditMark(r.server)
    await change(() => define(r, shops.definition({ rules: keyedRules })))
    await r.until('the receipt is of the new schema', async () => {
      const [now] = (await r.journal.load()).receipts
      return now?.receipt.schemaHash !== before?.receipt.schemaHash
    })
    await r.engine.idle()
    expect(r.drift()).toEqual([])
    expect(real(await writesSince(r, mark))).toEqual([])
    await kubectlEdit(r, 'alice', `${shops.crd}/corner`, '/name: b/{n;s/"1"/"2"/}')
    const found = await opened(r)
    expect(lines(found)).toEqual(['taken spec.rules[name="b"].value by kubectl-edit (human, observed)'])
    return shops
  }

  test('case 20: after a list became keyed receipts are rebuilt without a write, and an edit names its item', async () => {
    const r = await rig(unhurried)
    const shops = await becomesKeyed(r, (redefine) => redefine())
    // And back to a list of one piece.
    r.declare([shops.object('corner', { replicas: 1, rules })], { healAfter: { people: 0, others: 0 } })
    await r.until('it is healed', () => countOf(r, 'healed') === 1)
    const keyed = (await r.journal.load()).receipts[0]?.receipt.schemaHash
    await define(r, shops.definition())
    await r.until('the receipt is of the old schema again', async () => {
      return (await r.journal.load()).receipts[0]?.receipt.schemaHash !== keyed
    })
    await r.engine.idle()
    expect(r.open()).toEqual([])
    await kubectlEdit(r, 'alice', `${shops.crd}/corner`, '/name: b/{n;s/"1"/"2"/}')
    await r.until('the whole list is healed', () => countOf(r, 'healed') === 2)
    expect(lines(r.drift())).toContain('taken spec.rules by kubectl-edit (human, observed)')
  })

  test('case 20: a list that became keyed while the engine was away has its receipts rebuilt without a write', async () => {
    const r = await rig(unhurried)
    await becomesKeyed(r, (redefine) => r.restart({ meanwhile: redefine }))
  })

  test('case 20: a bundle moves from v1 to v2 of a kind, and v1 is dropped, without drift', async () => {
    const r = await rig(unhurried)
    const shops = shopKind(r)
    await define(r, shops.definition())
    await r.deliver([shops.object('corner', { replicas: 1 })])
    const versions = (served: boolean) => [
      shopVersion('v1', keyedRules, { served, storage: false }),
      shopVersion('v2', keyedRules),
    ]
    await define(r, shops.definition({ versions: versions(true) }))
    await r.deliver([shops.object('corner', { replicas: 1 }, 'v2')])
    await define(r, shops.definition({ versions: versions(false) }))
    await r.kubectl('alice', 'label', `${shops.crd}/corner`, 'touched=x')
    await opened(r)
    expect(lines(r.drift())).toEqual(['addition metadata.labels.touched by kubectl-label (human, observed)'])
    await r.kubectl('alice', 'scale', `${shops.crd}/corner`, '--replicas=4')
    await opened(r, 2)
    const entries = (await r.live(shops.crd, 'corner')).metadata.managedFields ?? []
    expect(entries.find(({ operation }) => operation === 'Apply')).toMatchObject({
      manager: 'evenkeel',
      apiVersion: `${shops.group}/v2`,
    })
  })

  test('case 21: foreign labels, containers and fields are additions; policy prune removes them, report leaves them', async () => {
    const r = await rig()
    await r.deliver([deployment('web'), configMap('settings')])
    const add = async () => {
      await r.kubectl('alice', 'label', 'deployment', 'web', 'team=blue')
      const containers = [{ name: 'debug', image: 'registry.example/debug:1' }]
      const patch = { spec: { minReadySeconds: 9, template: { spec: { containers } } } }
      await r.kubectl('alice', 'patch', 'deployment', 'web', '-p', JSON.stringify(patch))
    }
    await add()
    await opened(r, 3)
    const additions = [
      'addition metadata.labels.team by kubectl-label (human, observed)',
      'addition spec.minReadySeconds by kubectl-patch (human, observed)',
      'addition spec.template.spec.containers[name="debug"] by kubectl-patch (human, observed)',
    ]
    expect(lines(r.drift())).toEqual(additions)
    // A heal of something else leaves what is only reported.
    await r.kubectl('alice', 'scale', 'deployment', 'web', '--replicas=7')
    await r.until('the scale is healed', () => countOf(r, 'healed') === 1)
    expect((await r.live('deployment', 'web')).metadata.labels).toHaveProperty('team')
    expect(lines(r.open())).toEqual(additions)
    r.declare([deployment('web'), configMap('settings')], {
      additions: 'prune',
      ignore: ['Deployment/web: spec.minReadySeconds'],
    })
    await r.until('the additions are healed', () => countOf(r, 'healed') === 3)
    await r.engine.idle()
    const pruned = await r.live('deployment', 'web')
    expect(pruned.metadata.labels).not.toHaveProperty('team')
    expect(JSON.stringify(pruned.spec)).not.toContain('debug')
    // What was accepted stays.
    expect(pruned.spec).toMatchObject({ minReadySeconds: 9, replicas: 3 })
    expect(r.open()).toEqual([])
  })
})
