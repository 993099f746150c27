import type { Insertable } from 'kysely'
import { type KubeObject, refOfKey } from '../../core/object/index.ts'
import { readBinding } from '../../core/rbac/index.ts'
import type { RecordedChange, RecordedKindState } from '../../spoke/index.ts'
import { runsOf, toText } from './json-text.ts'
import { RecordedHistory, tellsMore } from './recorded-history.ts'
import { type QuotaNews, saveQuotas } from './save-quotas.ts'
import type { Queries, Schema } from './schema.ts'

/** What an engine told about the recorded objects of its cluster. */
export type RecordedNews = { readonly cluster: string } & (
  | { readonly change: RecordedChange }
  | { readonly kind: RecordedKindState }
)

type Row = Insertable<Schema['recorded_object']>

/** Rows that one statement takes. */
const rowsAtOnce = 100

/** Takes the news over in their order. What stands as it is told is not written. */
export async function saveRecorded(queries: Queries, news: readonly RecordedNews[]): Promise<void> {
  const rows = await knownRows(queries, news)
  const history = new RecordedHistory(queries)
  const touched = new Map<string, { readonly cluster: string; readonly object_key: string }>()
  const quotas = new Map<string, QuotaNews>()
  for (const one of news) {
    if (!('change' in one)) continue
    const { cluster, change } = one
    const place = { cluster, object_key: change.key }
    const name = nameOf(place)
    const before = rows.get(name)
    const row = rowOf(cluster, change)
    if (row === undefined) rows.delete(name)
    else rows.set(name, await moved(history, row, change, before))
    if (row === undefined) await gone(history, place, change, before)
    touched.set(name, place)
    quotas.delete(name)
    const uses = change.now?.quota
    if (uses !== undefined) quotas.set(name, { cluster, key: change.key, at: change.at, uses })
  }
  await saveContents(queries, news)
  const standing = [...touched].flatMap(([name]) => rows.get(name) ?? [])
  await putObjects(queries, standing)
  await dropObjects(
    queries,
    [...touched].flatMap(([name, place]) => (rows.has(name) ? [] : [place])),
  )
  await saveQuotas(queries, [...quotas.values()])
  await history.save()
  for (const one of news) if ('kind' in one) await saveKind(queries, one.cluster, one.kind)
}

/** The row as it is to stand, with its change noted where it is one. */
async function moved(
  history: RecordedHistory,
  row: Row,
  { at, isChange }: RecordedChange,
  before: Row | undefined,
): Promise<Row> {
  if (before === undefined || before.hash !== row.hash || before.uid !== row.uid) {
    if (isChange) await history.add(row, { at, from: before?.hash, to: row.hash, writer: row.writer })
    return row
  }
  if (before.resource_version !== row.resource_version) {
    // Another version of the same content: a status was written, or a field that is not recorded.
    return { ...row, writer: before.writer, seen_at: before.seen_at }
  }
  // The same write: only its writer can be better known by now.
  if (!tellsMore(row.writer, before.writer)) return before
  await history.rename(row, row.hash, row.writer)
  return row
}

async function gone(
  history: RecordedHistory,
  place: Pick<Row, 'cluster' | 'object_key'>,
  { at, writer }: RecordedChange,
  before: Row | undefined,
): Promise<void> {
  if (before === undefined) await history.rename(place, undefined, toText(writer))
  else await history.add(place, { at, from: before.hash, to: undefined, writer: toText(writer) })
}

async function putObjects(queries: Queries, rows: readonly Row[]): Promise<void> {
  for (const run of runsOf(rows, rowsAtOnce)) {
    await queries
      .insertInto('recorded_object')
      .values(run)
      .onConflict((conflict) =>
        conflict.columns(['cluster', 'object_key']).doUpdateSet((row) => ({
          hash: row.ref('excluded.hash'),
          role: row.ref('excluded.role'),
          resource_version: row.ref('excluded.resource_version'),
          uid: row.ref('excluded.uid'),
          seen_at: row.ref('excluded.seen_at'),
          writer: row.ref('excluded.writer'),
        })),
      )
      .execute()
  }
}

async function dropObjects(
  queries: Queries,
  places: readonly Pick<Row, 'cluster' | 'object_key'>[],
): Promise<void> {
  for (const { cluster, object_key } of places) {
    for (const table of ['recorded_object', 'quota', 'quota_sample'] as const) {
      await queries
        .deleteFrom(table)
        .where('cluster', '=', cluster)
        .where('object_key', '=', object_key)
        .execute()
    }
  }
}

/** Stores the contents among the news that are not stored yet. */
async function saveContents(queries: Queries, news: readonly RecordedNews[]): Promise<void> {
  const contents = new Map<string, KubeObject>()
  for (const one of news) {
    const now = 'change' in one ? one.change.now : undefined
    if (now !== undefined) contents.set(now.hash, now.content)
  }
  for (const run of runsOf([...contents.keys()], 500)) {
    const held = await queries
      .selectFrom('recorded_content')
      .select('hash')
      .where('hash', 'in', run)
      .execute()
    for (const { hash } of held) contents.delete(hash)
  }
  for (const run of runsOf([...contents], rowsAtOnce)) {
    await queries
      .insertInto('recorded_content')
      .values(run.map(([hash, content]) => ({ hash, kind: content.kind, body: toText(content) })))
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .execute()
  }
}

async function saveKind(
  queries: Queries,
  cluster: string,
  { group, kind, state, reason, at }: RecordedKindState,
): Promise<void> {
  const looked = state === 'complete' ? 1 : 0
  await queries
    .insertInto('recorded_kind')
    .values({ cluster, api_group: group, kind, state, reason: reason ?? null, looked, at })
    .onConflict((conflict) =>
      conflict.columns(['cluster', 'api_group', 'kind']).doUpdateSet((row) => ({
        state: row.ref('excluded.state'),
        reason: row.ref('excluded.reason'),
        // Once is enough.
        ...(looked === 1 ? { looked } : {}),
        at: row.ref('excluded.at'),
      })),
    )
    .execute()
}

function rowOf(cluster: string, { key, now, at, writer }: RecordedChange): Row | undefined {
  if (now === undefined) return undefined
  const { hash, content, resourceVersion, uid } = now
  const { group, kind, namespace, name } = refOfKey(key)
  const role = readBinding(content)?.role
  return {
    cluster,
    object_key: key,
    api_group: group,
    kind,
    namespace,
    name,
    hash,
    role: role === undefined ? null : `${role.kind}/${role.name}`,
    resource_version: resourceVersion,
    uid,
    seen_at: at,
    writer: toText(writer),
  }
}

async function knownRows(queries: Queries, news: readonly RecordedNews[]): Promise<Map<string, Row>> {
  const keys = new Map<string, Set<string>>()
  for (const one of news) {
    if (!('change' in one)) continue
    const ofCluster = keys.get(one.cluster) ?? new Set()
    keys.set(one.cluster, ofCluster.add(one.change.key))
  }
  const known = new Map<string, Row>()
  for (const [cluster, wanted] of keys) {
    for (const run of runsOf([...wanted], 500)) {
      const rows = await queries
        .selectFrom('recorded_object')
        .selectAll()
        .where('cluster', '=', cluster)
        .where('object_key', 'in', run)
        .execute()
      for (const row of rows) known.set(nameOf(row), row)
    }
  }
  return known
}

const nameOf = ({ cluster, object_key }: Pick<Row, 'cluster' | 'object_key'>): string =>
  `${cluster} ${object_key}`
