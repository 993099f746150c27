import {
  hasEnded,
  type Member,
  type Run,
  type RunProgress,
  type RunRecord,
  type RunState,
} from '../../core/rollout/index.ts'
import type { Database } from './database.ts'
import { fromText, runsOf, toText } from './json-text.ts'
import { isAfter, pageOf } from './newest-page.ts'
import { noRow } from './no-row.ts'
import type { Queries, Schema } from './schema.ts'

export interface RunFilter {
  readonly bundle?: string
  /** Only of these. */
  readonly bundles?: readonly string[]
  readonly states?: readonly RunState[]
}

/** The states in which a run still changes. */
const openStates: readonly RunState[] = ['running', 'paused', 'stopped', 'reverting']

/** Runs of rollouts, each cluster's part in a row of its own: a step of a large run writes what changed. */
export class RunTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Saves new and changed runs in one transaction; of `before`, what is the same is not written again. */
  async save(changes: readonly { readonly before?: RunRecord; readonly after: RunRecord }[]): Promise<void> {
    if (changes.length === 0) return
    await this.#database.write(async (queries) => {
      for (const { before, after } of changes) await saveRun(queries, before, after)
    })
  }

  /** Those that still change, and of every bundle the newest, oldest first. */
  async current(): Promise<RunRecord[]> {
    return this.#database.read(async (queries) => {
      const rows = await queries
        .selectFrom('run')
        .selectAll()
        .where((where) =>
          where.or([
            where('state', 'in', openStates),
            where(
              'created_at',
              '=',
              where
                .selectFrom('run as newer')
                .select((query) => query.fn.max('newer.created_at').as('newest'))
                .whereRef('newer.bundle', '=', 'run.bundle'),
            ),
          ]),
        )
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      return await withMembers(queries, rows)
    })
  }

  async get(id: string): Promise<RunRecord | undefined> {
    return this.#database.read(async (queries) => {
      const rows = await queries.selectFrom('run').selectAll().where('id', '=', id).execute()
      return (await withMembers(queries, rows))[0]
    })
  }

  /** Newest first, those after `cursor`. */
  async page(
    filter: RunFilter,
    limit: number,
    cursor?: string,
  ): Promise<{ items: RunRecord[]; total: number; next?: string }> {
    return this.#database.read(async (queries) => {
      let matching = queries.selectFrom('run')
      if (filter.bundle !== undefined) matching = matching.where('bundle', '=', filter.bundle)
      const { bundles } = filter
      if (bundles !== undefined) {
        matching = matching.where(bundles.length === 0 ? noRow : (where) => where('bundle', 'in', bundles))
      }
      if (filter.states !== undefined && filter.states.length > 0) {
        matching = matching.where('state', 'in', filter.states)
      }
      const counted = await matching
        .select((count) => count.fn.countAll<number>().as('total'))
        .executeTakeFirst()
      const rows = await matching
        .where(isAfter('created_at', cursor))
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      const { shown, ...more } = pageOf(rows, limit, (row) => row.created_at)
      return {
        items: await withMembers(queries, shown),
        total: Number(counted?.total ?? 0),
        ...more,
      }
    })
  }

  /** Forgets runs that ended before `before`; of a bundle the newest stays, because it says what is held. */
  async forget(before: string): Promise<void> {
    await this.#database.write(async (queries) => {
      const old = await queries
        .selectFrom('run')
        .select(['id', 'bundle', 'state', 'created_at'])
        .where('updated_at', '<', before)
        .execute()
      for (const { id, bundle, state, created_at } of old) {
        if (!hasEnded(state as RunState)) continue
        const newer = await queries
          .selectFrom('run')
          .select('id')
          .where('bundle', '=', bundle)
          .where('created_at', '>', created_at)
          .executeTakeFirst()
        if (newer === undefined) continue
        await queries.deleteFrom('run_cluster').where('run', '=', id).execute()
        await queries.deleteFrom('run').where('id', '=', id).execute()
      }
    })
  }

  /** The renderings that runs which still change may give, or give back. */
  async variants(): Promise<Set<string>> {
    const rows = await this.#database.read((queries) =>
      queries.selectFrom('run').select('body').where('state', 'in', openStates).execute(),
    )
    const pins = rows.flatMap(({ body }) => Object.values(fromText<Run>(body).pins))
    return new Set(
      pins.flatMap(({ variant, from }) => [variant, ...(from === undefined ? [] : [from.variant])]),
    )
  }
}

type StoredProgress = Omit<RunProgress, 'members'>

async function saveRun(queries: Queries, before: RunRecord | undefined, after: RunRecord): Promise<void> {
  const { run, progress } = after
  const { members, ...rest } = progress
  const { state, updatedAt } = progress
  const changing = { state, updated_at: updatedAt, progress: toText(rest satisfies StoredProgress) }
  if (before === undefined) {
    const { id, bundle, createdAt } = run
    await queries
      .insertInto('run')
      .values({ id, bundle, created_at: createdAt, body: toText(run), ...changing })
      .execute()
  } else {
    await queries.updateTable('run').set(changing).where('id', '=', run.id).execute()
  }
  const rows = Object.entries(members).flatMap(([cluster, member]) =>
    member === before?.progress.members[cluster] ? [] : [{ run: run.id, cluster, body: toText(member) }],
  )
  for (const part of runsOf(rows, 300)) {
    await queries
      .insertInto('run_cluster')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['run', 'cluster']).doUpdateSet((row) => ({ body: row.ref('excluded.body') })),
      )
      .execute()
  }
}

async function withMembers(queries: Queries, rows: readonly Schema['run'][]): Promise<RunRecord[]> {
  if (rows.length === 0) return []
  const members = new Map<string, Record<string, Member>>()
  for (const part of runsOf(rows, 500)) {
    const found = await queries
      .selectFrom('run_cluster')
      .selectAll()
      .where(
        'run',
        'in',
        part.map(({ id }) => id),
      )
      .orderBy('cluster')
      .execute()
    for (const { run, cluster, body } of found) {
      const known = members.get(run) ?? {}
      known[cluster] = fromText<Member>(body)
      members.set(run, known)
    }
  }
  return rows.map(({ id, body, progress }) => ({
    run: fromText<Run>(body),
    progress: { ...fromText<StoredProgress>(progress), members: members.get(id) ?? {} },
  }))
}
