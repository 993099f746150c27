import { Redacted } from '../../runtime/index.ts'
import { type Postgres, startPostgres } from '../../../tools/postgres/index.ts'
import { describeStore } from './store.conformance.ts'

let postgres: Postgres | undefined
let databases = 0

describeStore('PostgreSQL', {
  async start() {
    postgres = await startPostgres()
  },
  async fresh() {
    databases += 1
    const url = await postgres?.createDatabase(`store_${databases}`)
    return { kind: 'postgres', url: new Redacted(url ?? '') }
  },
  async stop() {
    await postgres?.stop()
  },
})
