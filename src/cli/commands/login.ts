import { exitCodes, type ExitCode } from '../exit-code.ts'
import { cliFailure } from '../cli-failure.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import type { Options, Session } from '../session.ts'

/** `ek login --link`: a link that signs a browser of this machine in, once. */
export async function loginCommand(
  session: Session,
  options: Options & { readonly link?: boolean },
): Promise<ExitCode> {
  const format = formatOf(options.output)
  if (options.link !== true) {
    throw cliFailure('usage', 'login: what is meant is not said', {
      hint: 'add --link for the link of a browser',
    })
  }
  const { client } = await session.hub()
  const link = await client.signInLink({})
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'SignInLink', link)
  else {
    session.terminal.line(link.url)
    session.terminal.note('signs one browser in, within 10 minutes')
  }
  return exitCodes.success
}
