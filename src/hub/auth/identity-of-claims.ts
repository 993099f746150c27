/** Which claims say who somebody is. */
export interface ClaimNames {
  readonly user: string
  readonly groups: string
}

/** Somebody as an identity provider knows them, or why that is nobody whom the hub can know. */
export type ClaimedIdentity =
  | { readonly name: string; readonly groups: readonly string[] }
  | { readonly refused: string }

const longestName = 253
const mostGroups = 2_000

/**
 * Reads who somebody is from the claims of an ID token that was verified. Never an empty name, never one that Kubernetes
 * keeps for itself, never one with control characters (safety rows 24, 25); one such group refuses the whole identity,
 * because whoever issued it is not to be believed.
 */
export function identityOfClaims(
  claims: Readonly<Record<string, unknown>>,
  names: ClaimNames,
): ClaimedIdentity {
  const name = claims[names.user]
  if (typeof name !== 'string' || !isName(name)) return { refused: `its claim ${names.user} is no name` }
  if (names.user === 'email' && claims['email_verified'] === false) {
    return { refused: 'its email address is not verified' }
  }
  const given = claims[names.groups] ?? []
  const groups: unknown = typeof given === 'string' ? [given] : given
  if (!Array.isArray(groups) || groups.length > mostGroups) {
    return { refused: `its claim ${names.groups} is no list of groups` }
  }
  const known: string[] = []
  for (const group of groups as unknown[]) {
    if (group === '') continue
    if (typeof group !== 'string' || !isName(group)) return { refused: 'one of its groups is no name' }
    known.push(group)
  }
  return { name, groups: [...new Set(known)] }
}

function isName(text: string): boolean {
  return (
    text.trim() !== '' && text.length <= longestName && !/\p{Cc}/u.test(text) && !text.startsWith('system:')
  )
}
