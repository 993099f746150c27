import { mapsOf, textsOf, valueAt } from '../object/index.ts'
import type { KubeObject } from '../object/index.ts'
import type { AccessQuestion } from './access-question.ts'

/** One rule of a role. */
export interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  /** Empty for every object. */
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

/** The rules of a Role or ClusterRole. What aggregation gathers stands in the live object already. */
export function readRules(role: KubeObject): Rule[] {
  return mapsOf(valueAt(role, 'rules')).map((rule) => ({
    verbs: textsOf(rule['verbs']),
    apiGroups: textsOf(rule['apiGroups']),
    resources: textsOf(rule['resources']),
    resourceNames: textsOf(rule['resourceNames']),
    nonResourceURLs: textsOf(rule['nonResourceURLs']),
  }))
}

/** Whether a rule allows it, where its role holds. Source: kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go. */
export function ruleAllows(rule: Rule, question: AccessQuestion): boolean {
  if (!isAmong(rule.verbs, question.verb)) return false
  if ('path' in question) return rule.nonResourceURLs.some((url) => isUnder(url, question.path))
  const { group, resource, subresource, name } = question
  return (
    isAmong(rule.apiGroups, group) &&
    rule.resources.some((one) => matchesResource(one, resource, subresource)) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(name))
  )
}

/** The first of the rules that allows it. */
export function allowing(rules: readonly Rule[], question: AccessQuestion): Rule | undefined {
  return rules.find((rule) => ruleAllows(rule, question))
}

function isAmong(given: readonly string[], wanted: string): boolean {
  return given.some((one) => one === '*' || one === wanted)
}

function matchesResource(given: string, resource: string, subresource: string): boolean {
  if (given === '*') return true
  if (subresource === '') return given === resource
  return given === `${resource}/${subresource}` || given === `*/${subresource}`
}

function isUnder(given: string, path: string): boolean {
  if (given === '*' || given === path) return true
  return given.endsWith('*') && path.startsWith(given.replace(/\*+$/, ''))
}
