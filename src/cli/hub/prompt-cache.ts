import { mkdir, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { IdentityView } from '../../api/index.ts'
import type { Environment } from '../output/terminal.ts'
import type { Session } from '../session.ts'

/** The folder of what a prompt shows, a file for each context of the kubeconfig. */
export function promptFolder(environment: Environment): string {
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'evenkeel', 'prompt')
}

/**
 * Keeps what a prompt shows of a context: its name, mark, cluster, colour and when it was seen, a line each. A shell reads
 * it at every prompt, so it holds nothing that a shell or a terminal could take for more than text.
 */
export async function keepPrompt(session: Session, context: string, identity: IdentityView): Promise<void> {
  const { environment, tier, cluster, colour } = identity
  const mark = `${plain(environment.toUpperCase())}${tier === 'protected' ? '!' : ''}`
  const lines = [
    context.replace(/\p{Cc}/gu, ''),
    mark,
    plain(cluster),
    sequenceOf(colour),
    String(Math.floor(session.now() / 1000)),
  ]
  const folder = promptFolder(session.environment)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, fileOf(context))
  await writeFile(`${file}.${process.pid}`, `${lines.join('\n')}\n`, { mode: 0o600 })
  await rename(`${file}.${process.pid}`, file)
}

/** As the shell makes it of a context's name; the first line tells contexts of one file apart. */
function fileOf(context: string): string {
  return context.replace(/[^A-Za-z0-9.-]/g, '_')
}

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9.-]/g, '_')
}

/** `201;25;11` for `#c9190b`; the empty text for none. */
function sequenceOf(colour: string | undefined): string {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour ?? '')
  return match === null
    ? ''
    : match
        .slice(1)
        .map((part) => Number.parseInt(part, 16))
        .join(';')
}
