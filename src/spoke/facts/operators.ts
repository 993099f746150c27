import { isMap, type KubeObject, valueAt } from '../../core/object/index.ts'
import type { Session } from '../session/index.ts'
import { readable } from './readable.ts'

/** What is said of a package that is wanted, and of which nothing is installed yet. */
const notInstalled = 'not installed'

const sources = [
  { group: 'operators.coreos.com', kind: 'Subscription', read: subscribed },
  { group: 'olm.operatorframework.io', kind: 'ClusterExtension', read: extended },
] as const

/**
 * What the Operator Lifecycle Manager has installed, old form (Subscription) and new (ClusterExtension): package →
 * version. Empty where the cluster serves neither; undefined where it cannot tell, or may not be asked.
 */
export async function readOperators(session: Session): Promise<Record<string, string> | undefined> {
  const found = new Map<string, string>()
  for (const { group, kind, read } of sources) {
    if (session.resourceOf({ group, kind }) === undefined) {
      if (session.discovery.failed.some(({ groupVersion }) => groupVersion.startsWith(`${group}/`)))
        return undefined
      continue
    }
    const operators = await readable(session, group, kind, async (resource) => {
      const { items } = await session.client.list(resource)
      return items.map(read)
    })
    if (operators === undefined) return undefined
    for (const { name, version } of operators)
      if (name !== undefined) found.set(name, version ?? notInstalled)
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

interface Operator {
  readonly name: string | undefined
  readonly version: string | undefined
}

/**
 * The version stands in the name of what is installed, as in `cert-manager.v1.15.0`. The ClusterServiceVersion itself is
 * not asked: it is copied into every namespace, and large.
 * https://olm.operatorframework.io/docs/concepts/crds/clusterserviceversion/
 */
function subscribed(object: KubeObject): Operator {
  const installed = textAt(object, 'status', 'installedCSV')
  return {
    name: textAt(object, 'spec', 'name'),
    version: installed === undefined ? undefined : (/\.v?(\d.*)$/.exec(installed)?.[1] ?? installed),
  }
}

function extended(object: KubeObject): Operator {
  const bundle = valueAt(object, 'status', 'install', 'bundle')
  const version = isMap(bundle) ? bundle['version'] : undefined
  return {
    name: textAt(object, 'spec', 'source', 'catalog', 'packageName'),
    version: typeof version === 'string' ? version : undefined,
  }
}

function textAt(object: KubeObject, ...path: readonly string[]): string | undefined {
  const value = valueAt(object, ...path)
  return typeof value === 'string' && value !== '' ? value : undefined
}
