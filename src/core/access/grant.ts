import { type Privilege, privileges } from './privilege.ts'

/** Where something holds; an absent set does not restrict. */
export interface Limit {
  readonly clusters?: ReadonlySet<string>
  readonly bundles?: ReadonlySet<string>
  readonly namespaces?: ReadonlySet<string>
}

/** Privileges, and where they hold. */
export interface Grant extends Limit {
  readonly privileges: ReadonlySet<Privilege>
}

/** What a request is about, by the names of what is stored. What is absent is no single one: all of them are meant. */
export interface Target {
  readonly cluster?: string
  readonly bundle?: string
  /** The empty text for what stands in no namespace. */
  readonly namespace?: string
}

/**
 * The one decision: does any grant give this privilege on this target? To look at something as a whole, a part of it is
 * enough, because every list shows only what its reader may see; to change it as a whole, all of it is needed.
 */
export function allows(grants: readonly Grant[], privilege: Privilege, target: Target): boolean {
  const reaches = (limit: ReadonlySet<string> | undefined, name: string | undefined): boolean =>
    limit === undefined || (name === undefined ? privilege === 'read' : limit.has(name))
  return grants.some(
    (grant) =>
      grant.privileges.has(privilege) &&
      reaches(grant.clusters, target.cluster) &&
      reaches(grant.bundles, target.bundle) &&
      reaches(grant.namespaces, target.namespace),
  )
}

/** What may be looked at: undefined for everything, else the parts of it. */
export function readable(grants: readonly Grant[]): readonly Limit[] | undefined {
  const reading = grants.filter((grant) => grant.privileges.has('read'))
  const whole = reading.some(
    ({ clusters, bundles, namespaces }) => (clusters ?? bundles ?? namespaces) === undefined,
  )
  return whole ? undefined : reading
}

/** The privileges that are held anywhere. */
export function privilegesIn(grants: readonly Grant[]): Set<Privilege> {
  return new Set(privileges.filter((privilege) => grants.some((grant) => grant.privileges.has(privilege))))
}

/** The same grants, none of them reaching further than `bound`. */
export function narrowed(grants: readonly Grant[], bound: Grant): Grant[] {
  return grants.map((grant) => {
    const clusters = both(grant.clusters, bound.clusters)
    const bundles = both(grant.bundles, bound.bundles)
    const namespaces = both(grant.namespaces, bound.namespaces)
    return {
      privileges: common(grant.privileges, bound.privileges),
      ...(clusters === undefined ? {} : { clusters }),
      ...(bundles === undefined ? {} : { bundles }),
      ...(namespaces === undefined ? {} : { namespaces }),
    }
  })
}

function both(
  one: ReadonlySet<string> | undefined,
  two: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (one === undefined || two === undefined) return one ?? two
  return common(one, two)
}

function common<Item>(one: ReadonlySet<Item>, two: ReadonlySet<Item>): Set<Item> {
  return new Set([...one].filter((item) => two.has(item)))
}
