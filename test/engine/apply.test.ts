import { expect, test } from 'vitest'
import type { DriftRecord } from '../../src/core/ledger/index.ts'
import type { JsonMap, KubeObject } from '../../src/core/object/index.ts'
import { type FieldChange, fieldChanges } from '../../src/core/plan/index.ts'
import { systemClock, Turns } from '../../src/runtime/index.ts'
import { auditMark, real, writesSince } from './audited-writes.ts'
import { countOf, lines, opened } from './differences.ts'
import { describeVersions } from './each-version.ts'
import { kubectlEdit } from './kubectl-edit.ts'
import { configMap, deployment } from './manifests.ts'
import type { Rig } from './rig.ts'
import { shopKind } from './shops.ts'

/** Approves the plan that waits; answers it. */
async function approve(r: Rig) {
  const waiting = await r.until('a plan waits', async () =>
    (await r.plans()).find(({ state }) => state === 'waiting'),
  )
  await r.decide(waiting.plan.id, 'approved')
  return waiting.plan
}

/** What Git says after two removals: no label `tier`, no container `proxy`, no args. */
function reduced(): KubeObject {
  const whole = deployment('web')
  const spec = whole.spec as { template: { metadata: JsonMap; spec: { containers: [JsonMap] } } }
  const { args: _args, ...web } = spec.template.spec.containers[0]
  const template = { ...spec.template, spec: { containers: [web] } }
  return { ...deployment('web', { template }), metadata: { name: 'web', labels: { app: 'web' } } }
}

