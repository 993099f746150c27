import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { runsOf } from './json-text.ts'
import { queriesOver } from './sqlite-connection.ts'

test('a statement stays prepared for its next use, unless it is a long one', async () => {
  const connection = new DatabaseSync(':memory:')
  onTestFinished(() => connection.close())
  connection.exec('create table row (name text)')
  const prepared: string[] = []
  const prepare = connection.prepare.bind(connection)
  connection.prepare = (text) => {
    prepared.push(text)
    return prepare(text)
  }
  const queries = queriesOver(connection)
  const insert = async (rows: number): Promise<void> => {
    const values = Array.from({ length: rows }, (_, i) => sql`(${`name ${i}`})`)
    await sql`insert into row (name) values ${sql.join(values)}`.execute(queries)
  }
  for (const rows of [1, 1, 1_500, 1_500]) await insert(rows)
  expect(prepared.map((text) => text.split('?').length - 1)).toEqual([1, 1_500, 1_500])
  expect(connection.prepare('select count(*) as count from row').get()).toEqual({ count: 3_002 })
})

test('any number of rows is written by statements of few lengths, each row once and in its order', () => {
  const lengths = new Set<number>()
  for (let count = 0; count < 300; count += 1) {
    const rows = Array.from({ length: count }, (_, i) => i)
    const runs = runsOf(rows, 200)
    for (const { length } of runs) lengths.add(length)
    expect(runs.flat()).toEqual(rows)
  }
  expect([...lengths].toSorted((one, two) => one - two)).toEqual([1, 2, 4, 8, 16, 32])
  expect(runsOf([1, 2, 3, 4, 5, 6, 7], 5).map(({ length }) => length)).toEqual([4, 2, 1])
})
