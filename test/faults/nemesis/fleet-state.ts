import { atOnce, head } from '../../hub/hub-under-test.ts'

/** What the fleet repository declares at one commit: by bundle, the values of its objects by name. */
export interface FleetState {
  readonly bundles: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Bundles that also declare an object which the cluster refuses. */
  readonly refused: readonly string[]
  /** Objects (`bundle/name`) whose file cannot be read: they are declared, and nobody knows as what. */
  readonly garbled: readonly string[]
}

export const clusterNames = ['east', 'west'] as const

/** Stands in the Secret of the bundle `keys`, and must stand nowhere else. */
export const canary = 'c4nary>of the nemesis?~'

/** What one commit may delete of a bundle on a cluster without approval. */
export const mostDeletions = 2

/** One declared object, as it is named in a cluster. */
export interface DeclaredObject {
  readonly bundle: string
  readonly resource: 'configmaps' | 'secrets' | 'namespaces'
  readonly namespace: string
  readonly name: string
  /** Undefined for what carries none. */
  readonly value: string | undefined
}

/** `resource/namespace/name`. */
export function objectKey(one: Pick<DeclaredObject, 'resource' | 'namespace' | 'name'>): string {
  return `${one.resource}/${one.namespace}/${one.name}`
}

/** The objects that a bundle declares, by key. */
export function declaredBy(state: FleetState, bundle: string): Map<string, DeclaredObject> {
  const values = state.bundles[bundle]
  if (values === undefined) return new Map()
  const objects: DeclaredObject[] = [
    { bundle, resource: 'namespaces', namespace: '', name: bundle, value: undefined },
    ...Object.entries(values).map(
      ([name, value]): DeclaredObject => ({
        bundle,
        resource: name === 'password' ? 'secrets' : 'configmaps',
        namespace: bundle,
        name,
        value,
      }),
    ),
  ]
  return new Map(objects.map((one) => [objectKey(one), one]))
}

/** Everything that is declared, by key. */
export function declaredIn(state: FleetState): Map<string, DeclaredObject> {
  return new Map(Object.keys(state.bundles).flatMap((bundle) => [...declaredBy(state, bundle)]))
}

/** The files of the whole repository. */
export function filesOf(state: FleetState): Record<string, string> {
  const files: Record<string, string> = {
    'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\nspec: {defaults: {prune: {count: ${mostDeletions}, percent: 100}}}\n`,
    'fleet/environments/dev.yaml': `${head}kind: Environment\nmetadata: {name: dev}\nspec: {tier: sandbox, mode: enforce}\n`,
  }
  for (const name of clusterNames) {
    files[`fleet/clusters/${name}.yaml`] =
      `${head}kind: Cluster\nmetadata: {name: ${name}}\nspec: {environment: dev, connect: {kubeconfig: {secret: ${name}}}}\n`
  }
  for (const bundle of Object.keys(state.bundles)) {
    files[`fleet/bundles/${bundle}.yaml`] =
      `${head}kind: Bundle\nmetadata: {name: ${bundle}}\nspec: {source: {path: apps/${bundle}}, ${atOnce}, placement: {where: "true"}, drift: {healAfter: 1s}}\n`
    // One of them is rendered in a thread of its own, which may be killed.
    if (bundle === 'keys') {
      const resources = [...declaredBy(state, bundle).values()].map(
        ({ resource, name }) => `${resource}-${name}.yaml`,
      )
      files[`apps/${bundle}/kustomization.yaml`] = `resources: ${JSON.stringify(resources)}\n`
    }
    for (const one of declaredBy(state, bundle).values()) {
      const isGarbled = state.garbled.includes(`${bundle}/${one.name}`)
      files[`apps/${bundle}/${one.resource}-${one.name}.yaml`] = isGarbled ? 'kind: [\n' : manifestOf(one)
    }
    if (state.refused.includes(bundle)) {
      files[`apps/${bundle}/refused.yaml`] =
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: refused, namespace: ${bundle}}\ndata: {"no key!": x}\n`
    }
  }
  return files
}

function manifestOf({ resource, namespace, name, value }: DeclaredObject): string {
  if (resource === 'namespaces') return `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`
  const metadata = `metadata: {name: ${name}, namespace: ${namespace}}`
  return resource === 'secrets'
    ? `apiVersion: v1\nkind: Secret\n${metadata}\nstringData: {value: ${JSON.stringify(value)}}\n`
    : `apiVersion: v1\nkind: ConfigMap\n${metadata}\ndata: {value: ${JSON.stringify(value)}, by: git}\n`
}