describeVersions('apply', (rig) => {
  test('case 22: a heal stores its evidence first, and the entry of the offender is gone after it', async () => {
    const r = await rig()
    await r.deliver([deployment('web')])
    const seen: [DriftRecord['state'], unknown][] = []
    const { journal } = r
    const saveDrift = journal.saveDrift.bind(journal)
    journal.saveDrift = async (records) => {
      // What stands in the cluster at the moment at which the rows are durable.
      await saveDrift(records)
      const { spec } = await r.live('deployment', 'web')
      for (const { state } of records) seen.push([state, (spec as JsonMap).replicas])
    }
    await kubectlEdit(r, 'alice', 'deployment/web', 's/replicas: 3/replicas: 5/')
    await r.until('it is healed', () => countOf(r, 'healed') === 1)
    expect(seen).toEqual([
      ['open', 5],
      ['healed', 3],
    ])
    const [record] = r.drift()
    expect(record).toMatchObject({
      live: { text: '5' },
      writer: { manager: 'kubectl-edit' },
      state: 'healed',
    })
    expect(Date.parse(record?.healedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(record?.firstSeen ?? ''))
    const entries = (await r.live('deployment', 'web')).metadata.managedFields ?? []
    expect(entries.map(({ manager }) => manager)).toEqual(['evenkeel'])
  })

  test('case 22: what cannot be recorded is not healed', async () => {
    const r = await rig()
    await r.deliver([deployment('web')])
    const { journal } = r
    const saveDrift = journal.saveDrift.bind(journal)
    let refused = 0
    journal.saveDrift = () => {
      refused += 1
      return Promise.reject(new Error('no space left'))
    }
    const mark = await auditMark(r.server)
    await kubectlEdit(r, 'alice', 'deployment/web', 's/replicas: 3/replicas: 5/')
    await r.until('it could not be recorded', () => refused > 0)
    await r.engine.idle()
    expect(real(await writesSince(r, mark))).toEqual([])
    journal.saveDrift = saveDrift
    await r.kubectl('alice', 'annotate', 'deployment', 'web', 'note=x')
    await r.until('it is healed', () => countOf(r, 'healed') === 1)
    expect((await r.live('deployment', 'web')).spec).toMatchObject({ replicas: 3 })
    r.failures.length = 0
  })

  test('case 22: a heal that could not be stored is made again until it is', async () => {
    const r = await rig()
    await r.deliver([deployment('web')])
    const { journal } = r
    const saveReceipts = journal.saveReceipts.bind(journal)
    let refused = 0
    journal.saveReceipts = () => {
      refused += 1
      return Promise.reject(new Error('no space left'))
    }
    await kubectlEdit(r, 'alice', 'deployment/web', 's/replicas: 3/replicas: 5/')
    await r.until('it could not be stored', () => refused > 0)
    expect(countOf(r, 'healed')).toBe(0)
    journal.saveReceipts = saveReceipts
    await r.until('it is stored', () => r.open().length === 0)
    expect((await r.live('deployment', 'web')).spec).toMatchObject({ replicas: 3 })
    r.failures.length = 0
  })

  test('case 23: an object made by kubectl apply is adopted with consent, and later removals in Git prune', async () => {
    const r = await rig()
    await r.kubectlStdin('alice', deployment('web'), 'apply')
    await r.kubectl('alice', 'annotate', 'deployment', 'web', 'note=x', '--field-manager=some-controller')
    const mark = await auditMark(r.server)
    r.declare([deployment('web')])
    await r.until('a plan waits', () => r.bundleReport()?.phase === 'pending')
    expect(real(await writesSince(r, mark))).toEqual([])
    const plan = await approve(r)
    expect(plan.items).toMatchObject([{ action: 'adopt', ref: { kind: 'Deployment', name: 'web' } }])
    await r.until('it is adopted', () => r.bundleReport()?.phase === 'applied')
    const adopted = (await r.live('deployment', 'web')).metadata
    expect(adopted.managedFields?.map(({ manager, operation }) => [manager, operation])).toEqual([
      ['evenkeel', 'Apply'],
      ['some-controller', 'Update'],
    ])
    await r.deliver([reduced()])
    const live = await r.live('deployment', 'web')
    expect(live.metadata.labels).not.toHaveProperty('tier')
    expect(JSON.stringify(live.spec)).not.toMatch(/proxy|args/)
    expect(live.metadata.annotations).toMatchObject({ note: 'x' })
    // What others keep inside our containers is told, and was not touched.
    await opened(r)
    expect(lines(r.open())).toEqual([
      'addition metadata.annotations.note by some-controller (controller, inferred)',
    ])
  })

  test('case 24: the plan of an adoption names exactly the fields that it changes and releases', async () => {
    const r = await rig()
    const theirs = { ...deployment('web', { minReadySeconds: 7, paused: true, replicas: 2 }) }
    await r.kubectlStdin('alice', theirs, 'apply')
    await r.kubectl('alice', 'set', 'image', 'deployment/web', 'proxy=registry.example/proxy:9')
    await r.kubectl('bob', 'label', 'deployment', 'web', 'team=blue', '--field-manager=team-operator')
    const before = await r.live('deployment', 'web')
    r.declare([reduced()])
    const plan = await approve(r)
    await r.until('it is adopted', () => r.bundleReport()?.phase === 'applied')
    const after = await r.live('deployment', 'web')
    const byPath = (a: FieldChange, b: FieldChange) => (a.path < b.path ? -1 : 1)
    const planned = [...(plan.items[0]?.fields ?? [])].sort(byPath)
    expect(planned).toEqual(fieldChanges(before, after).sort(byPath))
    const paths = planned.map(({ path, to }) => `${path}: ${to}`)
    expect(paths).toContain('spec.paused: absent')
    expect(paths).toContain('spec.minReadySeconds: absent')
    expect(paths).toContain('metadata.labels.tier: absent')
    expect(paths).toContain('spec.replicas: 3')
    expect(paths.some((path) => path.startsWith('spec.template.spec.containers[name="proxy"]'))).toBe(true)
    // A field of somebody who is no person stays, and so does what is a default.
    expect(after.metadata.labels).toMatchObject({ team: 'blue' })
  })

  test('case 25: a fold computed from a stale object is refused by the server and computed again', async () => {
    const r = await rig()
    await r.kubectlStdin('alice', deployment('web'), 'apply')
    r.declare([deployment('web')])
    const { journal } = r
    const saveInventory = journal.saveInventory.bind(journal)
    let raced = false
    journal.saveInventory = async (bundle, entries) => {
      // After the object was read and before the fold is written.
      if (!raced) {
        raced = true
        await r.kubectl('bob', 'annotate', 'deployment', 'web', 'note=x', '--field-manager=some-controller')
      }
      await saveInventory(bundle, entries)
    }
    const mark = await auditMark(r.server)
    await approve(r)
    await r.until('it is adopted', () => r.bundleReport()?.phase === 'applied')
    const patches = real(await writesSince(r, mark)).filter((write) => write.includes('deployments/web'))
    expect(patches).toEqual([
      'patch deployments/web 409',
      'patch deployments/web 200',
      'patch deployments/web 200',
    ])
    const live = await r.live('deployment', 'web')
    expect(live.metadata.annotations).toMatchObject({ note: 'x' })
    expect(live.metadata.managedFields?.map(({ manager }) => manager)).toEqual([
      'evenkeel',
      'some-controller',
    ])
  })

  test('case 26: against a second manager that forces, heals back off, stop, and report a fight', async () => {
    const r = await rig()
    await r.deliver([deployment('web')])
    const mark = await auditMark(r.server)
    const theirs = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { replicas: 9 },
    }
    const insist = () =>
      r.kubectlStdin('bob', theirs, 'apply', '--server-side', '--force-conflicts', '--field-manager=rival')
    for (let round = 1; round <= 5; round++) {
      await insist()
      await r.until(`heal ${round}`, () => countOf(r, 'healed') === round)
    }
    await insist()
    const held = await r.until('a fight is reported', () =>
      r.open().find(({ hold }) => hold?.kind === 'fight'),
    )
    expect(held).toMatchObject({ path: 'spec.replicas', writer: { manager: 'rival', operation: 'Apply' } })
    expect(held.healAt).toBeUndefined()
    expect(r.events.filter(({ type }) => type === 'fight')).toHaveLength(1)
    const heals = r
      .drift()
      .flatMap(({ healedAt, firstSeen }) =>
        healedAt === undefined ? [] : [Date.parse(healedAt) - Date.parse(firstSeen)],
      )
    expect(heals.map((ms) => Math.floor(Math.log2(Math.max(ms, 1) / 1000)))).toEqual([
      expect.any(Number),
      0,
      1,
      2,
      3,
    ])
    expect(real(await writesSince(r, mark))).toHaveLength(5)
    // Other drift of the object is healed, and the field that is fought for is left to its rival.
    await kubectlEdit(r, 'alice', 'deployment/web', 's/"8080"/"9090"/')
    await r.until('the other field is healed', () => countOf(r, 'healed') === 6)
    expect((await r.live('deployment', 'web')).spec).toMatchObject({ replicas: 9 })
    expect(r.open().map(({ path }) => path)).toEqual(['spec.replicas'])
    // A decision starts afresh.
    const key = `apps/Deployment/${r.namespace}/web`
    const [result] = await r.engine.heal({ keys: [key], actor: 'carol', requestId: 'q1' })
    expect(result?.outcome).toBe('healed')
    expect((await r.live('deployment', 'web')).spec).toMatchObject({ replicas: 3 })
    await insist()
    await r.until('it heals again', () => r.open().length === 0 && countOf(r, 'healed') > 7)
  })

  test('case 32: a change of an immutable field is reported with its cause, and nothing is deleted', async () => {
    const r = await rig()
    await r.deliver([deployment('web'), configMap('settings')])
    const { uid } = (await r.live('deployment', 'web')).metadata
    const mark = await auditMark(r.server)
    const labels = { app: 'other' }
    const template = { ...(deployment('web').spec as { template: JsonMap }).template, metadata: { labels } }
    r.declare([
      deployment('web', { selector: { matchLabels: labels }, template }),
      configMap('settings', { a: '9' }),
    ])
    const report = await r.until('the refusal is told', () => {
      const known = r.bundleReport()
      return known?.phase === 'failed' ? known : undefined
    })
    expect(report.troubles).toMatchObject([{ code: 'invalid', key: `apps/Deployment/${r.namespace}/web` }])
    expect(report.troubles[0]?.message).toMatch(/spec\.selector.*field is immutable/)
    expect((await r.live('configmap', 'settings')).data).toEqual({ a: '9' })
    expect((await r.live('deployment', 'web')).metadata.uid).toBe(uid)
    const writes = real(await writesSince(r, mark))
    expect(writes.filter((write) => write.startsWith('delete'))).toEqual([])
    expect(writes).toContain('patch deployments/web 422')
    // Back to what it was, the bundle is applied again.
    await r.deliver([deployment('web'), configMap('settings')])
    expect(r.bundleReport()?.troubles.filter(({ code }) => code !== undefined)).toEqual([])
  })

  test('a bundle with many objects waits for its turn, says so, and holds up no other of its cluster', async () => {
    const turns = new Turns({ clock: systemClock, most: 1, isBusy: () => true })
    const r = await rig({ turns })
    const many = Array.from({ length: 61 }, (_, i) => configMap(`many-${i}`))
    const endOfOther = turns.take()
    r.declareAll([
      { bundle: r.bundle, objects: many },
      { bundle: 'small', objects: [configMap('small')] },
    ])
    await r.until('the small one is applied', () => r.bundleReport('small')?.phase === 'applied')
    await r.until('the other waits', () => turns.counts.waiting === 1)
    expect(r.bundleReport()).toMatchObject({
      phase: 'pending',
      reason: '61 objects to write, after those of other clusters',
    })
    expect(r.events.filter(({ type }) => type === 'applied')).toHaveLength(1)

    endOfOther?.()
    await r.until('its turn came', () => r.bundleReport()?.phase === 'applied')
    await r.engine.idle()
    expect(turns.counts).toEqual({ running: 0, waiting: 0 })

    // Once they stand, one that changed is written without a turn.
    const endOfNext = turns.take()
    await r.deliver([...many.slice(1), configMap('many-0', { changed: 'yes' })])
    endOfNext?.()
  })

  test('an engine that stops gives its question for a turn back', async () => {
    const turns = new Turns({ clock: systemClock, most: 1, isBusy: () => true })
    const r = await rig({ turns })
    const endOfOther = turns.take()
    r.declare(Array.from({ length: 61 }, (_, i) => configMap(`many-${i}`)))
    await r.until('it waits', () => turns.counts.waiting === 1)
    await r.engine.stop()
    expect(turns.counts).toEqual({ running: 1, waiting: 0 })
    endOfOther?.()
    expect(turns.counts).toEqual({ running: 0, waiting: 0 })
  })

  test('case 33: a definition and its object in one bundle are applied in one run', async () => {
    const r = await rig()
    const shops = shopKind(r)
    const mark = await auditMark(r.server)
    await r.deliver([shops.object('corner', { replicas: 1 }), configMap('settings'), shops.definition()])
    expect((await r.live(shops.crd, 'corner')).spec).toEqual({ replicas: 1 })
    expect(r.events.filter(({ type }) => type === 'apply-failed')).toEqual([])
    const writes = real(await writesSince(r, mark)).filter((write) => !write.includes('configmaps'))
    expect(writes).toEqual([`patch customresourcedefinitions/${shops.crd} 201`, 'patch shops/corner 201'])
    await r.kubectl('alice', 'scale', `${shops.crd}/corner`, '--replicas=4')
    await r.until('its drift is healed', () => countOf(r, 'healed') === 1)
  })
})
