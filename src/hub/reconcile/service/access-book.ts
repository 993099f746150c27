import { keyOf, mapOf, refOfKey, textsOf } from '../../../core/object/index.ts'
import {
  type AccessQuestion,
  allowing,
  type Binding,
  reaches,
  readBinding,
  readRules,
  type RoleRef,
  type Rule,
} from '../../../core/rbac/index.ts'
import type { Clock } from '../../../runtime/index.ts'
import type { Store } from '../../store/index.ts'

const group = 'rbac.authorization.k8s.io'
const roleKinds = ['Role', 'ClusterRole']
/** Bindings beyond so many distinct ones are read again. */
const mostBindings = 20_000
/** So long an answer stands although another replica may have recorded something since. */
const keptMs = 10_000
const mostAnswers = 20

interface Answered {
  /** Of what was recorded when it was looked up. */
  readonly version: number
  readonly at: number
  readonly grants: Promise<readonly PlacedGrant[]>
}

/** A binding that allows some of what was asked, on the clusters on which it is the same. */
export interface PlacedGrant {
  readonly clusters: readonly string[]
  /** `keyOf` the binding. */
  readonly key: string
  readonly binding: Binding
  /** The bundle that holds the binding. */
  readonly bundle: string | undefined
  /** Which of the questions, by their places. */
  readonly questions: readonly number[]
}

/** What a role of one name allows, on the clusters that have this content of it. */
interface RoleAllows {
  readonly questions: readonly number[]
  readonly clusters: ReadonlySet<string>
}

/**
 * Who can what in all clusters. Roles are mostly equal from cluster to cluster, so each distinct one is read and asked once;
 * where it stands, and what is bound to it, only the store knows.
 */
export class AccessBook {
  readonly #store: Pick<Store, 'recorded'>
  readonly #clock: Clock
  readonly #answers = new Map<string, Answered>()
  #rules: ReadonlyMap<string, readonly Rule[]> = new Map()
  #bindings = new Map<string, Binding | undefined>()

