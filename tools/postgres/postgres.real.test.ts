import { expect, test } from 'vitest'
import { Client } from 'pg'
import { startPostgres } from './index.ts'

test('a PostgreSQL server starts, holds separate databases and is gone after stop', async () => {
  const postgres = await startPostgres()
  const url = await postgres.createDatabase('one')
  const client = new Client({ connectionString: url })
  await client.connect()
  const answer = await client.query<{ name: string }>('select current_database() as name')
  expect(answer.rows).toEqual([{ name: 'one' }])
  await client.end()
  await postgres.stop()
  const late = new Client({ connectionString: url })
  await expect(late.connect()).rejects.toThrow('ECONNREFUSED')
})
