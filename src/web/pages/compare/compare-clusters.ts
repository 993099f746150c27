import type { ClusterDetailView } from '../../../api/index.ts'
import { shortRevision } from '../../ui/value.tsx'
import { bytes } from '../cluster/cluster-facts.ts'

/** What kind of difference it is: identity is expected to differ, the rest may matter. */
export const differenceKinds = ['delivery', 'version', 'configuration', 'capability', 'capacity'] as const

type Kind = (typeof differenceKinds)[number]

export interface Row {
  readonly kind: Kind
  readonly name: string
  readonly differs: boolean
  /** The measure first, then the others, those of most clusters first. */
  readonly values: readonly {
    readonly value: string
    readonly clusters: readonly string[]
    readonly measure: boolean
  }[]
}

/**
 * What clusters have in common and what not. The value of most is the measure, of two clusters the first one's. A cluster that
 * cannot be seen is not compared: it is never equal.
 */
export function compareClusters(views: readonly ClusterDetailView[]): {
  readonly rows: Row[]
  readonly unknown: readonly ClusterDetailView[]
} {
  const unknown = views.filter(({ state }) => state === 'unreachable')
  const known = views.filter(({ state }) => state !== 'unreachable')
  const facts = known.map((view) => ({ name: view.name, values: valuesOf(view) }))
  const names = new Map(
    facts.flatMap(({ values }) => [...values].map(([key, { kind }]) => [key, kind] as const)),
  )
  const rows = [...names].map(([name, kind]): Row => {
    const by = new Map<string, string[]>()
    for (const { name: cluster, values } of facts) {
      const value = values.get(name)?.value ?? 'absent'
      by.set(value, [...(by.get(value) ?? []), cluster])
    }
    const ordered =
      known.length > 2 ? [...by].toSorted(([, one], [, two]) => two.length - one.length) : [...by]
    return {
      kind,
      name,
      differs: by.size > 1,
      values: ordered.map(([value, clusters], at) => ({ value, clusters, measure: at === 0 })),
    }
  })
  const rank = (kind: Kind): number => differenceKinds.indexOf(kind)
  return {
    rows: rows.toSorted((one, two) => rank(one.kind) - rank(two.kind) || (one.name < two.name ? -1 : 1)),
    unknown,
  }
}

function valuesOf(view: ClusterDetailView): Map<string, { kind: Kind; value: string }> {
  const values = new Map<string, { kind: Kind; value: string }>()
  const put = (kind: Kind, name: string, value: string | undefined): void => {
    values.set(name, { kind, value: value ?? 'not known' })
  }
  const { facts } = view
  put('version', 'Kubernetes', view.version)
  put('version', 'Platform', facts?.platform)
  put('configuration', 'Environment', view.environment)
  put('configuration', 'Tier', view.tier)
  for (const [name, value] of Object.entries(view.labels)) put('configuration', `label ${name}`, value)
  put('capacity', 'Nodes', facts?.nodes?.toString())
  put('capacity', 'Namespaces', facts?.namespaces?.toString())
  put('capacity', 'Cores', facts?.capacity?.cpu.toString())
  put('capacity', 'Memory', facts?.capacity === undefined ? undefined : bytes(facts.capacity.memory))
  put('capability', 'Storage classes', facts?.storageClasses?.toSorted().join(', '))
  put('capability', 'Ingress classes', facts?.ingressClasses?.toSorted().join(', '))
  put('capability', 'Priority classes', facts?.priorityClasses?.toSorted().join(', '))
  for (const [name, version] of Object.entries(facts?.operators ?? {})) {
    put('capability', `operator ${name}`, version)
  }
  for (const [version, kinds] of Object.entries(facts?.apis ?? {})) {
    put('capability', `API ${version}`, kinds.toSorted().join(', '))
  }
  for (const bundle of view.placed) {
    put(
      'delivery',
      `bundle ${bundle.bundle}, revision`,
      shortRevision(bundle.applied?.revision ?? 'not applied'),
    )
    put(
      'delivery',
      `bundle ${bundle.bundle}, rendering`,
      bundle.applied?.variant.slice(0, 12) ?? 'not applied',
    )
    put('delivery', `bundle ${bundle.bundle}, state`, bundle.state)
    put('configuration', `bundle ${bundle.bundle}, mode`, bundle.mode)
  }
  return values
}
