import { groupOf, type KubeObject } from '../object/index.ts'

/** Another tool that keeps this object, and what the tool calls the thing that the object belongs to. */
export interface OtherTool {
  readonly tool: 'Argo CD' | 'Flux' | 'Helm' | 'Open Cluster Management' | 'Fleet' | 'OLM' | 'ApplySet'
  readonly name: string
}

type Marks = { readonly [key: string]: string }
type Rule = (labels: Marks, annotations: Marks, live: KubeObject) => OtherTool | undefined

const RULES: readonly Rule[] = [
  (labels, annotations) => {
    const id = annotations['argocd.argoproj.io/tracking-id']
    if (id !== undefined) return { tool: 'Argo CD', name: id.split(':', 1)[0] ?? id }
    return named('Argo CD', labels['argocd.argoproj.io/instance'])
  },
  (labels) => {
    for (const kind of ['kustomize', 'helm']) {
      const name = labels[`${kind}.toolkit.fluxcd.io/name`]
      if (name !== undefined)
        return named('Flux', inNamespace(name, labels[`${kind}.toolkit.fluxcd.io/namespace`]))
    }
    return undefined
  },
  (_labels, _annotations, live) => {
    const work = live.metadata.ownerReferences?.find(
      ({ apiVersion, kind }) =>
        groupOf(apiVersion) === 'work.open-cluster-management.io' && kind === 'AppliedManifestWork',
    )
    return named('Open Cluster Management', work?.name)
  },
  (_labels, annotations) => named('Fleet', annotations['objectset.rio.cattle.io/id']),
  (labels) => named('OLM', labels['olm.owner']),
  (labels, annotations) => {
    const release = annotations['meta.helm.sh/release-name']
    if (release === undefined || labels['app.kubernetes.io/managed-by'] !== 'Helm') return undefined
    return named('Helm', inNamespace(release, annotations['meta.helm.sh/release-namespace']))
  },
]

/**
 * The other tool that keeps a live object, by the marks that it left (engine §7, cli §2); undefined where there is
 * none. Membership in an apply set other than `ourApplySet` counts; the parent of that set names its tool.
 */
export function ownedByAnotherTool(live: KubeObject, ourApplySet?: string): OtherTool | undefined {
  const labels = live.metadata.labels ?? {}
  const annotations = live.metadata.annotations ?? {}
  for (const rule of RULES) {
    const found = rule(labels, annotations, live)
    if (found !== undefined) return found
  }
  const set = labels['applyset.kubernetes.io/part-of']
  return set === ourApplySet ? undefined : named('ApplySet', set)
}

function named(tool: OtherTool['tool'], name: string | undefined): OtherTool | undefined {
  return name === undefined ? undefined : { tool, name }
}

function inNamespace(name: string, namespace: string | undefined): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}
