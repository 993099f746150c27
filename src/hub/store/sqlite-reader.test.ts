import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../runtime/index.ts'
import type { Database } from './database.ts'
import { openEmbedded } from './embedded.ts'

let folder: string
let database: Database
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-reader-'))
  database = await openEmbedded({ folder, clock: systemClock })
})
afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

/** Counts so far that a thread has something to do. */
const longQuestion = sql<{ last: number }>`
  with recursive counted(n) as (select 1 union all select n + 1 from counted where n < 2000000)
  select max(n) as last from counted`

test('a question that is read apart keeps nothing else waiting', async () => {
  const answers: string[] = []
  const long = database
    .readApart((queries) => longQuestion.execute(queries))
    .then(({ rows }) => {
      answers.push('long')
      return rows
    })
  await database.read((queries) => sql`select 1`.execute(queries)).then(() => answers.push('short'))
  expect(await long).toEqual([{ last: 2_000_000 }])
  expect(answers).toEqual(['short', 'long'])
})

test('what was written before is seen, and nothing can be written', async () => {
  await database.write((queries) =>
    queries.insertInto('search_cluster').values({ number: 7, cluster: 'a' }).execute(),
  )
  const seen = await database.readApart((queries) =>
    queries.selectFrom('search_cluster').selectAll().execute(),
  )
  expect(seen).toEqual([{ number: 7, cluster: 'a' }])
  await expect(
    database.readApart((queries) => queries.deleteFrom('search_cluster').execute()),
  ).rejects.toThrow('readonly')
})
