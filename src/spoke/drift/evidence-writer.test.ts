import { expect, test } from 'vitest'
import type { DriftRecord } from '../../core/ledger/index.ts'
import type { Journal } from '../ports.ts'
import { EvidenceWriter } from './evidence-writer.ts'

function record(id: string, state: DriftRecord['state'] = 'open'): DriftRecord {
  return { id, state } as DriftRecord
}

/** A journal that keeps what it was asked to save, and saves when it is told to. */
function slowJournal() {
  const saves: { ids: string[]; settle: (error?: Error) => void }[] = []
  const journal = {
    saveDrift: (records: readonly DriftRecord[]) =>
      new Promise<void>((resolve, reject) => {
        const ids = records.map(({ id, state }) => `${id} ${state}`)
        saves.push({ ids, settle: (error) => (error === undefined ? resolve() : reject(error)) })
      }),
  } as unknown as Journal
  const asked = async (count: number): Promise<void> => {
    await expect.poll(() => saves.length).toBe(count)
  }
  return { saves, journal, asked }
}

test('what is asked while a save runs shares the next one, which resolves only when it is durable', async () => {
  const { saves, journal, asked } = slowJournal()
  const writer = new EvidenceWriter(() => journal)
  const first = Promise.all([writer.save([record('a')]), writer.save([record('b')])])
  await asked(1)
  let durable = false
  const second = writer.save([record('c')]).then(() => (durable = true))
  const third = writer.save([record('c', 'gone'), record('d')])
  saves[0]?.settle()
  await first
  await asked(2)
  expect(durable).toBe(false)
  saves[1]?.settle()
  await Promise.all([second, third])
  expect(saves.map(({ ids }) => ids)).toEqual([
    ['a open', 'b open'],
    ['c gone', 'd open'],
  ])
})

test('a save that fails is told to those who share it, and later ones are saved all the same', async () => {
  const { saves, journal, asked } = slowJournal()
  const writer = new EvidenceWriter(() => journal)
  const lost = writer.save([record('a')])
  await asked(1)
  const kept = writer.save([record('b')])
  saves[0]?.settle(new Error('the disk is full'))
  await expect(lost).rejects.toThrow('the disk is full')
  await asked(2)
  saves[1]?.settle()
  await kept
})
