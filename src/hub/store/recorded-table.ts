import { sql } from 'kysely'
import type { Limit } from '../../core/access/index.ts'
import type { Attribution } from '../../core/attribution/index.ts'
import { type KubeObject, refOfKey } from '../../core/object/index.ts'
import type { KnownRecords, RecordedKindState } from '../../spoke/index.ts'
import type { Database } from './database.ts'
import { fromText, runsOf } from './json-text.ts'
import { type RecordedNews, saveRecorded } from './save-recorded.ts'
import type { Queries } from './schema.ts'
import { recordedWithin } from './within.ts'

/** Which recorded objects; an absent part does not restrict. */
export interface RecordedFilter {
  readonly clusters?: readonly string[] | undefined
  readonly kinds?: readonly string[] | undefined
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly within?: readonly Limit[] | undefined
}

/** How a recorded kind of a cluster stands. */
export interface KnownKind extends RecordedKindState {
  /** True when all of its objects were recorded once: what is stored is of then. */
  readonly looked: boolean
}

/** One recorded object of one cluster. */
export interface RecordedRow {
  readonly cluster: string
  readonly key: string
  readonly hash: string
  /** When this content was first seen. */
  readonly seenAt: string
  readonly writer: Attribution
  /** The bundle that holds it; undefined where none does. */
  readonly bundle: string | undefined
}

/** Where objects with one key and content stand. */
interface RecordedPlaces {
  readonly clusters: readonly string[]
  readonly key: string
  readonly hash: string
}

/** A binding that is the same on some clusters. */
interface RecordedBinding extends RecordedPlaces {
  /** `ClusterRole/view`. */
  readonly role: string
  readonly bundle: string | undefined
}

/** One change of one object: what it became. */
export interface RecordedVersion {
  readonly at: string
  /** Undefined where it was not there before. */
  readonly from: KubeObject | undefined
  /** Undefined where it went. */
  readonly to: KubeObject | undefined
  readonly writer: Attribution
}

/** Quotas, roles and bindings of all clusters in full. Equal contents are stored once. */
export class RecordedTable {
  readonly #database: Database
  #version = 0

  constructor(database: Database) {
    this.#database = database
  }

  /** Rises with everything that this process saves but quotas, which change all the time. Another replica may save too. */
  get version(): number {
    return this.#version
  }

  /** Takes the news over in their order, as one transaction. */
  async save(news: readonly RecordedNews[]): Promise<void> {
    await this.#database.write((queries) => saveRecorded(queries, news))
    if (news.some((one) => 'change' in one && refOfKey(one.change.key).kind !== 'ResourceQuota')) {
      this.#version += 1
    }
  }

