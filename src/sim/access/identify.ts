import type { HeaderFields } from '../http/header-fields.ts'
import type { Attributes } from './attributes.ts'
import type { Tokens } from './tokens.ts'
import { anonymous, serviceAccountIn, serviceAccountUser, type User } from './user.ts'

/** Who asks, and as whom. */
export interface Caller {
  /** Who showed the credential. */
  readonly user: User
  /** As whom the request is carried out, where it impersonates. */
  readonly as: User | undefined
  /** What the caller must be allowed to, so as to impersonate. */
  readonly needs: readonly Attributes[]
}

/** The user of a bearer token; undefined for one that is not known. A request without a credential is anonymous. */
export function authenticate(headers: HeaderFields, tokens: Tokens): User | undefined {
  const token = /^Bearer\s+(.+)$/i.exec(headers.first('authorization'))?.[1]
  return token === undefined ? anonymous : tokens.user(token.trim())
}

/** Reads the impersonation headers. A text says why they cannot be, in the server's words. */
export function impersonation(headers: HeaderFields, user: User): Caller | string {
  const values = (header: string): readonly string[] => headers.all(header).map(utf8)
  const [name = ''] = values('impersonate-user')
  const [uid = ''] = values('impersonate-uid')
  const groups = values('impersonate-group')
  const extra: Record<string, readonly string[]> = {}
  for (const header of headers.names()) {
    const key = /^impersonate-extra-(.+)$/.exec(header)?.[1]
    if (key !== undefined) extra[decoded(key)] = values(header)
  }
  if (name === '') {
    if (groups.length === 0 && uid === '' && Object.keys(extra).length === 0) {
      return { user, as: undefined, needs: [] }
    }
    return `requested [${[...groups, uid].filter(Boolean).join(' ')}] without impersonating a user`
  }
  const account = serviceAccountIn(name)
  const needs: Attributes[] = [
    account === undefined ? need('users', name) : need('serviceaccounts', account.name, account.namespace),
    ...groups.map((group) => need('groups', group)),
    ...(uid === '' ? [] : [need('uids', uid)]),
    ...Object.entries(extra).flatMap(([key, all]) => all.map((value) => need(`userextras/${key}`, value))),
  ]
  const own = account === undefined ? [] : serviceAccountUser(account.namespace, account.name).groups
  const all = groups.length > 0 ? groups : own
  const authenticated = name === anonymous.name ? 'system:unauthenticated' : 'system:authenticated'
  return {
    user,
    as: {
      name,
      ...(uid === '' ? {} : { uid }),
      groups: all.includes(authenticated) ? all : [...all, authenticated],
      ...(Object.keys(extra).length === 0 ? {} : { extra }),
    },
    needs,
  }
}

function need(kind: string, name: string, namespace = ''): Attributes {
  const [resource = '', subresource = ''] = kind.split('/', 2)
  const group = resource === 'uids' || resource === 'userextras' ? 'authentication.k8s.io' : ''
  return { verb: 'impersonate', on: { group, resource, subresource, namespace, name } }
}

/** Header values are bytes; Kubernetes reads them as UTF-8. */
function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}
