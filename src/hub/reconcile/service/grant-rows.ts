import type { AccessGrant } from '../../../api/index.ts'
import { refOfKey } from '../../../core/object/index.ts'
import { type Subject, subjectOrder } from '../../../core/rbac/index.ts'
import type { PlacedGrant } from './access-book.ts'

const mostNames = 20

interface Row {
  readonly subject: Subject
  readonly grant: Pick<PlacedGrant, 'key' | 'binding'>
  /** The bundle that holds the binding on each cluster. */
  readonly clusters: Map<string, string | undefined>
}

/** Grants with what is the same on several clusters in one row. */
export class GrantRows {
  readonly #environmentOf: ReadonlyMap<string, string>
  readonly #rows = new Map<string, Row>()

  constructor(environmentOf: ReadonlyMap<string, string>) {
    this.#environmentOf = environmentOf
  }

  add(subject: Subject, grant: PlacedGrant, clusters = grant.clusters): void {
    const { kind, name } = grant.binding.role
    const place = `${subjectOrder(subject)} ${grant.key} ${kind}/${name}`
    const row = this.#rows.get(place) ?? { subject, grant, clusters: new Map() }
    for (const cluster of clusters) row.clusters.set(cluster, grant.bundle)
    this.#rows.set(place, row)
  }

  /** `limit` rows after `cursor`. `drifted` names bindings that differ from Git as `cluster key`. */
  page(
    drifted: ReadonlySet<string>,
    limit: number,
    cursor = '',
  ): { items: AccessGrant[]; total: number; next?: string } {
    const places = [...this.#rows.keys()].toSorted()
    const rest = places.filter((place) => place > cursor)
    const shown = rest.slice(0, limit)
    const last = shown.at(-1)
    return {
      items: shown.flatMap((place) => {
        const row = this.#rows.get(place)
        return row === undefined ? [] : [this.#view(row, drifted)]
      }),
      total: places.length,
      ...(rest.length > limit && last !== undefined ? { next: last } : {}),
    }
  }

  #view({ subject, grant, clusters }: Row, drifted: ReadonlySet<string>): AccessGrant {
    const environments = new Map<string, number>()
    const declared = new Map<string | undefined, { clusters: number; drifted: number }>()
    for (const [cluster, bundle] of clusters) {
      const environment = this.#environmentOf.get(cluster) ?? ''
      environments.set(environment, (environments.get(environment) ?? 0) + 1)
      const count = declared.get(bundle) ?? { clusters: 0, drifted: 0 }
      count.clusters += 1
      if (drifted.has(`${cluster} ${grant.key}`)) count.drifted += 1
      declared.set(bundle, count)
    }
    return {
      subject,
      binding: refOfKey(grant.key),
      role: grant.binding.role,
      clusters: clusters.size,
      names: [...clusters.keys()].toSorted().slice(0, mostNames),
      environments: [...environments].map(([environment, count]) => ({ environment, clusters: count })),
      declared: [...declared].map(([bundle, count]) => ({
        ...(bundle === undefined ? {} : { bundle }),
        ...count,
      })),
    }
  }
}
