import type { Access } from '../kinds/access.ts'
import { type ClusterView, compilePlacement } from '../placement/index.ts'
import type { Grant } from './grant.ts'
import { type Privilege, privilegesOf } from './privilege.ts'

/** Somebody, by name and groups. */
export interface Subject {
  readonly name: string
  readonly groups: readonly string[]
}

/**
 * What a person is granted by the fleet's Access kinds. Names are compared whole and as they are (safety rows 24, 26). A
 * cluster of which it is not known whether an expression chooses it is not reached.
 */
export function grantsOf(
  accesses: readonly Access[],
  subject: Subject,
  clusters: readonly ClusterView[],
): Grant[] {
  const groups = new Set(subject.groups)
  return accesses
    .filter(({ spec }) =>
      spec.subjects.some((one) =>
        'user' in one ? subject.name !== '' && one.user === subject.name : groups.has(one.group),
      ),
    )
    .map((access) => grantOf(access, clusters))
}

function grantOf({ metadata, spec }: Access, clusters: readonly ClusterView[]): Grant {
  const held = new Set<Privilege>(spec.roles.flatMap((role) => privilegesOf[role]))
  const { environments, bundles, namespaces } = spec
  const reached =
    spec.where === undefined && environments === undefined
      ? undefined
      : reachedBy(metadata.name, spec.where, environments, clusters)
  return {
    privileges: held,
    ...(reached === undefined ? {} : { clusters: reached }),
    ...(bundles === undefined ? {} : { bundles: new Set(bundles) }),
    ...(namespaces === undefined ? {} : { namespaces: new Set(namespaces) }),
  }
}

function reachedBy(
  name: string,
  where: string | undefined,
  environments: readonly string[] | undefined,
  clusters: readonly ClusterView[],
): Set<string> {
  const inside = clusters.filter(({ environment }) => environments?.includes(environment) ?? true)
  if (where === undefined) return new Set(inside.map((cluster) => cluster.name))
  const rule = compilePlacement(where, { file: '', line: 1, subject: `Access ${name}` })
  if ('message' in rule) return new Set()
  return new Set(inside.filter((one) => rule.answer(one).kind === 'chosen').map((one) => one.name))
}
