import { type Expression, type ExpressionBuilder, sql, type SqlBool } from 'kysely'
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

/**
 * The condition of events that somebody hears of whose reach is limited: those of a cluster or bundle within a limit. An
 * event names its object by a key whose third part is the namespace (`core/object`).
 */
export function heardWithin(limits: readonly Limit[]) {
  return (where: ExpressionBuilder<Schema, 'event'>): Expression<SqlBool> => {
    if (limits.length === 0) return noRow
    return where.or(
      limits.map(({ clusters, bundles, namespaces }) => {
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
        return where.and(parts)
      }),
    )
  }
}