  /** What is recorded of a cluster so far. */
  async known(cluster: string): Promise<KnownRecords> {
    return this.#database.readApart(async (queries) => {
      const rows = await queries
        .selectFrom('recorded_object')
        .select(['object_key', 'resource_version'])
        .where('cluster', '=', cluster)
        .execute()
      const kinds = await queries
        .selectFrom('recorded_kind')
        .select(['api_group', 'kind'])
        .where('cluster', '=', cluster)
        .where('looked', '=', 1)
        .execute()
      return {
        versions: new Map(rows.map((row) => [row.object_key, row.resource_version])),
        kinds: new Set(kinds.map((row) => `${row.api_group}/${row.kind}`)),
      }
    })
  }

  /** Of which kinds all objects are recorded, by cluster. */
  async kinds(kinds: readonly string[]): Promise<Map<string, KnownKind[]>> {
    const rows = await this.#database.readApart((queries) =>
      queries.selectFrom('recorded_kind').selectAll().where('kind', 'in', kinds).execute(),
    )
    const found = new Map<string, KnownKind[]>()
    for (const { cluster, api_group, kind, state, reason, looked, at } of rows) {
      const told: KnownKind = {
        group: api_group,
        kind,
        state: state as RecordedKindState['state'],
        at,
        looked: looked === 1,
        ...(reason === null ? {} : { reason }),
      }
      found.set(cluster, [...(found.get(cluster) ?? []), told])
    }
    return found
  }

  /** The hashes of all contents of some kinds, of whichever cluster. */
  async hashes(kinds: readonly string[]): Promise<string[]> {
    const rows = await this.#database.readApart((queries) =>
      queries.selectFrom('recorded_content').select('hash').where('kind', 'in', kinds).execute(),
    )
    return rows.map(({ hash }) => hash)
  }

  /** Contents by their hashes. */
  async contents(hashes: readonly string[]): Promise<Map<string, KubeObject>> {
    const found = new Map<string, KubeObject>()
    for (const run of runsOf([...new Set(hashes)], 500)) {
      const rows = await this.#database.readApart((queries) =>
        queries.selectFrom('recorded_content').select(['hash', 'body']).where('hash', 'in', run).execute(),
      )
      for (const { hash, body } of rows) found.set(hash, fromText<KubeObject>(body))
    }
    return found
  }

  /** Where objects with these contents stand, by key and content. */
  async placesOf(
    hashes: readonly string[],
    clusters: readonly string[] | undefined,
  ): Promise<RecordedPlaces[]> {
    const found: RecordedPlaces[] = []
    for (const run of runsOf(hashes, 500)) {
      const rows = await this.#database.readApart((queries) => {
        const all = queries
          .selectFrom('recorded_object')
          .select([this.#joined('recorded_object.cluster'), 'object_key as key', 'hash'])
          .where('hash', 'in', run)
          .groupBy(['object_key', 'hash'])
        return (clusters === undefined ? all : all.where('cluster', 'in', clusters)).execute()
      })
      for (const { names, ...row } of rows) found.push({ ...row, clusters: names.split(',') })
    }
    return found
  }

  /** The bindings that give any of some roles, in `namespace` or outside of namespaces; in all of them without it. */
  async bindingsTo(
    roles: readonly string[],
    { clusters, namespace }: Pick<RecordedFilter, 'clusters' | 'namespace'>,
  ): Promise<RecordedBinding[]> {
    const found: RecordedBinding[] = []
    for (const run of runsOf(roles, 500)) {
      const rows = await this.#database.readApart((queries) => {
        let all = withBundle(queries)
          .select(['recorded_object.object_key as key', 'hash', 'role', 'receipt.bundle'])
          .select(this.#joined('recorded_object.cluster'))
          .where('role', 'in', run)
          .groupBy(['recorded_object.object_key', 'hash', 'role', 'receipt.bundle'])
        if (clusters !== undefined) all = all.where('recorded_object.cluster', 'in', clusters)
        if (namespace !== undefined) all = all.where('namespace', 'in', ['', namespace])
        return all.execute()
      })
      for (const { names, role, bundle, ...row } of rows) {
        found.push({ ...row, clusters: names.split(','), role: role ?? '', bundle: bundle ?? undefined })
      }
    }
    return found
  }

  /** Recorded objects by cluster and key, `limit` of those after `cursor`. */
  async page(
    filter: RecordedFilter,
    limit: number,
    cursor?: string,
  ): Promise<{ items: RecordedRow[]; next?: string }> {
    if (filter.clusters?.length === 0) return { items: [] }
    const [cluster = '', key = ''] = cursor === undefined ? [] : cursor.split('|')
    const rows = await this.#database.readApart((queries) => {
      let all = withBundle(queries).select([
        'recorded_object.cluster',
        'recorded_object.object_key as key',
        'recorded_object.hash',
        'receipt.bundle',
        'recorded_object.seen_at',
        'recorded_object.writer',
      ])
      if (filter.clusters !== undefined) all = all.where('recorded_object.cluster', 'in', filter.clusters)
      if (filter.kinds !== undefined) all = all.where('recorded_object.kind', 'in', filter.kinds)
      if (filter.namespace !== undefined) all = all.where('recorded_object.namespace', '=', filter.namespace)
      if (filter.name !== undefined) all = all.where('recorded_object.name', '=', filter.name)
      if (filter.within !== undefined) all = all.where(recordedWithin('recorded_object', filter.within))
      return all
        .where((where) =>
          where.or([
            where('recorded_object.cluster', '>', cluster),
            where.and([
              where('recorded_object.cluster', '=', cluster),
              where('recorded_object.object_key', '>', key),
            ]),
          ]),
        )
        .orderBy('recorded_object.cluster')
        .orderBy('recorded_object.object_key')
        .limit(limit + 1)
        .execute()
    })
    const items = rows.slice(0, limit).map((row) => ({
      cluster: row.cluster,
      key: row.key,
      hash: row.hash,
      seenAt: row.seen_at,
      writer: fromText<Attribution>(row.writer),
      bundle: row.bundle ?? undefined,
    }))
    const last = items.at(-1)
    return {
      items,
      ...(rows.length > limit && last !== undefined ? { next: `${last.cluster}|${last.key}` } : {}),
    }
  }

  /** What became of one object, the newest change first. */
  async changes(cluster: string, key: string, limit: number): Promise<RecordedVersion[]> {
    const rows = await this.#database.readApart((queries) =>
      queries
        .selectFrom('recorded_change')
        .select(['at', 'from_hash', 'to_hash', 'writer'])
        .where('cluster', '=', cluster)
        .where('object_key', '=', key)
        .orderBy('number', 'desc')
        .limit(limit)
        .execute(),
    )
    const bodies = await this.contents(
      rows.flatMap(({ from_hash, to_hash }) => [from_hash ?? [], to_hash ?? []].flat()),
    )
    return rows.map(({ at, from_hash, to_hash, writer }) => ({
      at,
      from: from_hash === null ? undefined : bodies.get(from_hash),
      to: to_hash === null ? undefined : bodies.get(to_hash),
      writer: fromText<Attribution>(writer),
    }))
  }

  /** The names of the clusters of a group, as `names`: none has a comma. */
  #joined(column: string) {
    const name = sql.ref(column)
    const joined =
      this.#database.dialect === 'postgres'
        ? sql<string>`string_agg(${name}, ',')`
        : sql<string>`group_concat(${name}, ',')`
    return joined.as('names')
  }

  /** Forgets changes before `before`, clusters that had left the fleet by then, and contents that nothing has any more. */
  async forget(before: string): Promise<void> {
    await this.#database.write(async (queries) => {
      await queries.deleteFrom('recorded_change').where('at', '<', before).execute()
      for (const table of ['recorded_object', 'recorded_kind', 'quota', 'quota_sample'] as const) {
        await queries
          .deleteFrom(table)
          .where('cluster', 'in', (of) =>
            of.selectFrom('cluster_state').select('cluster').where('detached_at', '<', before),
          )
          .execute()
      }
      await queries
        .deleteFrom('recorded_content')
        .where('hash', 'not in', (of) => of.selectFrom('recorded_object').select('hash'))
        .where('hash', 'not in', (of) =>
          of
            .selectFrom('recorded_change')
            .select('from_hash')
            .where('from_hash', 'is not', null)
            .$castTo<{ from_hash: string }>(),
        )
        .where('hash', 'not in', (of) =>
          of
            .selectFrom('recorded_change')
            .select('to_hash')
            .where('to_hash', 'is not', null)
            .$castTo<{ to_hash: string }>(),
        )
        .execute()
    })
  }
}

/** Objects with the bundle that holds each: a receipt says so. */
function withBundle(queries: Queries) {
  return queries
    .selectFrom('recorded_object')
    .leftJoin('receipt', (join) =>
      join
        .onRef('receipt.cluster', '=', 'recorded_object.cluster')
        .onRef('receipt.object_key', '=', 'recorded_object.object_key'),
    )
}
