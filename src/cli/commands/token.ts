import type { CreateTokenRequest, TokenView } from '../../api/index.ts'
import { type Privilege, privileges } from '../../core/access/index.ts'
import { parseDuration } from '../../core/kinds/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, isMachineFormat, type ListShape, printDocument } from '../output/format.ts'
import type { Options, Session } from '../session.ts'
import { showList } from '../show-list.ts'

export interface TokenFlags extends Options {
  readonly may?: string[]
  readonly for?: string
  readonly namespaces?: string[]
  readonly bundles?: string[]
  readonly of?: string
}

const dayMs = 86_400_000

/** `ek token create LABEL`: a token for a program. Its secret is the one line of standard output. */
export async function tokenCreate(session: Session, label: string, flags: TokenFlags): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(flags.output)
  const { secret, token } = await client.createToken({ body: requestOf(label, flags) })
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'MadeToken', { secret, token })
  else {
    session.terminal.line(secret)
    session.terminal.note(
      `token ${token.id}: ${reachOf(token)}; until ${token.expiresAt}; it is not shown again`,
    )
  }
  return exitCodes.success
}

/** `ek token list`: one's own, or with `--of NAME` those of somebody; `--of '*'` all. */
export async function tokenList(session: Session, flags: TokenFlags): Promise<ExitCode> {
  const { client } = await session.hub()
  const query = flags.of === undefined ? {} : { name: flags.of }
  await showList(session, flags, formatOf(flags.output), shapeAt(session.now), async () => {
    const { items } = await client.tokens({ query })
    return { rows: items, empty: 'there is no token' }
  })
  return exitCodes.success
}

/** `ek token revoke ID`: from the next request on it is refused. */
export async function tokenRevoke(session: Session, id: string): Promise<ExitCode> {
  const { client } = await session.hub()
  const token = await client.revokeToken({ params: { token: id } })
  session.terminal.line(`token ${token.id} (${token.label}) of ${token.name} is revoked`)
  return exitCodes.success
}

function requestOf(label: string, flags: TokenFlags): CreateTokenRequest {
  const held = flags.may ?? ['read']
  const wrong = held.find((one) => !isPrivilege(one))
  if (wrong !== undefined) {
    throw cliFailure('usage', `--may ${wrong}: not a privilege: wanted ${privileges.join(', ')}`)
  }
  // Who may do anything may look at it, as with roles.
  const wanted = privileges.filter((one) => one === 'read' || held.includes(one))
  const span = flags.for ?? '30d'
  const days = /^(\d{1,3})d$/.exec(span)?.[1]
  const forMs = days === undefined ? parseDuration(span) : Number(days) * dayMs
  if (forMs === undefined || forMs === 0) {
    throw cliFailure('usage', `--for ${span}: no time span`, { hint: 'write 12h, or 90d' })
  }
  const limits = {
    ...(flags.cluster === undefined ? {} : { clusters: flags.cluster }),
    ...(flags.env === undefined ? {} : { environments: flags.env }),
    ...(flags.bundles === undefined ? {} : { bundles: flags.bundles }),
    ...(flags.namespaces === undefined ? {} : { namespaces: flags.namespaces }),
  }
  return { label, privileges: wanted, forMs, limits }
}

function isPrivilege(text: string): text is Privilege {
  return privileges.some((one) => one === text)
}

function shapeAt(now: () => number): ListShape<TokenView> {
  return {
    kind: 'TokenList',
    name: ({ id }) => `token/${id}`,
    columns: [
      { title: 'ID', cell: (one) => one.id },
      { title: 'LABEL', cell: (one) => one.label },
      { title: 'OF', cell: (one) => one.name },
      { title: 'MAY', cell: (one) => one.privileges.join(',') },
      { title: 'ON', cell: placesOf },
      { title: 'USED', cell: (one) => ageOf(one.usedAt, now()), moving: true },
      { title: 'UNTIL', cell: (one) => one.expiresAt ?? '-' },
    ],
  }
}

function reachOf(token: TokenView): string {
  return `may ${token.privileges.join(', ')} on ${placesOf(token)}`
}

function placesOf({ limits }: TokenView): string {
  const parts = Object.entries(limits).map(([what, names]) => `${what} ${(names ?? []).join(',')}`)
  return parts.length === 0 ? 'everything' : parts.join('; ')
}
