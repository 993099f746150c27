import type { ManagedFieldsEntry } from '../object/index.ts'
import type { WriterKind } from '../kinds/index.ts'

export type Confidence = 'high' | 'medium' | 'low'

/** One row of the classification: what a manager's name says about who is behind it. */
export interface ClassificationRule {
  /** The manager's name; `*` stands for any text. */
  readonly manager: string
  /** Any operation where undefined. */
  readonly operation?: 'Apply' | 'Update'
  /** Any subresource where undefined; the empty text for the object itself. */
  readonly subresource?: string
  readonly kind: WriterKind
  /** High where undefined: an operator who names a manager knows it. */
  readonly confidence?: Confidence
}

export interface Classification {
  readonly kind: WriterKind
  readonly confidence: Confidence
  /** True for a controller that writes through `/scale`. */
  readonly autoscaler: boolean
}

function rows(
  kind: WriterKind,
  confidence: Confidence,
  ...managers: readonly string[]
): ClassificationRule[] {
  return managers.map((manager) => ({ manager, kind, confidence }))
}

/** The shipped table (engine §4). The first row that matches wins, so names stand before patterns. */
const SHIPPED: readonly ClassificationRule[] = [
  ...rows('own', 'high', 'evenkeel'),
  ...rows(
    'human',
    'high',
    'kubectl-edit',
    'kubectl-label',
    'kubectl-annotate',
    'kubectl-taint',
    'kubectl-rollout',
    'kubectl-set',
    'kubectl-patch',
    'kubectl-run',
    'kubectl-expose',
    'kubectl-autoscale',
    'k9s',
    // The browser consoles send the browser's User-Agent.
    'Mozilla',
  ),
  ...rows(
    'human',
    'medium',
    'kubectl',
    'kubectl-client-side-apply',
    'kubectl-create',
    'kubectl-replace',
    'kubectl-last-applied',
    'oc',
    'dashboard',
    'node-fetch',
    'curl',
  ),
  ...rows(
    'pipeline',
    'medium',
    'helm',
    'Helm',
    'Terraform',
    'HashiCorp',
    'terraform-provider-*',
    'pulumi-kubernetes*',
    'ansible',
    'werf',
    'skaffold',
    'kapp',
  ),
  ...rows(
    'gitops',
    'medium',
    'argocd-controller',
    'argocd-application-controller',
    'kustomize-controller',
    'helm-controller',
    'work-agent',
    'fleet*',
    'config-policy-controller',
  ),
  ...rows('unknown', 'low', 'unknown', 'before-first-apply', 'ancient-changes'),
  ...rows(
    'controller',
    'medium',
    'kube-controller-manager',
    'kube-scheduler',
    'kube-apiserver',
    'kubelet',
    'cloud-controller-manager',
    'vpa-*',
    'cluster-autoscaler',
    'cert-manager-*',
    '*-operator',
    '*-controller',
    'manager',
    'deploy@*',
    'rancher',
    'olm',
    'catalog',
  ),
  ...rows(
    'unknown',
    'low',
    'Go-http-client',
    'OpenAPI-Generator',
    'Swagger-Codegen',
    'fabric8-kubernetes-client',
    'okhttp',
  ),
]

/** What the name of an entry's manager says. `overrides` (a cluster's own rows) come before the shipped table. */
export function classify(
  entry: Pick<ManagedFieldsEntry, 'manager' | 'operation' | 'subresource'>,
  overrides: readonly ClassificationRule[] = [],
): Classification {
  const rule = [...overrides, ...SHIPPED].find((row) => matches(row, entry))
  const kind = rule?.kind ?? 'unknown'
  return {
    kind,
    confidence: rule?.confidence ?? (rule === undefined ? 'low' : 'high'),
    autoscaler: kind === 'controller' && entry.subresource === 'scale',
  }
}

function matches(
  rule: ClassificationRule,
  entry: Pick<ManagedFieldsEntry, 'manager' | 'operation' | 'subresource'>,
): boolean {
  if (rule.operation !== undefined && rule.operation !== entry.operation) return false
  if (rule.subresource !== undefined && rule.subresource !== (entry.subresource ?? '')) return false
  return matchesPattern(rule.manager, entry.manager ?? '')
}

/** Linear in the length of the name, so that a hostile name costs nothing. */
function matchesPattern(pattern: string, name: string): boolean {
  const [start = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return name === pattern
  const end = rest.pop() ?? ''
  if (!name.startsWith(start) || !name.endsWith(end) || name.length < start.length + end.length) return false
  let at = start.length
  for (const part of rest) {
    const found = name.indexOf(part, at)
    if (found < 0 || found + part.length > name.length - end.length) return false
    at = found + part.length
  }
  return true
}
