import { type Grant, grantsOf, privileges, type Privilege } from '../../core/access/index.ts'
import type { ClusterView, Facts } from '../../core/placement/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { FleetModel } from '../fleet/index.ts'
import type { Person, StoredToken } from '../store/index.ts'

export interface RightsOptions {
  /** The fleet in force; undefined as long as there is none: then nobody but the hub's own user may do anything. */
  readonly model: () => FleetModel | undefined
  readonly facts: (cluster: string) => Facts | undefined
  readonly clock: Clock
  /** Groups whose members may do everything, whatever the fleet says: for a fleet that says nothing yet. */
  readonly admins?: readonly string[]
}

/** How long what was worked out stands, where the fleet is the same: facts change without a commit. */
const freshMs = 3_000
const mostKept = 1_000

const everything: Grant = { privileges: new Set(privileges) }

interface Kept {
  readonly at: number
  readonly grants: readonly Grant[]
}

/** What people may do, by the Access kinds of the fleet that is in force. */
export class Rights {
  readonly #options: RightsOptions
  readonly #kept = new Map<string, Kept>()
  #model: FleetModel | undefined

  constructor(options: RightsOptions) {
    this.#options = options
  }

  of(person: Person): readonly Grant[] {
    const { admins = [] } = this.#options
    if (person.local || person.groups.some((group) => admins.includes(group))) return [everything]
    const model = this.#options.model()
    if (model === undefined) return []
    if (model !== this.#model) {
      this.#kept.clear()
      this.#model = model
    }
    const now = this.#options.clock.now()
    const name = JSON.stringify([person.name, person.groups])
    const known = this.#kept.get(name)
    if (known !== undefined && Math.abs(now - known.at) < freshMs) return known.grants
    const accesses = [...model.access.values()].map(({ value }) => value)
    const grants = grantsOf(accesses, person, this.#clusters(model))
    if (this.#kept.size >= mostKept) this.#kept.clear()
    this.#kept.set(name, { at: now, grants })
    return grants
  }

  /** The furthest that a token reaches, whoever it stands for. */
  boundOf({ privileges: held, limits }: Pick<StoredToken, 'privileges' | 'limits'>): Grant {
    const { environments, bundles, namespaces } = limits
    const clusters =
      environments === undefined ? limits.clusters : this.#inside(environments, limits.clusters)
    return {
      privileges: new Set(privileges.filter((privilege: Privilege) => held.includes(privilege))),
      ...(clusters === undefined ? {} : { clusters: new Set(clusters) }),
      ...(bundles === undefined ? {} : { bundles: new Set(bundles) }),
      ...(namespaces === undefined ? {} : { namespaces: new Set(namespaces) }),
    }
  }

  #inside(environments: readonly string[], clusters: readonly string[] | undefined): string[] {
    return [...(this.#options.model()?.clusters.values() ?? [])]
      .filter(({ value }) => environments.includes(value.spec.environment))
      .map(({ value }) => value.metadata.name)
      .filter((name) => clusters?.includes(name) ?? true)
  }

  #clusters(model: FleetModel): ClusterView[] {
    return [...model.clusters.values()].map(({ value }) => ({
      name: value.metadata.name,
      environment: value.spec.environment,
      labels: value.spec.labels ?? {},
      facts: this.#options.facts(value.metadata.name),
    }))
  }
}
