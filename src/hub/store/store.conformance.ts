import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Redacted, systemClock } from '../../runtime/index.ts'
import type { BundleReport } from '../../spoke/index.ts'
import { deriveKeys } from '../keys/index.ts'
import type { RunRecord } from '../../core/rollout/index.ts'
import { assignmentOf, at, later, reachable, runOf } from './conformance-rows.ts'
import { describeAccess } from './access.conformance.ts'
import { describeJobs } from './jobs.conformance.ts'
import { describeJournal } from './journal.conformance.ts'
import { describeRecorded } from './recorded.conformance.ts'
import { describeSearch } from './search.conformance.ts'
import { describeLedger } from './ledger.conformance.ts'
import { migrations } from './migrations/index.ts'
import { openStore, type Store, type StoreLocation } from './index.ts'

export const testKeys = deriveKeys(new Redacted(new Uint8Array(32).fill(7)))

/** Where one dialect keeps its data for a test. */
export interface StoreHarness {
  start(): Promise<void>
  /** A place that holds nothing yet. */
  fresh(): Promise<StoreLocation>
  stop(): Promise<void>
}

/** The store of one test, and ways to have it anew or again. */
export interface StoreUnderTest {
  readonly fresh: () => Promise<Store>
  readonly reopen: () => Promise<Store>
}

