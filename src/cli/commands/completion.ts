import { access, chmod, constants, mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { reasonOf } from '../../core/failure.ts'
import { nearest } from '../../core/nearest.ts'
import { cliFailure } from '../cli-failure.ts'
import { completionScripts, kubectlCompletion } from '../completion-scripts.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import type { Environment } from '../output/terminal.ts'
import type { Session } from '../session.ts'

/** `ek completion bash|zsh|fish` prints a script; `install` writes all of them, and kubectl's. */
export async function completionCommand(session: Session, shell: string): Promise<ExitCode> {
  if (shell === 'install') return install(session)
  const script = completionScripts.get(shell)
  if (script === undefined) {
    const known = [...completionScripts.keys(), 'install']
    const near = nearest(shell, known)
    throw cliFailure('usage', `completion ${shell}: not a shell that is known: wanted ${known.join(', ')}`, {
      hint: near === undefined ? 'name the shell that you use' : `did you mean ${near}?`,
    })
  }
  session.terminal.raw(script)
  return exitCodes.success
}

async function install(session: Session): Promise<ExitCode> {
  const { environment, terminal } = session
  const home = environment['HOME'] || homedir()
  const data = environment['XDG_DATA_HOME'] || join(home, '.local', 'share')
  const config = environment['XDG_CONFIG_HOME'] || join(home, '.config')
  const files: [string, string][] = [
    [join(data, 'bash-completion', 'completions', 'ek'), completionScripts.get('bash') ?? ''],
    [join(data, 'bash-completion', 'completions', 'evenkeel'), completionScripts.get('bash') ?? ''],
    [join(data, 'zsh', 'site-functions', '_ek'), completionScripts.get('zsh') ?? ''],
    [join(config, 'fish', 'completions', 'ek.fish'), completionScripts.get('fish') ?? ''],
  ]
  for (const [file, text] of files) {
    await write(file, text)
    terminal.line(file)
  }
  const bin = await programFolder(environment, home)
  const plugin = join(bin, 'kubectl_complete-evenkeel')
  await write(plugin, kubectlCompletion)
  await chmod(plugin, 0o755)
  terminal.line(plugin)
  if (!pathOf(environment).includes(bin)) {
    terminal.note(`hint: put ${bin} on the PATH, so that kubectl evenkeel completes`)
  }
  terminal.note(
    `hint: zsh needs fpath+=(${join(data, 'zsh', 'site-functions')}) before compinit; start a new shell`,
  )
  return exitCodes.success
}

async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  } catch (error) {
    throw cliFailure('file', `${file}: cannot write it: ${reasonOf(error)}`, { cause: error })
  }
}

function pathOf(environment: Environment): string[] {
  return (environment['PATH'] ?? '').split(delimiter)
}

/** The first folder of the PATH that lies in the home folder and can be written to, else `~/.local/bin`. */
async function programFolder(environment: Environment, home: string): Promise<string> {
  for (const folder of pathOf(environment)) {
    if (!folder.startsWith(`${home}/`)) continue
    const writable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    )
    if (writable) return folder
  }
  return join(home, '.local', 'bin')
}
