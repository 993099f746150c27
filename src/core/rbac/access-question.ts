import { builtInKind } from '../built-in-kinds.ts'

/** What somebody would do: a verb on a resource, or on an address that is none. */
export type AccessQuestion =
  | {
      readonly verb: string
      readonly group: string
      readonly resource: string
      /** Empty for the resource itself. */
      readonly subresource: string
      /** Empty for no single object. */
      readonly name: string
      /** Empty outside of namespaces; undefined for any of them, or outside. */
      readonly namespace: string | undefined
    }
  | { readonly verb: string; readonly path: string }

/** What people write: `delete pods`, `create pods/exec`, `patch deployments.apps`, `get /metrics`. */
export interface WrittenQuestion {
  readonly verb: string
  readonly resource: string
  readonly namespace?: string | undefined
  readonly name?: string | undefined
}

/**
 * Reads a question as people write it. A built-in resource needs no group; of any other it cannot be known, so that a text
 * says what is missing.
 */
export function readAccessQuestion(written: WrittenQuestion): AccessQuestion | string {
  const { verb, resource: text, namespace, name = '' } = written
  if (verb === '' || text === '') return 'a question needs a verb and a resource, such as: delete pods'
  if (text.startsWith('/')) return { verb, path: text }
  const [whole = '', subresource = '', more] = text.split('/')
  if (more !== undefined || whole === '')
    return `${text}: a resource is written as pods, pods/exec or deployments.apps`
  const shared = { verb, subresource, name }
  if (whole === '*') return { ...shared, group: '*', resource: '*', namespace }
  const dot = whole.indexOf('.')
  if (dot > 0) {
    const [plural, group] = [whole.slice(0, dot), whole.slice(dot + 1)]
    const known = builtInKind(plural)
    const isKnown = known?.group === group
    return {
      ...shared,
      group,
      resource: isKnown ? known.plural : plural.toLowerCase(),
      namespace: isKnown && !known.namespaced ? '' : namespace,
    }
  }
  const known = builtInKind(whole)
  if (known === undefined)
    return `${whole}: not a built-in resource: write it with its group, such as certificates.cert-manager.io`
  const { group, plural } = known
  // A namespace stands in itself.
  const within = known.kind === 'Namespace' ? (name === '' ? namespace : name) : ''
  return { ...shared, group, resource: plural, namespace: known.namespaced ? namespace : within }
}

/** The question as people write it: with its group only where that has to be said. */
export function questionText(question: AccessQuestion): string {
  if ('path' in question) return `${question.verb} ${question.path}`
  const { verb, group, resource, subresource } = question
  const isPlain = group === '*' || builtInKind(resource)?.group === group
  return `${verb} ${resource}${isPlain ? '' : `.${group}`}${subresource === '' ? '' : `/${subresource}`}`
}
