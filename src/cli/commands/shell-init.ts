import { nearest } from '../../core/nearest.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { promptFolder } from '../hub/prompt-cache.ts'
import type { Session } from '../session.ts'
import { shellPrompts } from '../shell-prompts.ts'

/**
 * `ek shell-init bash|zsh|fish`: prints shell code that shows environment and cluster at the prompt. It reads the kubeconfig
 * and a small file, and starts no Node (cli §7).
 */
export async function shellInitCommand(session: Session, shell: string): Promise<ExitCode> {
  const prompt = shellPrompts.get(shell)
  if (prompt === undefined) {
    const near = nearest(shell, [...shellPrompts.keys()])
    throw cliFailure(
      'usage',
      `shell-init ${shell}: not a shell that is known: wanted bash, zsh or fish`,
      near === undefined ? {} : { hint: `did you mean ${near}?` },
    )
  }
  session.terminal.raw(prompt(promptFolder(session.environment)))
  return exitCodes.success
}
