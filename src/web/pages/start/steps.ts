import type { ClusterView, DriftPage, FleetView, StatusView } from '../../../api/index.ts'

export interface Step {
  readonly title: string
  readonly done: boolean
  /** What shows that it is done. */
  readonly proof: string
  /** What to do. */
  readonly how: string
  readonly command?: string
}

export interface Known {
  readonly fleet: FleetView | undefined
  readonly status: StatusView | undefined
  readonly clusters: { readonly items: readonly ClusterView[]; readonly total: number } | undefined
  readonly bundles: number | undefined
  readonly drift: DriftPage | undefined
}

/** The steps from nothing to a fleet that heals, each bound to what the hub knows now. */
export function stepsOf({ fleet, status, clusters, bundles, drift }: Known): Step[] {
  const repository = fleet?.repositories[0]
  const reached = clusters?.items.find(({ state }) => state !== 'unreachable')
  const differences = drift?.items ?? []
  const named = differences.find(({ writer }) => writer.person !== undefined)
  const enforced =
    clusters?.items.some(({ mode }) => mode === 'enforce') === true ||
    differences.some(({ mode }) => mode === 'enforce')
  return [
    {
      title: 'Hub',
      done: status !== undefined,
      proof: 'it answers this page',
      how: 'start one',
      command: 'npx ek hub',
    },
    {
      title: 'Fleet repository',
      done: repository?.state === 'ok' && fleet?.revision !== undefined,
      proof: repository?.url ?? '',
      how: 'name its address as fleet.url in hub.yaml, and start the hub again',
    },
    {
      title: 'First cluster',
      done: reached !== undefined,
      proof: reached === undefined ? '' : `${reached.name} answers`,
      how: 'write a Cluster file and mount its kubeconfig as a credential; mode observe writes nothing',
      command:
        'kind: Cluster\nspec:\n  environment: dev\n  mode: observe\n  connect: { kubeconfig: { secret: dev-1 } }',
    },
    {
      title: 'First bundle',
      done: (bundles ?? 0) > 0,
      proof: `${bundles ?? 0} declared`,
      how: 'write a Bundle file: where its source is, and which clusters get it',
      command: 'ek lint fleet/',
    },
    {
      title: 'First difference seen',
      done: differences.length > 0,
      proof: 'it is on record with its writer',
      how: 'change something by hand on a cluster: it appears within a second',
      command: 'kubectl scale deployment NAME --replicas=5',
    },
    {
      title: 'People by name',
      done: named !== undefined,
      proof: `${named?.writer.person ?? ''} was named by an audit record`,
      how: 'connect the audit log of a cluster: managedFields name tools, never people',
    },
    {
      title: 'Healing on',
      done: enforced,
      proof: 'a mode is enforce',
      how: 'set mode: ask, then mode: enforce, on an environment or a bundle',
    },
  ]
}
