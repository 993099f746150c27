import type { AccessMatrixView } from '../../../api/index.ts'
import { refOfKey } from '../../../core/object/index.ts'
import { type Subject, subjectOrder } from '../../../core/rbac/index.ts'
import type { PlacedGrant } from './access-book.ts'

const mostVia = 3

interface Via {
  readonly grant: Pick<PlacedGrant, 'key' | 'binding'>
  clusters: number
  undeclared: number
}

interface Cell {
  readonly permission: number
  readonly environment: string
  readonly clusters: Set<string>
  readonly via: Map<string, Via>
}

interface Row {
  readonly subject: Subject
  readonly cells: Map<string, Cell>
}

type MatrixItem = AccessMatrixView['items'][number]

/** Subjects with what they can in each environment. */
export class MatrixRows {
  readonly #environmentOf: ReadonlyMap<string, string>
  readonly #rows = new Map<string, Row>()

  constructor(environmentOf: ReadonlyMap<string, string>) {
    this.#environmentOf = environmentOf
  }

  add(grant: PlacedGrant): void {
    const byEnvironment = new Map<string, string[]>()
    for (const cluster of grant.clusters) {
      const environment = this.#environmentOf.get(cluster) ?? ''
      const clusters = byEnvironment.get(environment)
      if (clusters === undefined) byEnvironment.set(environment, [cluster])
      else clusters.push(cluster)
    }
    const subjects = new Map(grant.binding.subjects.map((subject) => [subjectOrder(subject), subject]))
    for (const [place, subject] of subjects) {
      const row = this.#rows.get(place) ?? { subject, cells: new Map() }
      this.#rows.set(place, row)
      for (const permission of grant.questions) {
        for (const [environment, clusters] of byEnvironment) {
          addTo(row, { permission, environment }, grant, clusters)
        }
      }
    }
  }

  page({
    limit,
    cursor = '',
    subject: part,
    system,
  }: {
    readonly limit: number
    readonly cursor?: string | undefined
    readonly subject?: string | undefined
    readonly system: boolean
  }): Pick<AccessMatrixView, 'items' | 'total' | 'next' | 'hidden'> {
    const wanted = part?.toLowerCase() ?? ''
    const named = [...this.#rows].filter(([, { subject }]) => subject.name.toLowerCase().includes(wanted))
    const kept = system ? named : named.filter(([, { subject }]) => !isOfTheCluster(subject))
    const rest = kept.filter(([place]) => place > cursor).toSorted(([one], [two]) => (one < two ? -1 : 1))
    const shown = rest.slice(0, limit)
    const last = shown.at(-1)
    return {
      items: shown.map(([, row]) => viewOf(row)),
      total: kept.length,
      hidden: named.length - kept.length,
      ...(rest.length > limit && last !== undefined ? { next: last[0] } : {}),
    }
  }
}

function addTo(
  { cells }: Row,
  { permission, environment }: Pick<Cell, 'permission' | 'environment'>,
  grant: PlacedGrant,
  clusters: readonly string[],
): void {
  const place = `${permission} ${environment}`
  const cell = cells.get(place) ?? { permission, environment, clusters: new Set(), via: new Map() }
  cells.set(place, cell)
  for (const cluster of clusters) cell.clusters.add(cluster)
  const by = `${grant.key} ${grant.binding.role.kind}/${grant.binding.role.name}`
  const via = cell.via.get(by) ?? { grant, clusters: 0, undeclared: 0 }
  cell.via.set(by, via)
  via.clusters += clusters.length
  if (grant.bundle === undefined) via.undeclared += clusters.length
}

function viewOf({ subject, cells }: Row): MatrixItem {
  return {
    subject,
    cells: [...cells.values()].map(({ permission, environment, clusters, via }) => ({
      permission,
      environment,
      clusters: clusters.size,
      via: [...via.values()]
        .toSorted((one, two) => two.clusters - one.clusters)
        .slice(0, mostVia)
        .map(({ grant, ...counts }) => ({
          binding: refOfKey(grant.key),
          role: grant.binding.role,
          ...counts,
        })),
      bindings: via.size,
    })),
  }
}

/** Subjects that a cluster brings along for its own parts. */
function isOfTheCluster({ kind, name, namespace }: Subject): boolean {
  if (kind === 'ServiceAccount') return /^(kube|openshift)-/.test(namespace)
  return name.startsWith('system:')
}
