import { KubeFailure } from './failure.ts'

/** Somebody to act as: Kubernetes impersonation. */
export interface Identity {
  readonly user: string
  readonly groups?: readonly string[]
  readonly uid?: string
  readonly extra?: { readonly [key: string]: readonly string[] }
}

export interface IdentityOptions {
  /** Allow users and groups that start with `system:`, service accounts among them. */
  readonly allowReserved?: boolean
}

/**
 * The impersonation headers of an identity. Refuses an empty user or group (it would leave part of our own
 * identity standing), control characters (safety rows 24, 25) and, unless allowed, `system:` names.
 */
export function impersonationHeaders(
  identity: Identity,
  options: IdentityOptions = {},
): Record<string, string | string[]> {
  check('user', identity.user, options)
  const headers: Record<string, string | string[]> = { 'impersonate-user': bytes(identity.user) }
  const groups = identity.groups ?? []
  for (const group of groups) check('group', group, options)
  if (groups.length > 0) headers['impersonate-group'] = groups.map(bytes)
  if (identity.uid !== undefined) {
    check('uid', identity.uid, { allowReserved: true })
    headers['impersonate-uid'] = bytes(identity.uid)
  }
  for (const [key, values] of Object.entries(identity.extra ?? {})) {
    check('extra key', key, { allowReserved: true })
    for (const value of values) check(`extra ${key}`, value, { allowReserved: true })
    headers[`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`] = values.map(bytes)
  }
  return headers
}

function check(what: string, value: string, options: IdentityOptions): void {
  if (value.trim() === '') throw refused(what, 'is empty')
  if (/\p{Cc}/u.test(value)) throw refused(what, 'holds control characters')
  if (options.allowReserved !== true && value.toLowerCase().startsWith('system:')) {
    throw refused(what, `${JSON.stringify(value)} is reserved for Kubernetes itself`)
  }
}

function refused(what: string, why: string): KubeFailure {
  return new KubeFailure('refused-identity', `cannot impersonate: the ${what} ${why}`, {
    hint: 'name a user that is not empty, without control characters and without the prefix system:',
  })
}

/** Header values are bytes; Kubernetes reads them as UTF-8. */
function bytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
