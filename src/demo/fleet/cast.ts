/** Somebody who writes to the clusters of the demo, and with what. */
export interface Actor {
  /** The name in audit records. */
  readonly user: string
  /** The field manager, where the request does not say it. */
  readonly manager: string
  readonly userAgent: string
}

/** Whoever looks at the demo, in the kubeconfig that it prints. */
export const visitor = 'you'

/** The hub's own account in every cluster. */
export const hubAccount = 'evenkeel'

/** The administrator, whom the parts of a cluster are played as. */
export const playedAs = 'admin'

/** People of the company, by first name; `people` may do everything in a simulated cluster. */
const names = ['alice', 'carol', 'dana', 'erin', 'frank'] as const
export type PersonName = (typeof names)[number]

/** The accounts of every cluster: the visitor comes first, so that a context is named as its cluster is. */
export const accounts = [
  { name: visitor, groups: ['people'] },
  { name: playedAs, groups: ['system:masters'] },
  { name: hubAccount, groups: ['people'] },
  ...names.map((name) => ({ name: userOf(name), groups: ['people'] })),
]

/** The name of a person in clusters and in commits. */
export function userOf(name: PersonName): string {
  return `${name}@corp`
}

/** A person with kubectl, such as `kubectl edit`. */
export function withKubectl(name: PersonName, verb: string): Actor {
  return {
    user: userOf(name),
    manager: `kubectl-${verb}`,
    userAgent: `kubectl/v1.35.2 (linux/amd64) kubernetes/5d4e1ab`,
  }
}

/** A program with a service account, such as an operator. */
export function operator(namespace: string, name: string): Actor {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    manager: name,
    userAgent: `${name}/v0.1 (linux/amd64)`,
  }
}

/** A team's own pipeline, which delivers with Helm. */
export function pipeline(team: string): Actor {
  return { user: `system:serviceaccount:ci:${team}`, manager: 'helm', userAgent: 'Helm/4.1.0' }
}