/** What every dialect does the same way, each test on data of its own. */
export function describeStore(name: string, harness: StoreHarness): void {
  describe(`the store on ${name}`, () => {
    let location: StoreLocation
    let store: Store | undefined

    async function open(): Promise<Store> {
      store = await openStore({ location, clock: systemClock, keys: () => Promise.resolve(testKeys) })
      return store
    }
    async function fresh(): Promise<Store> {
      location = await harness.fresh()
      return open()
    }
    async function reopen(): Promise<Store> {
      await store?.close()
      return open()
    }

    beforeAll(() => harness.start())
    afterAll(() => harness.stop())
    afterEach(async () => {
      await store?.close()
      store = undefined
    })

    test('keeps its installation id and its single facts over restarts', async () => {
      const first = await fresh()
      const { installation } = first
      expect(installation).toMatch(/^[0-9a-f-]{36}$/)
      await first.writeMeta('fleet', 'a')
      await first.writeMeta('fleet', 'b')
      const second = await reopen()
      expect(second.installation).toBe(installation)
      expect(await second.readMeta('fleet')).toBe('b')
    })

    test('refuses data that were written with another key, and opens them again with the right one', async () => {
      await (await fresh()).close()
      const other = deriveKeys(new Redacted(new Uint8Array(32).fill(8)))
      const asked: boolean[] = []
      const keys = ({ hasData }: { hasData: boolean }) => {
        asked.push(hasData)
        return Promise.resolve(other)
      }
      await expect(openStore({ location, clock: systemClock, keys })).rejects.toMatchObject({
        code: 'wrong-key',
      })
      expect(asked).toEqual([true])
      await open()
    })

    test('refuses a database of a newer version and leaves it as it is', async () => {
      await (await fresh()).close()
      const next = migrations.length + 1
      const steps = [...migrations, { number: next, name: 'of-tomorrow', up: () => Promise.resolve() }]
      const keys = () => Promise.resolve(testKeys)
      const newer = await openStore({ location, clock: systemClock, keys, steps })
      await newer.close()
      await expect(open()).rejects.toMatchObject({ code: 'store-newer' })
      await (await openStore({ location, clock: systemClock, keys, steps })).close()
    })

    test('an upgrade that fails leaves the schema it found', async () => {
      await (await fresh()).writeMeta('fleet', 'kept')
      await store?.close()
      const steps = [
        ...migrations,
        {
          number: migrations.length + 1,
          name: 'broken',
          up: async (database: { schema: { dropTable(name: string): { execute(): Promise<void> } } }) => {
            await database.schema.dropTable('meta').execute()
            throw new Error('half way')
          },
        },
      ]
      const keys = () => Promise.resolve(testKeys)
      await expect(openStore({ location, clock: systemClock, keys, steps })).rejects.toThrow('half way')
      expect(await (await open()).readMeta('fleet')).toBe('kept')
    })

    test('content comes back as it was saved, and is unknown under any other name', async () => {
      const { content } = await fresh()
      const text = `kind: Secret\n${'ü'.repeat(100_000)}`
      await content.save('sha256:1', text)
      await content.save('sha256:1', text)
      await content.save('sha256:2', 'an older text')
      await content.save('sha256:2', '')
      const again = await reopen()
      expect(await again.content.load('sha256:1')).toBe(text)
      expect(await again.content.load('sha256:2')).toBe('')
      expect(await again.content.load('sha256:3')).toBeUndefined()
    })

    test('content that is in use is kept when the old is forgotten', async () => {
      const { content } = await fresh()
      for (const variant of ['a', 'b', 'c']) await content.save(variant, variant)
      const future = new Date(Date.now() + 60_000).toISOString()
      expect(await content.forget(new Date(0).toISOString(), new Set())).toBe(0)
      expect(await content.forget(future, new Set(['b']))).toBe(2)
      expect(await content.load('a')).toBeUndefined()
      expect(await content.load('b')).toBe('b')
    })

    test('the identity of a cluster is the one of its first contact', async () => {
      const { clusters } = await fresh()
      expect(await clusters.identify('a', 'id-1', at)).toBe('id-1')
      expect(await clusters.identify('a', 'id-2', later)).toBe('id-1')
      const [row] = await (await reopen()).clusters.all()
      expect(row).toMatchObject({ cluster: 'a', clusterId: 'id-1', verifiedAt: at })
      await store?.clusters.identify('a', 'id-1', later)
      expect((await store?.clusters.all())?.[0]).toMatchObject({ verifiedAt: later })
    })

    test('reports of clusters and bundles are the last ones given', async () => {
      const { clusters, bundleStates } = await fresh()
      await clusters.saveReport('a', { ...reachable, reach: 'connecting' }, undefined)
      await clusters.saveReport('a', reachable, { state: 'in-sync', at })
      const facts = { digest: 'd', apis: { v1: ['Pod'] }, nodes: 3 }
      await clusters.saveFacts('a', { ...facts, digest: 'old' })
      await clusters.saveFacts('a', facts)
      await clusters.saveReport('a', { ...reachable, reach: 'unreachable' }, undefined)
      await clusters.setDetached('b', at)
      await clusters.setDetached('a', at)
      await clusters.setDetached('a', undefined)
      const report: BundleReport = {
        bundle: 'shop',
        desired: { revision: 'abc', variant: 'sha256:1' },
        phase: 'applied',
        objects: 2,
        health: 'Current',
        troubles: [],
      }
      await bundleStates.saveReport('a', { ...report, phase: 'applying' })
      await bundleStates.saveReport('a', report)
      const again = await reopen()
      const rows = await again.clusters.all()
      expect(
        rows.map((row) => [row.cluster, row.report?.reach, row.lastGood?.state, row.detachedAt]),
      ).toEqual([
        ['a', 'unreachable', 'in-sync', undefined],
        ['b', undefined, undefined, at],
      ])
      expect(await again.bundleStates.all()).toEqual([
        { cluster: 'a', bundle: 'shop', applied: undefined, report },
      ])
    })

    test('assignments are set and dropped by cluster and bundle', async () => {
      const { assignments } = await fresh()
      await assignments.change(
        new Map([
          ['a', { set: [assignmentOf('x'), assignmentOf('y', 'sha256:2')], drop: [] }],
          ['b', { set: [assignmentOf('x')], drop: [] }],
        ]),
      )
      const withdrawn = { ...assignmentOf('y', 'sha256:3'), withdrawn: { reason: 'gone' } }
      await assignments.change(new Map([['a', { set: [withdrawn], drop: ['x'] }]]))
      const again = await reopen()
      const all = await again.assignments.all()
      expect([...all.keys()]).toEqual(['a', 'b'])
      expect(all.get('a')).toEqual([withdrawn])
      expect(await again.assignments.variants()).toEqual(new Set(['sha256:1', 'sha256:3']))
      await again.assignments.change(new Map([['b', { set: [], drop: ['x'] }]]))
      expect([...(await again.assignments.all()).keys()]).toEqual(['a'])
    })

    test('runs come back with their clusters; those that still change and the newest of each bundle are current', async () => {
      const { runs } = await fresh()
      const first = runOf('r-1', 'shop', at)
      await runs.save([{ after: first }])
      const member = { state: 'healthy' as const, since: later }
      const done: RunRecord = {
        run: first.run,
        progress: { ...first.progress, state: 'done', members: { a: member }, updatedAt: later },
      }
      await runs.save([{ before: first, after: done }])
      const second = runOf('r-2', 'shop', later)
      await runs.save([{ after: second }, { after: runOf('r-3', 'other', at) }])
      const again = await reopen()
      expect(await again.runs.get('r-1')).toEqual(done)
      expect((await again.runs.current()).map(({ run }) => run.id)).toEqual(['r-3', 'r-2'])
      const page = await again.runs.page({ bundle: 'shop' }, 1)
      expect([page.total, page.items.map(({ run }) => run.id)]).toEqual([2, ['r-2']])
      const next = await again.runs.page({ bundle: 'shop' }, 1, page.next)
      expect(next.items).toEqual([done])
      expect(await again.runs.variants()).toEqual(new Set(['sha256:new', 'sha256:old']))
      await again.runs.forget('2027-01-01T00:00:00.000Z')
      expect(await again.runs.get('r-1')).toBeUndefined()
      expect(await again.runs.get('r-2')).toEqual(second)
    })

    test('freezes are open until they are ended', async () => {
      const { freezes } = await fresh()
      const freeze = { id: 'f-1', scope: { environments: ['prod'] }, reason: 'audit', by: 'alice', at }
      await freezes.save(freeze)
      expect(await (await reopen()).freezes.open()).toEqual([freeze])
      const again = await reopen()
      await again.freezes.save({ ...freeze, endedAt: later, endedBy: 'bob' })
      expect(await again.freezes.open()).toEqual([])
    })

    describeJournal({ fresh, reopen })
    describeLedger({ fresh, reopen })
    describeAccess({ fresh, reopen })
    describeSearch({ fresh, reopen })
    describeRecorded({ fresh, reopen })
    describeJobs({ fresh, reopen })
  })
}
