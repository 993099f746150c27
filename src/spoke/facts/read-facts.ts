import { isMap, type KubeObject, valueAt } from '../../core/object/index.ts'
import { type ClusterFacts, parseQuantity } from '../../core/facts/index.ts'
import { apiVersionOf, type Discovery } from '../../kube/index.ts'
import type { Session } from '../session/index.ts'
import { readOperators } from './operators.ts'
import { readable } from './readable.ts'
import { sharedApis } from './shared-apis.ts'

/** What only requests tell; what the rights do not reach is left out. */
export type Inspected = Pick<
  ClusterFacts,
  'storageClasses' | 'ingressClasses' | 'priorityClasses' | 'operators' | 'namespaces' | 'nodes' | 'capacity'
>

type Discovered = Pick<ClusterFacts, 'platform' | 'apis'>

const discovered = new WeakMap<Discovery, Discovered>()

/** What the discovery tells already: every served version with its kinds, and the platform. */
export function discoveredFacts(discovery: Discovery): Discovered {
  let facts = discovered.get(discovery)
  if (facts === undefined) {
    facts = readDiscovered(discovery)
    discovered.set(discovery, facts)
  }
  return facts
}

function readDiscovered(discovery: Discovery): Discovered {
  const kinds = new Map<string, Set<string>>()
  for (const resource of discovery.resources) {
    const version = apiVersionOf(resource)
    const known = kinds.get(version)
    if (known === undefined) kinds.set(version, new Set([resource.kind]))
    else known.add(resource.kind)
  }
  const apis = Object.fromEntries(
    [...kinds]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([version, found]) => [version, [...found].toSorted()] as const),
  )
  const isOpenShift = discovery.resources.some(({ group }) => group === 'config.openshift.io')
  // Whether it is OpenShift is not known while that very group cannot be told.
  const isUnclear =
    !isOpenShift &&
    discovery.failed.some(({ groupVersion }) => groupVersion.startsWith('config.openshift.io/'))
  return {
    apis: sharedApis(apis),
    ...(isUnclear ? {} : { platform: isOpenShift ? 'openshift' : 'kubernetes' }),
  }
}

/**
 * Five lists (seven with OLM): classes by name, the installed operators, and namespaces and nodes, of which only the sums
 * are kept. Throws what is no refusal.
 */
export async function inspect(session: Session): Promise<Inspected> {
  const storageClasses = await namesOf(session, 'storage.k8s.io', 'StorageClass')
  const ingressClasses = await namesOf(session, 'networking.k8s.io', 'IngressClass')
  const priorityClasses = await namesOf(session, 'scheduling.k8s.io', 'PriorityClass')
  const operators = await readOperators(session)
  const namespaces = await namespacesOf(session)
  return {
    ...(storageClasses === undefined ? {} : { storageClasses }),
    ...(ingressClasses === undefined ? {} : { ingressClasses }),
    ...(priorityClasses === undefined ? {} : { priorityClasses }),
    ...(operators === undefined ? {} : { operators }),
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(await nodesOf(session)),
  }
}

async function namesOf(session: Session, group: string, kind: string): Promise<string[] | undefined> {
  return await readable(session, group, kind, async (resource) => {
    const { items } = await session.client.list(resource, { metadataOnly: true })
    return items.map((item) => item.metadata.name).toSorted()
  })
}

async function namespacesOf(session: Session): Promise<number | undefined> {
  return await readable(session, '', 'Namespace', async (resource) => {
    let count = 0
    for await (const page of session.client.listPages(resource, { metadataOnly: true })) {
      count = page.items.length + (page.restart ? 0 : count)
    }
    return count
  })
}

async function nodesOf(session: Session): Promise<Pick<Inspected, 'nodes' | 'capacity'>> {
  const found = await readable(session, '', 'Node', async (resource) => {
    let nodes = 0
    let cpu = 0
    let memory = 0
    // Page by page: the nodes of a large cluster are never in memory at once.
    for await (const page of session.client.listPages(resource)) {
      if (page.restart) nodes = cpu = memory = 0
      nodes += page.items.length
      for (const node of page.items) {
        cpu += capacityOf(node, 'cpu')
        memory += capacityOf(node, 'memory')
      }
    }
    return { nodes, capacity: { cpu: Math.round(cpu * 1000) / 1000, memory: Math.round(memory) } }
  })
  return found ?? {}
}

function capacityOf(node: KubeObject, what: 'cpu' | 'memory'): number {
  const capacity = valueAt(node, 'status', 'capacity')
  const text = isMap(capacity) ? capacity[what] : undefined
  return typeof text === 'string' || typeof text === 'number' ? (parseQuantity(String(text)) ?? 0) : 0
}
