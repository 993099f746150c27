import { spawn } from 'node:child_process'
import { Failure } from '../core/failure.ts'
import type { Clock } from '../runtime/index.ts'
import { classify } from './classify.ts'
import type { GitFailureCode } from './failures.ts'

/** What every run of git is given: the repository's name for messages, its environment, time. */
export interface GitContext {
  /** The repository's address without secrets. */
  readonly subject: string
  readonly clock: Clock
  readonly timeoutMs: number
  /** Aborts when the repository is closed. */
  readonly closed: AbortSignal
}

export interface GitRun {
  /** What is being done, for messages: `read the tree`. */
  readonly action: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly input?: string
  /** Bytes of standard output that are taken at most. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal
  /** Texts that must not appear in a message. */
  readonly secrets?: readonly string[]
  /** Called with the program's ID once it runs. */
  readonly onStart?: (pid: number) => void
}

/** Configuration that switches off whatever a repository or a machine could make git run. */
const safeConfig: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.symlinks=false',
  'core.alternateRefsCommand=true',
  'protocol.ext.allow=never',
  'credential.helper=',
  'http.followRedirects=false',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'fetch.unpackLimit=1',
  'gc.auto=0',
  'maintenance.auto=false',
]

const passedOn: readonly string[] = (
  'PATH TMPDIR TZ SSH_AUTH_SOCK SSL_CERT_FILE SSL_CERT_DIR ' +
  'HTTPS_PROXY https_proxy HTTP_PROXY http_proxy ALL_PROXY all_proxy NO_PROXY no_proxy'
).split(' ')

/**
 * The environment of every git: nothing that begins with `GIT_`, no home and so no configuration but ours, no
 * prompts. Proxies and certificate authorities of the machine are passed on.
 */
function baseEnvironment(): Record<string, string> {
  const env: Record<string, string> = {
    LC_ALL: 'C',
    HOME: '/nonexistent',
    XDG_CONFIG_HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    SSH_ASKPASS: 'true',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
  }
  for (const name of passedOn) {
    const value = process.env[name]
    if (value !== undefined) env[name] = value
  }
  return env
}

/**
 * Runs git without a shell, in a process group of its own, which is killed when time is up, the signal aborts
 * or the repository is closed (incident 32). Gives standard output; throws a `GitFailure` for anything else.
 */
export async function runGit(context: GitContext, run: GitRun): Promise<Buffer> {
  const say = (code: GitFailureCode, reason: string, hint?: string): Failure<GitFailureCode> =>
    new Failure(code, `repository ${context.subject}: cannot ${run.action}: ${reason}`, {
      subject: `repository ${context.subject}`,
      retryable: code === 'unreachable' || code === 'timeout' || code === 'no-space',
      ...(hint === undefined ? {} : { hint }),
    })
  const aborted = AbortSignal.any([context.closed, ...(run.signal === undefined ? [] : [run.signal])])
  if (aborted.aborted) throw say('aborted', 'it was stopped')

  const config = safeConfig.flatMap((entry) => ['-c', entry])
  const child = spawn('git', [...config, ...run.args], {
    env: { ...baseEnvironment(), ...run.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let ended: Failure<GitFailureCode> | undefined
  let killTimer: { cancel(): void } | undefined
  const end = (why: Failure<GitFailureCode>): void => {
    ended ??= why
    killGroup(child.pid, 'SIGTERM')
    killTimer ??= context.clock.setTimeout(() => killGroup(child.pid, 'SIGKILL'), 2000)
  }
  const onAbort = (): void => end(say('aborted', 'it was stopped'))
  aborted.addEventListener('abort', onAbort, { once: true })
  const timer = context.clock.setTimeout(
    () => end(say('timeout', `no end after ${Math.round(context.timeoutMs / 1000)} s`)),
    context.timeoutMs,
  )
  const out: Buffer[] = []
  let bytes = 0
  const maxBytes = run.maxBytes ?? 64 * 1024 * 1024
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) end(say('too-large', `more than ${maxBytes} bytes`))
    else out.push(chunk)
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < 64 * 1024) errors += chunk.toString('utf8')
  })
  // A program that ends before it has read everything closes the pipe; its exit code says why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(run.input ?? '')
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', (error) => reject(say('no-git', error.message, 'install git 2.30 or newer')))
      child.on('close', (status) => resolve(status))
      child.on('spawn', () => {
        if (child.pid !== undefined) run.onStart?.(child.pid)
      })
    })
    if (ended !== undefined) throw ended
    if (code !== 0) {
      const { code: kind, reason, hint } = classify(errors, run.secrets ?? [])
      throw say(kind, reason === '' ? `git ended with ${code ?? 'a signal'}` : reason, hint)
    }
    return Buffer.concat(out)
  } finally {
    timer.cancel()
    killTimer?.cancel()
    aborted.removeEventListener('abort', onAbort)
    // Whatever git started and left behind ends with it.
    killGroup(child.pid, 'SIGKILL')
  }
}

/** Signals the process group of `pid`; a group that is gone is no error. */
export function killGroup(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Already gone.
  }
}
