import type { User } from './user.ts'

/** What is asked for, as rules speak of it. */
export interface Attributes {
  readonly verb: string
  /** A resource of the API, or any other address. */
  readonly on:
    | {
        readonly group: string
        readonly resource: string
        readonly subresource: string
        readonly namespace: string
        readonly name: string
      }
    | { readonly path: string }
}

/** Why a user may not, in the words of an API server. */
export function deniedText(user: User, { verb, on }: Attributes): string {
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`
  if ('path' in on) return `${who} path ${JSON.stringify(on.path)}`
  const resource = on.subresource === '' ? on.resource : `${on.resource}/${on.subresource}`
  const where =
    on.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(on.namespace)}`
  return `${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(on.group)} ${where}`
}
