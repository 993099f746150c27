import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { demoFailure } from '../failure.ts'

const run = promisify(execFile)

/** Somebody who commits. */
export interface Author {
  readonly name: string
  readonly email: string
}

/**
 * Runs git in a folder of the demo, apart from the configuration of whoever runs it. Throws `git-failed` with what git
 * says.
 */
export async function runGit(folder: string, args: readonly string[], author?: Author): Promise<string> {
  const { PATH = '' } = process.env
  const identity =
    author === undefined
      ? {}
      : {
          GIT_AUTHOR_NAME: author.name,
          GIT_AUTHOR_EMAIL: author.email,
          GIT_COMMITTER_NAME: author.name,
          GIT_COMMITTER_EMAIL: author.email,
        }
  const env = {
    PATH,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...identity,
  }
  try {
    const { stdout } = await run('git', ['-C', folder, ...args], { env, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw demoFailure(
      'git-failed',
      `git ${args[0] ?? ''}: cannot be run in ${folder}: ${said || String(error)}`,
      {
        cause: error,
        ...(isMissing ? { hint: 'install git, and start the demo again' } : {}),
      },
    )
  }
}
