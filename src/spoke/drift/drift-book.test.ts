import { beforeEach, expect, test } from 'vitest'
import { AuditIndex, type AuditRecord } from '../../core/attribution/index.ts'
import type { Finding } from '../../core/drift/index.ts'
import type { DriftRecord } from '../../core/ledger/index.ts'
import { FakeClock } from '../../runtime/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { Member } from '../members/index.ts'
import type { Assignment, Journal } from '../ports.ts'
import { DriftBook } from './drift-book.ts'
import { Fights } from './fights.ts'

const ref = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'settings' }
const holder = { manager: 'kubectl-edit', operation: 'Update' as const, apiVersion: 'v1' }
const finding: Finding = {
  path: [{ f: 'data' }, { f: 'a' }],
  class: 'taken',
  live: '2',
  desired: '1',
  holder,
  holderPath: 'exact',
  coOwned: false,
}
const byAlice: AuditRecord = {
  id: 'audit-1',
  user: 'alice',
  verb: 'patch',
  target: { group: '', resource: 'configmaps', namespace: 'shop', name: 'settings' },
  subresource: '',
  manager: 'kubectl-edit',
  time: '2026-01-01T00:00:00Z',
  timeMs: 0,
  resourceVersion: '7',
  uid: undefined,
}

const assignment = { mode: 'enforce', healAfter: { people: 3_600_000, others: 0 } } as Assignment

let clock: FakeClock
let book: DriftBook
let member: Member
/** What is on disk, by id, and what is told. */
let disk: Map<string, DriftRecord>
let told: DriftRecord[]
let saves: { records: readonly DriftRecord[]; settle: (error?: Error) => void }[]

beforeEach(() => {
  clock = new FakeClock()
  disk = new Map()
  told = []
  saves = []
  const journal = {
    saveDrift: (records: readonly DriftRecord[]) =>
      new Promise<void>((resolve, reject) => {
        const settle = (error?: Error): void => {
          if (error !== undefined) return reject(error)
          for (const record of records) disk.set(record.id, record)
          resolve()
        }
        saves.push({ records, settle })
      }),
  } as unknown as Journal
  const context = {
    name: 'cluster-1',
    clock,
    overrides: [],
    ports: {
      journal,
      keys: { hash64: () => 1n, hash128: (text: string) => text },
      reports: { drift: (records: readonly DriftRecord[]) => void told.push(...records) },
    },
    session: () => ({ resourceOf: () => ({ plural: 'configmaps' }) }),
    assignment: () => assignment,
    content: () => Promise.resolve(undefined),
    emit: () => undefined,
  } as unknown as EngineContext
  book = new DriftBook(context, new AuditIndex('evenkeel'), new Fights())
  member = { key: 'settings', ref, bundle: 'shop', drift: undefined } as unknown as Member
})

/** A difference is seen; it is not stored yet. */
function seen(): Promise<void> {
  const observation = { resourceVersion: '7', uid: 'uid-1', at: clock.now(), watched: true }
  return book.settle(member, { ...observation, findings: [finding] })
}

async function seenAndStored(): Promise<void> {
  const settled = seen()
  await settle(1)
  await settled
}

/** Waits for the save of that number, counted from one, and lets it come through or fail. */
async function settle(count: number, error?: Error): Promise<void> {
  await expect.poll(() => saves.length).toBe(count)
  saves.at(-1)?.settle(error)
}

const onDisk = (): unknown[] => [...disk.values()].map(({ state, writer }) => [state, writer.person])

test.each([
  ['before', true],
  ['after', false],
])(
  'a person who is named just %s a heal is stored, and the difference stays healed',
  async (_when, first) => {
    await seenAndStored()
    const heal = async (): Promise<void> =>
      book.adopt(member, await book.save(book.healed(member, clock.now(), new Set())))
    const both = first ? [book.explain(byAlice), heal()] : [heal(), book.explain(byAlice)]
    await settle(2)
    await Promise.all(both)
    expect(onDisk()).toEqual([['healed', 'alice']])
    expect(told.at(-1)).toMatchObject({ state: 'healed', writer: { person: 'alice' } })
    expect(member.drift).toBeUndefined()
  },
)

test('a person who is named while a heal is being stored is stored after it', async () => {
  await seenAndStored()
  const healing = book.save(book.healed(member, clock.now(), new Set()))
  await expect.poll(() => saves.length).toBe(2)
  const explaining = book.explain(byAlice)
  saves[1]?.settle()
  book.adopt(member, await healing)
  await settle(3)
  await explaining
  expect(onDisk()).toEqual([['healed', 'alice']])
  expect(told.at(-1)).toMatchObject({ state: 'healed', writer: { person: 'alice' } })
  expect(member.drift).toBeUndefined()
})

test('a person whose name could not be stored is stored with the next audit record, whatever that is about', async () => {
  await seenAndStored()
  const explaining = book.explain(byAlice)
  const refused = expect(explaining).rejects.toThrow('no space left')
  await settle(2, new Error('no space left'))
  await refused
  expect(onDisk()).toEqual([['open', undefined]])
  const other = { ...byAlice, id: 'audit-2', target: { ...byAlice.target, name: 'other' } }
  const again = book.explain(other)
  await settle(3)
  await again
  expect(onDisk()).toEqual([['open', 'alice']])
})

test('a program that is named while its difference is still being stored is healed by the rule for programs', async () => {
  const settled = seen()
  await expect.poll(() => saves.length).toBe(1)
  const explaining = book.explain({ ...byAlice, user: 'system:serviceaccount:ci:deployer' })
  await settle(1)
  await settled
  await settle(2)
  expect(await explaining).toEqual([member])
  const [record] = member.drift?.values() ?? []
  expect(record).toMatchObject({ writer: { kind: 'pipeline' }, healAt: new Date(clock.now()).toISOString() })
})
