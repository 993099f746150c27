/**
 * Where the module's words and those of a server differ, and why. Both refuse the object all the same. An entry that no
 * longer differs fails its test.
 */
export interface Difference {
  readonly title: string
  readonly by: 'create' | 'apply'
  readonly reason: string
}

/** The module speaks as for a creation, with every fault; the first one ends an apply. */
const typed =
  'an apply makes a typed object of the request by its OpenAPI schema first, and says in words of that step what does not fit'

const applied = (title: string, reason: string): Difference => ({ title, by: 'apply', reason })

export const differences: readonly Difference[] = [
  applied('replicas that are text', typed),
  applied('two containers of one name', typed),
  applied('a quantity that is none', typed),
  applied('unknown fields', typed),
  applied('a repeated field', 'an apply is read as YAML, whose reader has other words for it'),
  applied('a ConfigMap with a number', typed),
  applied('a Secret whose data are no base64', typed),
  applied('a custom resource of a wrong type', typed),
  applied('a custom resource with unknown fields', typed),
  applied('a custom resource with a repeated key of a list', typed),
  applied('a custom resource whose metadata are wrong', typed),
]
