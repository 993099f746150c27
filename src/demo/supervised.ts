import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { freemem } from 'node:os'
import { demoFailure } from './failure.ts'

export interface SupervisedOptions {
  /** In messages: `hub`. */
  readonly name: string
  /** How this program is started: its executable, and what stands before the words. */
  readonly program: readonly [string, ...string[]]
  readonly words: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  /** Gets everything that it prints. */
  readonly log: string
  /** Printed on standard output once it is ready. */
  readonly ready: RegExp
  /** Called when it ends without having been asked to. */
  readonly onEnd: (failure: Error) => void
}

/** A simulator that keeps a thousand clusters has some writing to do. */
const patienceMs = 60_000

/** A process of the demo. */
export class Supervised {
  readonly #child: ChildProcess
  readonly #closed: Promise<void>
  #isStopping = false

  private constructor(child: ChildProcess, closed: Promise<void>) {
    this.#child = child
    this.#closed = closed
  }

  /** Starts it and waits until it says that it is ready. Throws `process-ended` with the end of its log otherwise. */
  static async start(options: SupervisedOptions): Promise<Supervised> {
    const [executable, ...before] = options.program
    // A group of its own: Ctrl-C reaches the demo alone, which ends its processes in their order.
    const child = spawn(executable, [...heap(), ...before, ...options.words], {
      env: options.environment,
      // The channel says nothing: where the demo is killed, it breaks, and they end too.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    const log = createWriteStream(options.log, { mode: 0o600, flags: 'a' })
    const closed = new Promise<void>((resolve) => {
      child.once('error', () => resolve())
      child.once('close', () => log.end(() => resolve()))
    })
    const supervised = new Supervised(child, closed)
    let said = ''
    child.stderr?.pipe(log, { end: false })
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        log.write(chunk)
        if (said.length < 10_000) said += chunk.toString()
        if (options.ready.test(said)) resolve()
      })
      void closed.then(async () => {
        if (supervised.#isStopping) return reject(new Error(`${options.name} was stopped`))
        const failure = await endedFailure(options)
        reject(failure)
        options.onEnd(failure)
      })
    })
    return supervised
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Asks it to end, and ends it when it takes too long. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs)
    await this.#closed
    clearTimeout(timer)
  }
}

/** A thousand simulated clusters need more than Node takes by itself. */
function heap(): string[] {
  const megabytes = Math.floor(freemem() / 1024 / 1024)
  return [`--max-old-space-size=${Math.max(2_048, Math.min(12_288, Math.floor(megabytes * 0.7)))}`]
}

async function endedFailure({ name, log }: SupervisedOptions): Promise<Error> {
  const text = (await readFile(log, 'utf8').catch(() => '')).trim()
  const last = text.split('\n').slice(-3).join('\n')
  const isTaken = /address already in use|EADDRINUSE|something else listens/.test(last)
  return demoFailure(isTaken ? 'port-taken' : 'process-ended', `the ${name} of the demo has ended: ${last}`, {
    hint: `all that it said stands in ${log}, which is thrown away unless --keep is given`,
  })
}
