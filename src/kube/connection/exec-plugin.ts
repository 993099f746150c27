import { type ChildProcess, spawn } from 'node:child_process'
import { resolve as resolvePath } from 'node:path'
import { reasonOf } from '../../core/failure.ts'
import { isMap, type Json, type JsonMap } from '../../core/object/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { KubeFailure } from '../failure.ts'
import type { ClientCertificate } from './credentials.ts'

export interface ExecPluginOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env: { readonly [name: string]: string }
  /** What a command with a slash is relative to; one without is looked up on the PATH. */
  readonly folder: string
  readonly apiVersion: string
  /** The `spec.cluster` handed over where `provideClusterInfo` is set. */
  readonly cluster: JsonMap | undefined
  readonly installHint: string | undefined
  readonly clock: Clock
  readonly timeoutMs?: number
}

/** What a plugin gave. */
export interface ExecCredential {
  readonly token: string | undefined
  readonly certificate: ClientCertificate | undefined
  /** When it stops being good, by our clock. */
  readonly expiresAt: number | undefined
}

const known = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']
const maxOutput = 1024 * 1024

/**
 * A client-go credential plugin (client.authentication.k8s.io/v1 and v1beta1): a program of the operator's own
 * kubeconfig, run without a shell and without standard input.
 */
export class ExecPlugin {
  readonly #options: ExecPluginOptions
  readonly #program: string

  constructor(options: ExecPluginOptions) {
    if (!known.includes(options.apiVersion)) {
      throw new KubeFailure(
        'bad-kubeconfig',
        `user.exec.apiVersion: cannot use ${JSON.stringify(options.apiVersion)}: known are ${known.join(', ')}`,
      )
    }
    this.#options = options
    const { command, folder } = options
    this.#program = command.includes('/') ? resolvePath(folder, command) : command
  }

  /** Runs the program once. Throws `no-credential` when it fails, hangs or answers something else. */
  async run(): Promise<ExecCredential> {
    const { command, apiVersion, cluster } = this.#options
    const info = {
      apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: false, ...(cluster === undefined ? {} : { cluster }) },
    }
    const output = await this.#output(JSON.stringify(info))
    let answer: unknown
    try {
      answer = JSON.parse(output)
    } catch {
      throw this.#failed(`${command} wrote no JSON`)
    }
    return this.#credentialOf(answer)
  }

  #credentialOf(answer: unknown): ExecCredential {
    const { apiVersion, command } = this.#options
    if (!isMap(answer) || answer.kind !== 'ExecCredential')
      throw this.#failed(`${command} wrote no ExecCredential`)
    if (answer.apiVersion !== apiVersion) {
      throw this.#failed(
        `${command} answered in version ${JSON.stringify(answer.apiVersion)}, wanted ${apiVersion}`,
      )
    }
    const status = isMap(answer.status) ? answer.status : {}
    const token = text(status.token)
    const cert = text(status.clientCertificateData)
    const key = text(status.clientKeyData)
    if ((cert === undefined) !== (key === undefined)) {
      throw this.#failed(`${command} gave a client certificate without its key, or the other way round`)
    }
    if (token === undefined && cert === undefined)
      throw this.#failed(`${command} gave neither token nor certificate`)
    const expires = text(status.expirationTimestamp)
    const at = expires === undefined ? Number.NaN : Date.parse(expires)
    return {
      token,
      certificate: cert === undefined || key === undefined ? undefined : { cert, key },
      expiresAt: Number.isNaN(at) ? undefined : at,
    }
  }

  #output(info: string): Promise<string> {
    const { command, args, env, clock, timeoutMs = 60_000 } = this.#options
    return new Promise((resolve, reject) => {
      let child: ChildProcess
      try {
        child = spawn(this.#program, [...args], {
          env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: info },
          stdio: ['ignore', 'pipe', 'pipe'],
          detached: true,
        })
      } catch (error) {
        reject(this.#failed(`${command} did not start: ${reasonOf(error)}`))
        return
      }
      let output = ''
      let complaint = ''
      const finish = (error: KubeFailure | undefined): void => {
        timer.cancel()
        if (error === undefined) resolve(output)
        else reject(error)
      }
      const give = (why: string): void => {
        killGroup(child)
        finish(this.#failed(why))
      }
      const timer = clock.setTimeout(
        () => give(`${command} gave no answer within ${timeoutMs / 1000} s`),
        timeoutMs,
      )
      child.stdout?.on('data', (data: Buffer) => {
        output += data.toString()
        if (output.length > maxOutput) give(`${command} wrote more than ${maxOutput} bytes`)
      })
      child.stderr?.on('data', (data: Buffer) => {
        if (complaint.length < 2_000) complaint += data.toString()
      })
      child.on('error', (error) => finish(this.#failed(`${command} did not start: ${error.message}`)))
      child.on('close', (code, signal) => {
        if (code === 0) finish(undefined)
        else finish(this.#failed(`${command} ended with ${signal ?? code}${quoted(complaint)}`))
      })
    })
  }

  #failed(why: string): KubeFailure {
    return new KubeFailure('no-credential', `user.exec: cannot get a credential: ${why}`, {
      hint: this.#options.installHint ?? `run ${this.#options.command} by hand to see what it asks for`,
      retryable: true,
    })
  }
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The last line of what the program complained about, without anything that looks like a credential. */
function quoted(complaint: string): string {
  const line = complaint.trim().split('\n').at(-1)?.trim() ?? ''
  if (line === '') return ''
  return `: ${line.slice(0, 200).replace(/[A-Za-z0-9+/_=.~-]{20,}/g, '…')}`
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}
