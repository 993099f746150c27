import { spawn } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adminToken } from './serve-fleet.ts'

const root = new URL('../..', import.meta.url).pathname
const program = join(root, 'bin', 'evenkeel')

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly env?: { readonly [name: string]: string | undefined }
  /** By which name the program is called. */
  readonly as?: 'kubectl-evenkeel'
}

/** A home folder of its own, in which the program finds a running hub. */
export class CliHome {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(hubUrl?: string): Promise<CliHome> {
    const home = new CliHome(await mkdtemp(join(tmpdir(), 'evenkeel-cli-')))
    if (hubUrl !== undefined) await home.useHub(hubUrl)
    return home
  }

  /** Writes the file by which a local hub is found. */
  async useHub(url: string, token = adminToken, pid = process.pid): Promise<void> {
    await writeFile(join(this.folder, 'hub.json'), JSON.stringify({ url, token, pid }), { mode: 0o600 })
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Runs the program without a terminal. */
  async run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    return collect(this.start(args, { ...options, program: await this.#programAs(options.as) }))
  }

  /** The program under the name that it is called by. */
  async #programAs(name: CliOptions['as']): Promise<string> {
    if (name === undefined) return program
    const link = join(this.folder, name)
    await symlink(program, link)
    return link
  }

  /** Starts the program without a terminal and leaves it running. */
  start(args: readonly string[], options: CliOptions & { readonly program?: string } = {}) {
    return spawn(options.program ?? program, args, { cwd: this.folder, env: this.#environment(options) })
  }

  /**
   * Runs the program on a terminal of its own. `answers` are typed one by one, each when the text before it has shown
   * up. `stdout` is what a person sees, both streams in one.
   */
  async onTerminal(
    args: readonly string[],
    answers: readonly (readonly [prompt: string, typed: string])[] = [],
    options: CliOptions = {},
  ): Promise<CliResult> {
    const line = [program, ...args].map((word) => `'${word}'`).join(' ')
    const child = spawn('script', ['-qfec', line, '/dev/null'], {
      cwd: this.folder,
      env: { ...this.#environment(options), TERM: 'xterm', SHELL: '/bin/sh' },
    })
    let seen = 0
    let output = ''
    const waiting = [...answers]
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const [next] = waiting
      const at = next === undefined ? -1 : output.indexOf(next[0], seen)
      if (next === undefined || at < 0) return
      seen = at + next[0].length
      waiting.shift()
      child.stdin.write(next[1])
    })
    const result = await collect(child)
    return { ...result, stdout: visible(result.stdout) }
  }

  #environment(options: CliOptions): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.folder,
      EVENKEEL_DATA: this.folder,
      XDG_CACHE_HOME: join(this.folder, 'cache'),
      KUBECONFIG: join(this.folder, 'kubeconfig'),
      ...options.env,
    }
  }
}

/** What stays visible of what a terminal was sent. */
function visible(text: string): string {
  return text.replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, '').replaceAll('\r', '')
}

function collect(child: ReturnType<typeof spawn>): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