  constructor(store: Pick<Store, 'recorded'>, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /**
   * Every binding that allows any of the questions, on these clusters or on all. Pages ask the same again with every event of
   * the hub: while nothing was recorded since, they are answered the same.
   */
  async grants(
    questions: readonly AccessQuestion[],
    clusters: readonly string[] | undefined,
  ): Promise<readonly PlacedGrant[]> {
    const key = JSON.stringify([questions, clusters])
    const { version } = this.#store.recorded
    const now = this.#clock.now()
    const known = this.#answers.get(key)
    if (known?.version === version && now - known.at < keptMs) return known.grants
    const grants = this.#look(questions, clusters)
    this.#answers.delete(key)
    this.#answers.set(key, { version, at: now, grants })
    for (const [oldest] of this.#answers) if (this.#answers.size > mostAnswers) this.#answers.delete(oldest)
    grants.catch(() => this.#answers.delete(key))
    return grants
  }

  async #look(
    questions: readonly AccessQuestion[],
    clusters: readonly string[] | undefined,
  ): Promise<readonly PlacedGrant[]> {
    const { recorded } = this.#store
    const roles = await this.#rolesAllowing(questions, clusters)
    const names = new Set([...roles.keys()].map(refOfKey).map(({ kind, name }) => `${kind}/${name}`))
    const namespace = oneNamespace(questions)
    const bound = await recorded.bindingsTo([...names], { clusters, namespace })
    const bindings = await this.#readBindings(bound.map(({ hash }) => hash))
    return bound.flatMap(({ clusters: standing, key, hash, bundle }) => {
      const binding = bindings.get(hash)
      if (binding === undefined) return []
      const { kind, name } = binding.role
      const within = kind === 'Role' ? binding.namespace : ''
      const given = roles.get(keyOf({ group, kind, namespace: within, name })) ?? []
      return given.flatMap((role) => {
        const held = role.questions.filter((place) => {
          const question = questions[place]
          return question !== undefined && reaches(binding, question)
        })
        const on = standing.filter((cluster) => role.clusters.has(cluster))
        return held.length === 0 || on.length === 0
          ? []
          : [{ clusters: on, key, binding, bundle, questions: held }]
      })
    })
  }

  /** On which of these clusters a role, as a binding in a namespace would name it, allows each of the questions. */
  async allowedBy(
    { kind, name }: RoleRef,
    namespace: string,
    questions: readonly AccessQuestion[],
    clusters: readonly string[] | undefined,
  ): Promise<ReadonlySet<string>[]> {
    const roles = await this.#rolesAllowing(questions, clusters)
    const within = kind === 'Role' ? namespace : ''
    const contents = roles.get(keyOf({ group, kind, namespace: within, name })) ?? []
    return questions.map((question, place) => {
      if (!reaches({ namespace }, question)) return new Set()
      const allowing = contents.filter((one) => one.questions.includes(place))
      return new Set(allowing.flatMap((one) => [...one.clusters]))
    })
  }

  /** The OpenShift groups of a user on each cluster. */
  async groupsOf(user: string, clusters: readonly string[] | undefined): Promise<Map<string, string[]>> {
    const { recorded } = this.#store
    const contents = await recorded.contents(await recorded.hashes(['Group']))
    const holding = [...contents].filter(([, content]) =>
      textsOf(mapOf(content as never)['users']).includes(user),
    )
    const found = new Map<string, string[]>()
    const places = await recorded.placesOf(
      holding.map(([hash]) => hash),
      clusters,
    )
    for (const { clusters: standing, key } of places) {
      for (const cluster of standing) found.set(cluster, [...(found.get(cluster) ?? []), refOfKey(key).name])
    }
    return found
  }

  /** The roles that allow any of the questions, by their keys, with each content of them. */
  async #rolesAllowing(
    questions: readonly AccessQuestion[],
    clusters: readonly string[] | undefined,
  ): Promise<Map<string, RoleAllows[]>> {
    const { recorded } = this.#store
    const allowed = new Map<string, number[]>()
    for (const [hash, rules] of await this.#allRules()) {
      const held = questions.flatMap((one, place) => (allowing(rules, one) === undefined ? [] : [place]))
      if (held.length > 0) allowed.set(hash, held)
    }
    const roles = new Map<string, RoleAllows[]>()
    for (const place of await recorded.placesOf([...allowed.keys()], clusters)) {
      const role = { questions: allowed.get(place.hash) ?? [], clusters: new Set(place.clusters) }
      roles.set(place.key, [...(roles.get(place.key) ?? []), role])
    }
    return roles
  }

  async #allRules(): Promise<ReadonlyMap<string, readonly Rule[]>> {
    const { recorded } = this.#store
    const hashes = await recorded.hashes(roleKinds)
    const contents = await recorded.contents(hashes.filter((hash) => !this.#rules.has(hash)))
    const rules = new Map<string, readonly Rule[]>()
    for (const hash of hashes) {
      const content = contents.get(hash)
      const known = content === undefined ? this.#rules.get(hash) : readRules(content)
      if (known !== undefined) rules.set(hash, known)
    }
    this.#rules = rules
    return rules
  }

  async #readBindings(hashes: readonly string[]): Promise<ReadonlyMap<string, Binding | undefined>> {
    if (this.#bindings.size > mostBindings) this.#bindings = new Map()
    const bindings = this.#bindings
    const contents = await this.#store.recorded.contents(hashes.filter((hash) => !bindings.has(hash)))
    for (const [hash, content] of contents) bindings.set(hash, readBinding(content))
    return bindings
  }
}

/** The namespace that all questions are about; undefined where they are about several, or any. */
function oneNamespace(questions: readonly AccessQuestion[]): string | undefined {
  const all = new Set(questions.map((one) => ('path' in one ? '' : one.namespace)))
  return all.size === 1 ? [...all][0] : undefined
}
