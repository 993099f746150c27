import { readFile } from 'node:fs/promises'
import { createClient } from '../../api/index.ts'
import { reasonOf } from '../../core/failure.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { hubUrl } from '../hub/hub-address.ts'
import { forgetLogin, keepLogin } from '../hub/logins.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import type { Options, Session } from '../session.ts'

export interface LoginFlags extends Options {
  readonly link?: boolean
  readonly tokenFile?: string
}

/**
 * `ek login URL`: keeps the token of a hub, which is asked first whose it is; `ek login --link`: a link that signs a browser
 * of this machine in, once.
 */
export async function loginCommand(
  session: Session,
  named: string | undefined,
  options: LoginFlags,
): Promise<ExitCode> {
  const format = formatOf(options.output)
  if (options.link === true) return await printLink(session, format)
  if (named === undefined) {
    throw cliFailure('usage', 'login: no hub is named', {
      hint: 'name one, with its token in EVENKEEL_TOKEN, or add --link for the link of a browser',
    })
  }
  const url = hubUrl(named, 'login')
  const token = await tokenFrom(session, options)
  if (token === '') {
    throw cliFailure('no-token', `hub ${url.host}: no token to show it`, {
      hint: 'make one in the hub under Settings, and give it with EVENKEEL_TOKEN or --token-file',
    })
  }
  const address = url.href.replace(/\/+$/, '')
  const who = await createClient({ url: address, token, fetch }).session({})
  await keepLogin(session.environment, { url: address, token })
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'Session', who)
  else {
    const until = who.expiresAt === undefined ? '' : `, until ${who.expiresAt}`
    session.terminal.line(`logged in to ${url.host} as ${who.name}${until}`)
  }
  return exitCodes.success
}

/** `ek logout [URL]`: forgets the token; the hub knows it still. */
export async function logoutCommand(session: Session, named: string | undefined): Promise<ExitCode> {
  const gone = await forgetLogin(
    session.environment,
    named === undefined ? undefined : hubUrl(named, 'logout'),
  )
  session.terminal.line(
    gone === undefined
      ? 'not logged in'
      : `logged out of ${new URL(gone.url).host}; its token is still good there`,
  )
  return exitCodes.success
}

async function printLink(session: Session, format: ReturnType<typeof formatOf>): Promise<ExitCode> {
  const { client } = await session.hub()
  const link = await client.signInLink({})
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'SignInLink', link)
  else {
    session.terminal.line(link.url)
    session.terminal.note('signs one browser in, within 10 minutes')
  }
  return exitCodes.success
}

async function tokenFrom({ environment }: Session, { tokenFile }: LoginFlags): Promise<string> {
  if (tokenFile === undefined) return environment['EVENKEEL_TOKEN'] ?? ''
  try {
    return (await readFile(tokenFile === '-' ? '/dev/stdin' : tokenFile, 'utf8')).trim()
  } catch (error) {
    throw cliFailure('file', `--token-file ${tokenFile}: cannot be read: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}
