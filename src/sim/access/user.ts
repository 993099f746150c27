/** Who asks. */
export interface User {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** A person or program that the clusters know, by a token. */
export interface Account {
  readonly name: string
  readonly groups: readonly string[]
}

/** The user without a credential. */
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** The user of an account. */
export function userOf({ name, groups }: Account): User {
  return { name, uid: `u-${name}`, groups: [...groups, 'system:authenticated'] }
}

/** The user that a pod with a service account is. */
export function serviceAccountUser(namespace: string, name: string, uid?: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    ...(uid === undefined ? {} : { uid }),
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  }
}

/** The service account that a user name stands for. */
export function serviceAccountIn(
  name: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const [system, kind, namespace, account, ...rest] = name.split(':')
  if (system !== 'system' || kind !== 'serviceaccount' || rest.length > 0) return undefined
  return namespace === undefined || account === undefined ? undefined : { namespace, name: account }
}
