import type { AccessQuestion } from './access-question.ts'
import type { Binding, RoleRef } from './binding.ts'
import { allowing, type Rule } from './rule.ts'
import type { Subject } from './subject.ts'

/** The roles and bindings of one cluster. */
export interface Policy {
  /** Undefined for a role that is not there: a binding to it gives nothing. `namespace` is empty for a ClusterRole. */
  readonly rulesOf: (role: RoleRef, namespace: string) => readonly Rule[] | undefined
  readonly bindings: Iterable<Binding>
}

/** Somebody who can, and by what. */
export interface RbacGrant {
  readonly subject: Subject
  readonly binding: Binding
}

/** Everybody who can, each once for every binding that says so. */
export function whoCan(policy: Policy, question: AccessQuestion): RbacGrant[] {
  const grants: RbacGrant[] = []
  for (const binding of policy.bindings) {
    if (!reaches(binding, question)) continue
    const rules = policy.rulesOf(binding.role, binding.role.kind === 'Role' ? binding.namespace : '')
    if (rules === undefined || allowing(rules, question) === undefined) continue
    for (const subject of binding.subjects) grants.push({ subject, binding })
  }
  return grants
}

/** A binding in a namespace gives nothing outside of it: no addresses, and nothing of what stands in no namespace. */
export function reaches({ namespace }: Pick<Binding, 'namespace'>, question: AccessQuestion): boolean {
  if (namespace === '') return true
  if ('path' in question) return false
  return question.namespace === undefined || question.namespace === namespace
}
