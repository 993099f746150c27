/**
 * Who may do what in a cluster, by its roles and bindings: the decision of Kubernetes' own RBAC authorizer, asked the
 * other way round too.
 *
 * Reads no cluster, and knows no other authorizer: what webhooks, nodes or the group `system:masters` are allowed besides is
 * not told here. Refuses nothing by itself: RBAC has no rule that takes away.
 * Key invariant: somebody is among those who can exactly when a review of the same cluster allows it by RBAC.
 */
export { type AccessQuestion, questionText, readAccessQuestion } from './access-question.ts'
export { type Binding, readBinding, type RoleRef } from './binding.ts'
export {
  holds,
  type Person,
  personAs,
  readSubject,
  type Subject,
  subjectOrder,
  subjectText,
} from './subject.ts'
export { allowing, readRules, type Rule, ruleAllows } from './rule.ts'
export { type Policy, type RbacGrant, reaches, whoCan } from './who-can.ts'
