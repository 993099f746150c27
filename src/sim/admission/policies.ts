import { Environment } from '@marcbachmann/cel-js'
import {
  isList,
  isMap,
  type Json,
  type JsonMap,
  mapOf,
  mapsOf,
  textOf,
  textsOf,
} from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { type StoredObject, wholeOf } from '../store/index.ts'
import { forbidden, Refusal } from '../verbs/refusal.ts'
import { type Admitted, concerns } from './webhook-rules.ts'

const group = 'admissionregistration.k8s.io'
export const policies = `validatingadmissionpolicies.${group}`
const bindings = `validatingadmissionpolicybindings.${group}`
const codes: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
}

/** What expressions of policies may name. */
export interface PolicyInput {
  readonly object: Json
  readonly oldObject: Json
  readonly request: JsonMap
  readonly namespaceObject: Json
}

/**
 * Holds a write against the ValidatingAdmissionPolicies that are bound; the answer are the warnings of those that only
 * warn. Throws a `Refusal` for what one of them denies. Parameters and the authorizer are not there: an expression that
 * names them fails, as `failurePolicy` says.
 */
export function judge(
  cluster: Cluster,
  admitted: Admitted,
  name: string,
  input: PolicyInput,
): readonly string[] {
  const { store } = cluster
  const warnings: string[] = []
  for (const stored of store.page(bindings).objects) {
    const binding = wholeOf(stored)
    const spec = mapOf(binding.spec)
    const found = store.get(policies, textOf(spec.policyName))
    if (found === undefined || !matches(mapOf(spec.matchResources), admitted, true)) continue
    const policy = mapOf(wholeOf(found).spec)
    if (!matches(mapOf(policy.matchConstraints), admitted, false)) continue
    const broken = brokenBy(policy, input)
    if (broken === undefined) continue
    const named = `ValidatingAdmissionPolicy '${nameOf(found)}' with binding '${nameOf(stored)}'`
    const actions = textsOf(spec.validationActions)
    if (actions.includes('Deny'))
      throw denial(admitted, name, `${named} denied request: ${broken.message}`, broken.reason)
    if (actions.includes('Warn')) warnings.push(`Validation failed for ${named}: ${broken.message}`)
  }
  return warnings
}

/** Policies match by `resourceRules` where webhooks match by `rules`; a binding without any matches what its policy does. */
function matches(resources: JsonMap, admitted: Admitted, isBinding: boolean): boolean {
  const { resourceRules, excludeResourceRules, namespaceSelector, objectSelector } = resources
  const by = (rules: Json | undefined): JsonMap => ({
    rules: rules ?? [],
    ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
    ...(objectSelector === undefined ? {} : { objectSelector }),
  })
  if (mapsOf(excludeResourceRules).length > 0 && concerns(by(excludeResourceRules), admitted)) return false
  if (mapsOf(resourceRules).length > 0) return concerns(by(resourceRules), admitted)
  const every = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }]
  return isBinding && concerns(by(every), admitted)
}

interface Broken {
  readonly message: string
  readonly reason: string
}

/** The first validation that does not hold; undefined when all do, or the policy is not about such a request. */
function brokenBy(policy: JsonMap, input: PolicyInput): Broken | undefined {
  const mustWork = policy.failurePolicy !== 'Ignore'
  const variables: Record<string, unknown> = {}
  const context = { ...(celOf(input as unknown as JsonMap) as object), variables } as Record<string, unknown>
  const failed = (expression: string, error: unknown): Broken | undefined =>
    mustWork
      ? {
          message: `expression '${expression}' resulted in error: ${error instanceof Error ? error.message : String(error)}`,
          reason: 'Invalid',
        }
      : undefined
  for (const { expression } of mapsOf(policy.matchConditions)) {
    try {
      if (evaluate(textOf(expression), context) !== true) return undefined
    } catch (error) {
      return failed(textOf(expression), error)
    }
  }
  for (const { name, expression } of mapsOf(policy.variables)) {
    try {
      variables[textOf(name)] = evaluate(textOf(expression), context)
    } catch (error) {
      return failed(textOf(expression), error)
    }
  }
  for (const { expression, message, messageExpression, reason } of mapsOf(policy.validations)) {
    const text = textOf(expression).trim()
    try {
      if (evaluate(text, context) === true) continue
    } catch (error) {
      const broken = failed(text, error)
      if (broken !== undefined) return broken
      continue
    }
    return {
      message:
        said(textOf(messageExpression), context) ?? (textOf(message).trim() || `failed expression: ${text}`),
      reason: textOf(reason) || 'Invalid',
    }
  }
  return undefined
}

/** What a message expression says; a message that fails is as if there were none. */
function said(expression: string, context: Record<string, unknown>): string | undefined {
  if (expression === '') return undefined
  try {
    const message = evaluate(expression, context)
    return typeof message === 'string' && message.trim() !== '' ? message : undefined
  } catch {
    return undefined
  }
}

const environment = new Environment({ unlistedVariablesAreDyn: true })
const compiled = new Map<string, ReturnType<Environment['parse']>>()

function evaluate(expression: string, context: Record<string, unknown>): unknown {
  let program = compiled.get(expression)
  if (program === undefined) {
    program = environment.parse(expression)
    compiled.set(expression, program)
  }
  return program(context) as unknown
}

/** A value as CEL has it: whole numbers are integers. */
function celOf(value: Json): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (isList(value)) return value.map(celOf)
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, celOf(one)]))
}

/** Source: apiserver, pkg/admission/plugin/policy/validating/dispatcher.go. */
function denial({ resource }: Admitted, name: string, message: string, reason: string): Refusal {
  const { status } = forbidden(resource, name, message)
  const details = mapOf(status.details)
  return new Refusal({
    ...status,
    reason,
    code: codes[reason] ?? 422,
    details: { ...details, causes: [{ message }] },
  })
}

function nameOf({ shape }: StoredObject): string {
  return textOf(mapOf(shape.metadata).name)
}
