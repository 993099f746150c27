import { isMap, type JsonMap, mapsOf, textsOf, textOf } from '../../core/object/index.ts'
import { type ClusterStore, wholeOf } from '../store/index.ts'
import type { Attributes } from './attributes.ts'
import { serviceAccountIn, type User } from './user.ts'

/** One rule of a role. */
export interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

interface Grant {
  /** The namespace that it is valid in; everywhere without it. */
  readonly namespace: string | undefined
  readonly rules: readonly Rule[]
  readonly by: string
}

const group = 'rbac.authorization.k8s.io'
const stored = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map(
  (one) => `${one}.${group}`,
)

/** Role-based access control over what is stored in a cluster, as Kubernetes' own authorizer decides it. */
export class Policy {
  readonly #store: ClusterStore
  #made: { readonly version: string; readonly grants: ReadonlyMap<string, readonly Grant[]> } | undefined

  constructor(store: ClusterStore) {
    this.#store = store
  }

  /** By what the user may do it; undefined when he may not. */
  allows(user: User, attributes: Attributes): string | undefined {
    if (user.groups.includes('system:masters')) return ''
    const namespace = 'path' in attributes.on ? '' : attributes.on.namespace
    for (const grant of this.#grantsOf(user, namespace)) {
      if (grant.rules.some((rule) => ruleAllows(rule, attributes))) return `RBAC: allowed by ${grant.by}`
    }
    return undefined
  }

  /** Every rule that holds for the user in a namespace. */
  rulesFor(user: User, namespace: string): readonly Rule[] {
    const all: Rule = {
      verbs: ['*'],
      apiGroups: ['*'],
      resources: ['*'],
      resourceNames: [],
      nonResourceURLs: [],
    }
    const masters = user.groups.includes('system:masters')
      ? [all, { ...all, apiGroups: [], resources: [], nonResourceURLs: ['*'] }]
      : []
    return [...masters, ...this.#grantsOf(user, namespace).flatMap(({ rules }) => rules)]
  }

  #grantsOf(user: User, namespace: string): readonly Grant[] {
    const grants = this.#current()
    const account = serviceAccountIn(user.name)
    const subjects = [
      `User/${user.name}`,
      ...user.groups.map((name) => `Group/${name}`),
      ...(account === undefined ? [] : [`ServiceAccount/${account.namespace}/${account.name}`]),
    ]
    return subjects
      .flatMap((subject) => grants.get(subject) ?? [])
      .filter((grant) => grant.namespace === undefined || grant.namespace === namespace)
  }

  #current(): ReadonlyMap<string, readonly Grant[]> {
    const version = stored.map((resource) => this.#store.version(resource)).join()
    if (this.#made?.version !== version) this.#made = { version, grants: this.#make() }
    return this.#made.grants
  }

  #make(): ReadonlyMap<string, readonly Grant[]> {
    const grants = new Map<string, Grant[]>()
    for (const kind of ['ClusterRoleBinding', 'RoleBinding']) {
      for (const object of this.#store.page(`${kind.toLowerCase()}s.${group}`).objects) {
        const binding = wholeOf(object)
        const { namespace, name } = named(binding)
        const role = isMap(binding.roleRef) ? binding.roleRef : {}
        const grant: Grant = {
          namespace: kind === 'RoleBinding' ? namespace : undefined,
          rules: this.#rules(textOf(role.kind), namespace, textOf(role.name)),
          by: `${kind} ${JSON.stringify(namespace === '' ? name : `${name}/${namespace}`)} of ${textOf(role.kind)} ${JSON.stringify(role.name)}`,
        }
        for (const subject of mapsOf(binding.subjects)) {
          const within = subject.kind === 'ServiceAccount' ? `${textOf(subject.namespace ?? namespace)}/` : ''
          const key = `${textOf(subject.kind)}/${within}${textOf(subject.name)}`
          grants.set(key, [...(grants.get(key) ?? []), grant])
        }
      }
    }
    return grants
  }

  #rules(kind: string, namespace: string, name: string): readonly Rule[] {
    const found =
      kind === 'ClusterRole'
        ? this.#store.get(`clusterroles.${group}`, name)
        : this.#store.get(`roles.${group}`, `${namespace}/${name}`)
    return found === undefined ? [] : mapsOf(found.shape.rules).map(ruleOf)
  }
}

/** Source: pkg/apis/rbac/v1/evaluation_helpers.go. */
function ruleAllows(rule: Rule, { verb, on }: Attributes): boolean {
  if (!rule.verbs.some((one) => one === '*' || one === verb)) return false
  if ('path' in on) {
    return rule.nonResourceURLs.some(
      (one) =>
        one === '*' ||
        one === on.path ||
        (one.endsWith('*') && on.path.startsWith(one.slice(0, -1).replace(/\*+$/, ''))),
    )
  }
  const { subresource } = on
  const combined = subresource === '' ? on.resource : `${on.resource}/${subresource}`
  return (
    rule.apiGroups.some((one) => one === '*' || one === on.group) &&
    rule.resources.some(
      (one) => one === '*' || one === combined || (subresource !== '' && one === `*/${subresource}`),
    ) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(on.name))
  )
}

function ruleOf(rule: JsonMap): Rule {
  return {
    verbs: textsOf(rule.verbs),
    apiGroups: textsOf(rule.apiGroups),
    resources: textsOf(rule.resources),
    resourceNames: textsOf(rule.resourceNames),
    nonResourceURLs: textsOf(rule.nonResourceURLs),
  }
}

function named({ metadata }: JsonMap): { namespace: string; name: string } {
  const { namespace = '', name = '' } = isMap(metadata) ? metadata : {}
  return { namespace: textOf(namespace), name: textOf(name) }
}
