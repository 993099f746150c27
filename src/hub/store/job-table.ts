import {
  type Job,
  jobIsOver,
  type JobRecord,
  type JobRow,
  jobStates,
  targetsOf,
} from '../../core/job/index.ts'
import type { Database } from './database.ts'
import { fromText, runsOf, toText } from './json-text.ts'
import type { Queries } from './schema.ts'

/** Long work on many clusters: each cluster's part is a row of its own, so that a step of it writes one row. */
export class JobTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Saves a new job with its rows. */
  async begin({ job, rows }: JobRecord): Promise<void> {
    await this.#database.write(async (queries) => {
      await queries
        .insertInto('job')
        .values({ id: job.id, created_at: job.createdAt, ...changing(job) })
        .execute()
      await saveRows(queries, job.id, rows)
      const targets = targetsOf(rows).map(({ cluster, bundle, namespace }) => ({
        job: job.id,
        cluster,
        bundle: bundle ?? null,
        namespace: namespace ?? null,
      }))
      for (const run of runsOf(targets, 200)) await queries.insertInto('job_target').values(run).execute()
    })
  }

  /** Saves what changed of a job: itself, and those rows. */
  async save(job: Job, rows: readonly JobRow[]): Promise<void> {
    await this.#database.write(async (queries) => {
      await queries.updateTable('job').set(changing(job)).where('id', '=', job.id).execute()
      await saveRows(queries, job.id, rows)
    })
  }

  /** Saves one row that changed. */
  async saveRow(job: string, row: JobRow): Promise<void> {
    await this.#database.write((queries) => saveRows(queries, job, [row]))
  }

  async get(id: string): Promise<JobRecord | undefined> {
    return this.#database.read(async (queries) => {
      const found = await queries.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst()
      if (found === undefined) return undefined
      const rows = await queries
        .selectFrom('job_row')
        .select('body')
        .where('job', '=', id)
        .orderBy('cluster')
        .execute()
      return { job: fromText<Job>(found.body), rows: rows.map(({ body }) => fromText<JobRow>(body)) }
    })
  }

  /** Those that no end was recorded of, oldest first. */
  async open(): Promise<JobRecord[]> {
    const under = jobStates.filter((state) => !jobIsOver({ state }))
    const found = await this.#database.read((queries) =>
      queries.selectFrom('job').select('id').where('state', 'in', under).orderBy('created_at').execute(),
    )
    const records = await Promise.all(found.map(({ id }) => this.get(id)))
    return records.filter((record) => record !== undefined)
  }

  /** Newest first, `limit` of those that came before `before`, which is a job's time and id. */
  async newest(
    limit: number,
    before?: { readonly createdAt: string; readonly id: string },
  ): Promise<JobRecord[]> {
    const found = await this.#database.read((queries) => {
      let jobs = queries.selectFrom('job').select('id')
      if (before !== undefined) {
        jobs = jobs.where((where) =>
          where.or([
            where('created_at', '<', before.createdAt),
            where.and([where('created_at', '=', before.createdAt), where('id', '>', before.id)]),
          ]),
        )
      }
      return jobs.orderBy('created_at', 'desc').orderBy('id').limit(limit).execute()
    })
    const records = await Promise.all(found.map(({ id }) => this.get(id)))
    return records.filter((record) => record !== undefined)
  }

  /** Forgets jobs that ended before `before`, and beyond the newest `most`. */
  async forget(before: string, most: number): Promise<void> {
    await this.#database.write(async (queries) => {
      const kept = queries
        .selectFrom('job')
        .select('id')
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(most)
      const old = await queries
        .selectFrom('job')
        .select('id')
        .where('ended_at', 'is not', null)
        .where((where) => where.or([where('ended_at', '<', before), where('id', 'not in', kept)]))
        .execute()
      for (const { id } of old) {
        await queries.deleteFrom('job_row').where('job', '=', id).execute()
        await queries.deleteFrom('job_target').where('job', '=', id).execute()
        await queries.deleteFrom('job').where('id', '=', id).execute()
      }
    })
  }
}

function changing(job: Job) {
  return { state: job.state, ended_at: job.endedAt ?? null, body: toText(job) }
}

async function saveRows(queries: Queries, job: string, rows: readonly JobRow[]): Promise<void> {
  for (const part of runsOf(rows, 300)) {
    await queries
      .insertInto('job_row')
      .values(part.map((row) => ({ job, cluster: row.cluster, body: toText(row) })))
      .onConflict((conflict) =>
        conflict.columns(['job', 'cluster']).doUpdateSet((row) => ({ body: row.ref('excluded.body') })),
      )
      .execute()
  }
}
