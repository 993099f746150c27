import { type Expression, type ExpressionBuilder, type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Limit } from '../../core/access/index.ts'
import { noRow } from './no-row.ts'
import type { Schema } from './schema.ts'

type Placed = 'drift' | 'plan' | 'inventory'

/** The condition of rows that lie within any of the limits; none lies within an empty list. */
export function withinAny(limits: readonly Limit[], namespaceColumn: 'namespace' | undefined) {
  return (where: ExpressionBuilder<Schema, Placed>): Expression<SqlBool> => {
    if (limits.length === 0) return noRow
    const among = (column: string, names: ReadonlySet<string> | undefined): Expression<SqlBool>[] => {
      if (names === undefined) return []
      return [names.size === 0 ? noRow : where(sql.ref<string>(column), 'in', [...names])]
    }
    return where.or(
      limits.map((limit) =>
        where.and([
          ...among('cluster', limit.clusters),
          ...among('bundle', limit.bundles),
          ...(namespaceColumn === undefined ? [] : among(namespaceColumn, limit.namespaces)),
        ]),
      ),
    )
  }
}

/** The condition of recorded rows within any of the limits. A bundle's are those that it holds. */
export function recordedWithin(
  table: 'recorded_object' | 'quota',
  limits: readonly Limit[],
): RawBuilder<SqlBool> {
  const column = (name: string): RawBuilder<string> => sql.ref<string>(`${table}.${name}`)
  const among = (of: RawBuilder<string>, names: ReadonlySet<string> | undefined): RawBuilder<SqlBool>[] =>
    names === undefined ? [] : [names.size === 0 ? noRow : sql<SqlBool>`${of} in (${sql.join([...names])})`]
  const held = (bundles: ReadonlySet<string> | undefined): RawBuilder<SqlBool>[] =>
    bundles === undefined || bundles.size === 0
      ? among(column('cluster'), bundles)
      : [
          sql<SqlBool>`exists (select 1 from receipt as held where held.cluster = ${column('cluster')}
            and held.object_key = ${column('object_key')} and held.bundle in (${sql.join([...bundles])}))`,
        ]
  const each = limits.map(({ clusters, bundles, namespaces }) => {
    const parts = [
      ...among(column('cluster'), clusters),
      ...among(column('namespace'), namespaces),
      ...held(bundles),
    ]
    return parts.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${sql.join(parts, sql` and `)})`
  })
  return each.length === 0 ? noRow : sql<SqlBool>`(${sql.join(each, sql` or `)})`
}

/**
 * The condition of events that somebody hears of whose reach is limited: those of a cluster or bundle within a limit, and
 * those of a job of which any part is. An event names its object by a key whose third part is the namespace
 * (`core/object`).
 */
export function heardWithin(limits: readonly Limit[]) {
  return (where: ExpressionBuilder<Schema, 'event'>): Expression<SqlBool> => {
    if (limits.length === 0) return noRow
    const ofJob = where.exists(
      where
        .selectFrom('job_target')
        .select('job_target.job')
        .whereRef('job_target.job', '=', 'event.job')
        .where((target) => target.or(limits.map((limit) => target.and(ofTarget(target, limit))))),
    )
    return where.or([
      where.and([where('job', 'is not', null), ofJob]),
      where.and([
        where('job', 'is', null),
        where.or(limits.map((limit) => where.and(ofPlace(where, limit)))),
      ]),
    ])
  }
}

/** What a job is about lies within a limit where each of its names does; what it does not name is a whole, of which a part is enough. */
function ofTarget(
  where: ExpressionBuilder<Schema, 'job_target'>,
  { clusters, bundles, namespaces }: Limit,
): Expression<SqlBool>[] {
  const among = (column: 'cluster' | 'bundle' | 'namespace', names: ReadonlySet<string> | undefined) => {
    if (names === undefined) return []
    const named = names.size === 0 ? noRow : where(`job_target.${column}`, 'in', [...names])
    return [where.or([where(`job_target.${column}`, 'is', null), named])]
  }
  return [...among('cluster', clusters), ...among('bundle', bundles), ...among('namespace', namespaces)]
}

function ofPlace(
  where: ExpressionBuilder<Schema, 'event'>,
  { clusters, bundles, namespaces }: Limit,
): Expression<SqlBool>[] {
  const parts: Expression<SqlBool>[] = []
  if (clusters === undefined)
    parts.push(where.or([where('cluster', 'is not', null), where('bundle', 'is not', null)]))
  else parts.push(clusters.size === 0 ? noRow : where('cluster', 'in', [...clusters]))
  if (bundles !== undefined) {
    const named = bundles.size === 0 ? noRow : where('bundle', 'in', [...bundles])
    parts.push(where.or([where('bundle', 'is', null), named]))
  }
  if (namespaces !== undefined) {
    const named = [...namespaces].map((name) => where('object_key', 'like', `%/%/${name}/%`))
    parts.push(where.or([where('object_key', 'is', null), ...named]))
  }
  return parts
}
