import type { ClusterDetailView } from '../../../api/index.ts'
import { counted } from '../../ui/value.tsx'

export interface NamedFact {
  readonly name: string
  readonly value: string
  /** When it was looked at; undefined for what Git says. */
  readonly at: string | undefined
}

const platforms = { openshift: 'OpenShift', kubernetes: 'Kubernetes' } as const

/** What is known about a cluster, each with the time of the look. What is not known says so. */
export function factsOf(view: ClusterDetailView): NamedFact[] {
  const { facts, version, seen, identity } = view
  const at = facts?.at ?? seen
  const known = (value: string | undefined): string => value ?? 'not known'
  return [
    {
      name: 'Version',
      value: known(
        version === undefined ? undefined : `${platforms[facts?.platform ?? 'kubernetes']} ${version}`,
      ),
      at: seen,
    },
    { name: 'Capacity', value: known(capacityText(view)), at },
    { name: 'Namespaces', value: known(facts?.namespaces?.toLocaleString('en')), at },
    { name: 'Bundles', value: bundlesText(view), at: seen },
    {
      name: 'Connection',
      value: `${view.connect}, ${view.state === 'unreachable' ? 'lost' : 'stands'}`,
      at: view.since,
    },
    { name: 'ID', value: known(identity.clusterId), at: identity.verifiedAt },
    {
      name: 'Served APIs',
      value: known(facts === undefined ? undefined : `${Object.keys(facts.apis).length} groups and versions`),
      at,
    },
    { name: 'Place', value: placeText(view), at: undefined },
  ]
}

function capacityText({ facts }: ClusterDetailView): string | undefined {
  const { nodes, capacity } = facts ?? {}
  const parts = [
    ...(nodes === undefined ? [] : [counted(nodes, 'node')]),
    ...(capacity === undefined ? [] : [`${round(capacity.cpu)} cores`, bytes(capacity.memory)]),
  ]
  return parts.length === 0 ? undefined : parts.join(', ')
}

function bundlesText({ placed, bundles }: ClusterDetailView): string {
  const good = placed.filter(({ state }) => state === 'in-sync' || state === 'pending').length
  return placed.length === 0 ? `${bundles}` : `${good} of ${placed.length} in sync`
}

function placeText({ environment, labels }: ClusterDetailView): string {
  return [environment, ...Object.entries(labels).map(([name, value]) => `${name}=${value}`)].join(', ')
}

function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1).replace(/\.0$/, '')
}

/** Bytes with a binary unit: `1.3 TiB`. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
  const step = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log2(value) / 10))
  return `${round(value / 1024 ** step)} ${units[step] ?? ''}`
}
