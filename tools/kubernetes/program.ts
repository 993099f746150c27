import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'

/** A server process that was started for a test. */
export interface Program {
  readonly pid: number
  readonly log: string
  /** True until the process has ended, for whatever reason. */
  running(): boolean
  /** Sends a signal to exactly this process. */
  signal(signal: NodeJS.Signals): void
  /** Ends the process: SIGTERM, then SIGKILL after the grace (milliseconds). Resolves when it is gone. */
  stop(graceMs?: number): Promise<void>
}

/**
 * Starts a server whose output goes to the file `log`. The kernel ends it when the starting process dies
 * (`setpriv --pdeathsig`), so that a killed test run leaves nothing behind.
 */
export function startProgram(path: string, args: readonly string[], log: string): Program {
  const out = openSync(log, 'a')
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', path, ...args], { stdio: ['ignore', out, out] })
  const ended = once(child, 'close').catch(() => undefined)
  if (child.pid === undefined)
    throw new Error(`cannot start ${path}: is it there, and is util-linux installed?`)
  const pid = child.pid
  return {
    pid,
    log,
    running: () => alive(child),
    signal: (signal) => void child.kill(signal),
    async stop(graceMs = 8_000) {
      if (!alive(child)) return
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await ended
      clearTimeout(timer)
    },
  }
}

function alive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

/** The last lines of a program's log, for the message of a failed start. */
export async function endOfLog(program: Program): Promise<string> {
  const text = await readFile(program.log, 'utf8').catch(() => '')
  return text.slice(-2_000)
}

/** Ports on the loopback address that were free a moment ago; all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
