import { expect, test } from 'vitest'
import type { DriftRecord } from '../../core/ledger/index.ts'
import { at, driftRecord, later, planOf } from './conformance-rows.ts'
import type { StoreUnderTest } from './store.conformance.ts'
import type { Store } from './store.ts'

/** Drift, plans and events, as the hub's answers are made from them. */
export function describeLedger({ fresh, reopen }: StoreUnderTest): void {
  test('pages of drift and plans cover every row once, newest first', async () => {
    const opened = await fresh()
    const journal = await opened.openJournal('a')
    const records = Array.from({ length: 25 }, (_, index) =>
      driftRecord(`d-${index}`, 'a', { firstSeen: `2026-01-02T03:04:${10 + (index % 5)}.000Z` }),
    )
    await journal.saveDrift(records)
    for (let index = 0; index < 7; index++) await journal.proposePlan(planOf(`p-${index}`, 'a'), 'waiting')
    const seen: DriftRecord[] = []
    let cursor: string | undefined
    do {
      const page = await opened.drift.page({ states: ['open'] }, 7, cursor)
      expect(page.total).toBe(25)
      seen.push(...page.items)
      cursor = page.next
    } while (cursor !== undefined)
    expect(new Set(seen.map((record) => record.id)).size).toBe(25)
    expect(seen).toHaveLength(25)
    const times = seen.map((record) => record.firstSeen)
    expect(times).toEqual(times.toSorted().toReversed())
    const first = await opened.plans.page({ states: ['waiting'] }, 4)
    const second = await opened.plans.page({ states: ['waiting'] }, 4, first.next)
    expect(new Set([...first.items, ...second.items].map((item) => item.plan.id)).size).toBe(7)
    expect(second.next).toBeUndefined()
  })

  test('drift is found by cluster, bundle, object, cause and state, and an empty list finds nothing', async () => {
    const opened = await fresh()
    const journal = await opened.openJournal('a')
    const ref = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'c' }
    await journal.saveDrift([
      driftRecord('d-1', 'a'),
      driftRecord('d-2', 'b', { bundle: 'other', cause: 'c-2' }),
      driftRecord('d-3', 'c', { ref, state: 'healed' }),
    ])
    const ids = async (filter: Parameters<Store['drift']['select']>[0]) =>
      (await opened.drift.select(filter)).map((record) => record.id)
    expect(await ids({})).toEqual(['d-1', 'd-2', 'd-3'])
    expect(await ids({ clusters: ['b', 'c'] })).toEqual(['d-2', 'd-3'])
    expect(await ids({ clusters: [] })).toEqual([])
    expect(await ids({ states: [] })).toEqual([])
    expect(await ids({ ids: [] })).toEqual([])
    expect(await ids({ ids: ['d-1', 'nope'] })).toEqual(['d-1'])
    expect(await ids({ bundle: 'other' })).toEqual(['d-2'])
    expect(await ids({ cause: 'c-1', states: ['open'] })).toEqual(['d-1'])
    expect(await ids({ ...ref })).toEqual(['d-3'])
    expect(await opened.plans.page({ clusters: [] }, 5)).toEqual({ items: [], total: 0 })
    expect(await opened.events.select({ clusters: [] }, 5)).toEqual([])
  })

  test('members are told by the bundle that holds them', async () => {
    const opened = await fresh()
    const journal = await opened.openJournal('a')
    const member = (name: string) => ({
      ref: { group: '', kind: 'ConfigMap', namespace: 'shop', name },
      uid: undefined,
      apiVersion: 'v1',
    })
    await journal.saveInventory('shop', [member('one'), member('two')])
    await journal.saveInventory('infra', [member('three')])
    const { inventory } = opened
    const [one, two, three] = ['one', 'two', 'three'].map((name) => `/ConfigMap/shop/${name}`)
    expect((await inventory.keysOf('a', 'shop')).toSorted()).toEqual([one, two])
    expect(await inventory.keysOf('b', 'shop')).toEqual([])
    const holders = await inventory.holders('a', [one ?? '', three ?? '', 'nothing'])
    expect(Object.fromEntries(holders)).toEqual({ [one ?? '']: 'shop', [three ?? '']: 'infra' })
  })

  test('counts and causes add up, those of most clusters first', async () => {
    const opened = await fresh()
    const journal = await opened.openJournal('a')
    await journal.saveDrift([
      driftRecord('d-1', 'a', { firstSeen: later }),
      driftRecord('d-2', 'b'),
      driftRecord('d-3', 'b', { path: 'spec.paused' }),
      driftRecord('d-4', 'c', { cause: 'c-2' }),
      driftRecord('d-5', 'd', { state: 'healed' }),
    ])
    const open = ['open', 'healing'] as const
    const counts = await opened.drift.counts(open)
    expect(counts.toSorted((one, two) => one.cluster.localeCompare(two.cluster))).toEqual([
      { cluster: 'a', bundle: 'shop', count: 1 },
      { cluster: 'b', bundle: 'shop', count: 2 },
      { cluster: 'c', bundle: 'shop', count: 1 },
    ])
    const causes = await opened.drift.causes({ states: open }, 1)
    expect([causes.total, causes.moreClusters]).toEqual([2, 1])
    expect(causes.items).toMatchObject([{ cause: 'c-1', clusters: 2, since: at, example: { cluster: 'b' } }])
    expect(await opened.drift.clustersOf('c-1', { states: open }, 10)).toEqual(['a', 'b'])
    expect(await opened.drift.forget(later)).toBe(1)
    expect((await opened.drift.page({}, 10)).total).toBe(4)
  })

  test('events have ascending sequences without a gap, whoever appends, and a chain that holds', async () => {
    const opened = await fresh()
    const append = (message: string) =>
      opened.events.append([
        { at, type: 'applied', cluster: 'a', message },
        {
          at,
          type: 'drift',
          bundle: 'shop',
          key: '/ConfigMap/shop/c',
          message,
          actor: 'bob',
          requestId: 'r',
        },
      ])
    await Promise.all(Array.from({ length: 20 }, (_, index) => append(`m${index}`)))
    const all = await opened.events.select({}, 100, 0)
    expect(all.map((event) => event.sequence)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    expect(all[0]).toEqual({ at, type: 'applied', cluster: 'a', message: all[0]?.message, sequence: 1 })
    expect(await opened.events.last()).toBe(40)
    expect((await opened.events.select({}, 3)).map((event) => event.sequence)).toEqual([38, 39, 40])
    expect((await opened.events.select({ types: ['drift'] }, 2, 4)).map((event) => event.sequence)).toEqual([
      6, 8,
    ])
    expect(await opened.events.select({ bundle: 'shop', clusters: ['a'] }, 5)).toEqual([])
    expect(await opened.events.firstBrokenLink()).toBeUndefined()
    const again = await reopen()
    const [next] = await again.events.append([{ at, type: 'x', message: 'after the restart' }])
    expect(next?.sequence).toBe(41)
    expect(await again.events.forget('2000-01-01T00:00:00Z', 10)).toBe(31)
    expect(await again.events.firstBrokenLink()).toBeUndefined()
    expect(await again.events.last()).toBe(41)
  })
}
