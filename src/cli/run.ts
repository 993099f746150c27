import { CommanderError } from 'commander'
import type { Readable, Writable } from 'node:stream'
import { exitCodeOf, exitCodes } from './exit-code.ts'
import { type Environment, Terminal } from './output/terminal.ts'
import { createProgram } from './program.ts'
import type { Session } from './session.ts'

export interface Surroundings {
  readonly environment: Environment
  readonly out: Writable
  readonly err: Writable
  readonly in: Readable
}

/** What a shell calls an end by ctrl-C. */
const interrupted = 130

/**
 * Runs one command line and answers its exit code. A reader that went away (EPIPE) ends the program quietly; ctrl-C ends
 * it at once while it waits for a hub, and ends a watch with success.
 */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { environment } = surroundings
  const terminal = new Terminal(surroundings, environment)
  const interrupt = new AbortController()
  const program = environment['EVENKEEL_PROGRAM'] === 'kubectl-evenkeel' ? 'kubectl evenkeel' : 'ek'
  let watching = false
  let code: number = exitCodes.success
  const session: Session = {
    terminal,
    environment,
    program,
    now: () => Date.now(),
    signal: interrupt.signal,
    hub: once(async () => {
      const { connectHub } = await import('./hub/connect.ts')
      return connectHub(commander.opts<{ hub?: string }>().hub, environment)
    }),
  }
  const commander = createProgram(session, async (work, options) => {
    watching = options.watch === true
    code = await work()
  })
  const onSignal = (): void => {
    interrupt.abort()
    if (!watching) process.exit(interrupted)
  }
  process.once('SIGINT', onSignal)
  const quiet = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') process.exit(code)
    throw error
  }
  surroundings.out.on('error', quiet)
  surroundings.err.on('error', quiet)
  try {
    await commander.parseAsync([...words], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.error
    if (interrupt.signal.aborted) return watching ? exitCodes.success : interrupted
    const { printFailure } = await import('./output/print-failure.ts')
    printFailure(terminal, error)
    return exitCodeOf(error)
  } finally {
    // Whatever still waits or follows ends now, or it would keep the program alive.
    interrupt.abort()
    process.off('SIGINT', onSignal)
  }
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => (made ??= make())
}
