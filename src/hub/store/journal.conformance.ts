import { expect, test } from 'vitest'
import type { DriftRecord } from '../../core/ledger/index.ts'
import { at, driftRecord, later, planOf, receiptOf } from './conformance-rows.ts'
import type { StoreUnderTest } from './store.conformance.ts'

/** Journals and plans, as an engine uses them. */
export function describeJournal({ fresh, reopen }: StoreUnderTest): void {
  test('a journal remembers receipts, members, marks and open drift over a restart, per cluster', async () => {
    const opened = await fresh()
    const journal = await opened.openJournal('a')
    const other = await opened.openJournal('b')
    const keys = Array.from({ length: 450 }, (_, index) => `/ConfigMap/shop/c${index}`)
    await journal.saveReceipts(keys.map((key) => receiptOf(key)))
    await journal.saveReceipts([receiptOf(keys[0] ?? '', '2')])
    await journal.dropReceipts(keys.slice(2))
    await journal.dropReceipts([])
    await other.saveReceipts([receiptOf('/ConfigMap/shop/c0', '9')])
    const ref = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'c0' }
    await journal.saveInventory('shop', [
      { apiVersion: 'v1', ref, uid: undefined },
      { apiVersion: 'v1', ref: { ...ref, name: 'gone' }, uid: 'u' },
    ])
    await journal.saveInventory('shop', [{ apiVersion: 'v1', ref, uid: 'u-1' }])
    const mark = { variant: 'sha256:1', revision: 'abc', at }
    await journal.saveApplied('shop', { ...mark, revision: 'old' })
    await journal.saveApplied('shop', mark)
    const hooks = { variant: 'sha256:2', attempt: 1, runs: [] }
    await journal.saveHooks('shop', { ...hooks, attempt: 0 })
    await journal.saveHooks('shop', hooks)
    await journal.saveHooks('hooks only', hooks)
    await journal.saveDrift([
      driftRecord('d-1', 'a'),
      driftRecord('d-2', 'a', { state: 'healing' }),
      driftRecord('d-3', 'a', { state: 'healed' }),
    ])
    await journal.saveDrift([driftRecord('d-2', 'a', { state: 'gone', lastSeen: later })])
    const again = await reopen()
    const state = await (await again.openJournal('a')).load()
    expect(state.receipts).toEqual([receiptOf(keys[0] ?? '', '2'), receiptOf(keys[1] ?? '')])
    expect(state.inventories).toEqual(new Map([['shop', [{ apiVersion: 'v1', ref, uid: 'u-1' }]]]))
    expect(state.applied).toEqual(new Map([['shop', mark]]))
    expect(state.hooks).toEqual(
      new Map([
        ['hooks only', hooks],
        ['shop', hooks],
      ]),
    )
    expect(await again.bundleStates.appliedVariants()).toEqual(new Set(['sha256:1']))
    expect(await again.inventory.kinds()).toEqual(['ConfigMap'])
    expect(await again.inventory.groupsOf('a', 'ConfigMap')).toEqual([''])
    expect(await again.inventory.groupsOf('b', 'ConfigMap')).toEqual([])
    expect(state.drift).toEqual([driftRecord('d-1', 'a')])
  })

  test('an epoch is greater than every one before it, also after a restart', async () => {
    const opened = await fresh()
    const first = await opened.openJournal('a')
    const second = await opened.openJournal('a')
    const third = await (await reopen()).openJournal('a')
    expect(first.epoch).toBeLessThan(second.epoch)
    expect(second.epoch).toBeLessThan(third.epoch)
    const lost = await (await fresh()).openJournal('a')
    expect(lost.epoch, 'a store that was lost').toBeGreaterThanOrEqual(first.epoch)
  })

  test('incident 23: a journal that was overtaken can write nothing, and leaves nothing', async () => {
    const opened = await fresh()
    const old = await opened.openJournal('a')
    const current = await opened.openJournal('a')
    const ref = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'c' }
    const writes = [
      () => old.saveReceipts([receiptOf('/ConfigMap/shop/c')]),
      () => old.dropReceipts(['/ConfigMap/shop/c']),
      () => old.saveInventory('shop', [{ apiVersion: 'v1', ref, uid: 'u' }]),
      () => old.saveApplied('shop', { variant: 'v', revision: 'r', at }),
      () => old.saveDrift([driftRecord('d-1', 'a')]),
      () => old.proposePlan(planOf('p-1', 'a'), 'waiting'),
      () => old.supersedePlans('shop', []),
      () => old.finishPlan('p-1', 'executed', ''),
    ]
    for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'fenced' })
    const state = await current.load()
    expect([state.receipts, state.drift, state.applied.size, state.inventories.size]).toEqual([[], [], 0, 0])
    expect(await opened.plans.get('p-1')).toBeUndefined()
    await current.saveDrift([driftRecord('d-1', 'a')])
  })

  test('a takeover in the middle of many writes fences exactly those that come after it', async () => {
    const opened = await fresh()
    const old = await opened.openJournal('a')
    const writes = Array.from({ length: 40 }, (_, index) => old.saveDrift([driftRecord(`d-${index}`, 'a')]))
    const taken = opened.openJournal('a')
    const late = Array.from({ length: 20 }, (_, index) => old.saveDrift([driftRecord(`late-${index}`, 'a')]))
    const outcomes = await Promise.allSettled([...writes, ...late])
    const kept = (await (await taken).load()).drift.length
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(kept)
    await expect(old.saveDrift([driftRecord('d-x', 'a')])).rejects.toMatchObject({ code: 'fenced' })
  })

  test('a plan keeps its decision however often it is proposed', async () => {
    const opened = await fresh()
    const journal = await opened.openJournal('a')
    const proposed = await journal.proposePlan(planOf('p-1', 'a'), 'waiting')
    expect(proposed).toMatchObject({ state: 'waiting', plan: planOf('p-1', 'a') })
    const decided = await opened.plans.decide('p-1', {
      decision: 'approved',
      by: 'bob',
      reason: 'INC-1',
      at,
    })
    expect(decided).toMatchObject({ decided: true, record: { state: 'approved', decidedBy: 'bob' } })
    expect(await opened.plans.decide('p-1', { decision: 'rejected', by: 'eve', at })).toMatchObject({
      decided: false,
      record: { state: 'approved', decidedBy: 'bob' },
    })
    expect(await opened.plans.decide('p-2', { decision: 'approved', by: 'bob', at })).toBeUndefined()
    const again = await reopen()
    const next = await again.openJournal('a')
    expect(await next.proposePlan(planOf('p-1', 'a'), 'waiting')).toMatchObject({
      state: 'approved',
      decidedBy: 'bob',
      decisionReason: 'INC-1',
    })
  })

  test('incident 9: an approved plan that failed is approved still; an executed one needs a new decision', async () => {
    const opened = await fresh()
    const journal = await opened.openJournal('a')
    for (const id of ['p-1', 'p-2']) {
      await journal.proposePlan(planOf(id, 'a'), 'waiting')
      await opened.plans.decide(id, { decision: 'approved', by: 'bob', at })
    }
    await journal.finishPlan('p-1', 'failed', 'denied by admission')
    await journal.finishPlan('p-2', 'executed', '')
    expect(await journal.proposePlan(planOf('p-1', 'a'), 'waiting')).toMatchObject({ state: 'approved' })
    const anew = await journal.proposePlan(planOf('p-2', 'a'), 'waiting')
    expect([anew.state, anew.decidedBy]).toEqual(['waiting', undefined])
    expect((await opened.plans.get('p-2'))?.decidedBy).toBeUndefined()
  })

  test('plans that a newer proposal replaced are superseded, those of other bundles and clusters are not', async () => {
    const opened = await fresh()
    const journal = await opened.openJournal('a')
    const other = await opened.openJournal('b')
    for (const id of ['p-1', 'p-2', 'p-3']) await journal.proposePlan(planOf(id, 'a'), 'waiting')
    await journal.proposePlan(planOf('p-4', 'a'), 'automatic')
    await journal.proposePlan(planOf('p-5', 'a', 'other'), 'waiting')
    await other.proposePlan(planOf('p-6', 'b'), 'waiting')
    await opened.plans.decide('p-2', { decision: 'approved', by: 'bob', at })
    await opened.plans.decide('p-3', { decision: 'rejected', by: 'bob', at })
    await journal.supersedePlans('shop', ['p-1'])
    const states = async () => {
      const { items } = await opened.plans.page({}, 10)
      return Object.fromEntries(items.map((item) => [item.plan.id, item.state]))
    }
    const expected = { 'p-1': 'waiting', 'p-2': 'superseded', 'p-3': 'rejected', 'p-4': 'automatic' }
    expect(await states()).toEqual({ ...expected, 'p-5': 'waiting', 'p-6': 'waiting' })
    await journal.supersedePlans('shop', [])
    expect(await states()).toEqual({ ...expected, 'p-1': 'superseded', 'p-5': 'waiting', 'p-6': 'waiting' })
    expect(await journal.proposePlan(planOf('p-1', 'a'), 'waiting')).toMatchObject({ state: 'waiting' })
  })

  test('a write that fails undoes its own rows and nobody else’s', async () => {
    const opened = await fresh()
    const journal = await opened.openJournal('a')
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    const broken = { ...driftRecord('d-bad', 'a'), extra: circular } as DriftRecord
    const writes = [
      journal.saveDrift([driftRecord('d-1', 'a')]),
      journal.saveDrift([driftRecord('d-2', 'a'), broken]),
      journal.saveDrift([driftRecord('d-3', 'a')]),
    ]
    const outcomes = await Promise.allSettled(writes)
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await journal.load()).drift.map((record) => record.id)).toEqual(['d-1', 'd-3'])
  })

  test('many clusters write at a time and every acknowledged row is there', async () => {
    const opened = await fresh()
    const journals = await Promise.all(
      Array.from({ length: 12 }, (_, index) => opened.openJournal(`c${index}`)),
    )
    await Promise.all(
      journals.flatMap((journal, cluster) =>
        Array.from({ length: 25 }, (_, index) =>
          journal.saveDrift([driftRecord(`d-${cluster}-${index}`, `c${cluster}`)]),
        ),
      ),
    )
    expect((await (await reopen()).drift.page({}, 1)).total).toBe(300)
  })
}
