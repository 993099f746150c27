import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Client, createClient } from '../../src/api/index.ts'
import { until } from './hub-under-test.ts'

export interface LocalHub {
  readonly url: string
  readonly token: string
  readonly pid: number
}

/** A hub in a process of its own, which ends with the test run at the latest. */
export class HubProcess {
  readonly #child: ChildProcess
  readonly ended: Promise<number | null>
  /** Everything that it wrote, log and all. */
  output = ''
  #local: LocalHub | undefined
  #client: Client | undefined

  constructor(command: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const hear = (data: Buffer): void => void (this.output += data.toString())
    this.#child.stdout?.on('data', hear)
    this.#child.stderr?.on('data', hear)
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject)
      this.#child.on('close', (code) => resolve(code))
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  get local(): LocalHub {
    if (this.#local === undefined) throw new Error('the hub does not answer yet')
    return this.#local
  }

  get client(): Client {
    this.#client ??= createClient({ url: this.local.url, token: this.local.token, fetch })
    return this.#client
  }

  /** Waits until the hub has said where it is. */
  async answers(data: string): Promise<void> {
    this.#local = await until(
      'the hub answers',
      async () => {
        if (!this.running) throw new Error(`the hub ended: ${this.output}`)
        const text = await readFile(join(data, 'hub.json'), 'utf8').catch(() => '{}')
        return JSON.parse(text) as LocalHub
      },
      ({ pid }) => pid === this.pid,
    )
  }

  /** Asks it to end, and answers its exit code. */
  async terminate(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    return this.ended
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }
}
