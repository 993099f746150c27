import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const attachMs = 10_000

/** Looks into a running Node process through its inspector, which it opens with SIGUSR1. */
export class Inspector {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (answer: Reply) => void>()
  #sent = 0

  /** `log`: the file that holds the standard error of the process, where it says its inspector's address. */
  static async attach(pid: number, log: string): Promise<Inspector> {
    process.kill(pid, 'SIGUSR1')
    const deadline = performance.now() + attachMs
    for (;;) {
      const text = await readFile(log, 'utf8')
      // The newest one: a log may hold what processes said that ended.
      const address = [...text.matchAll(/^Debugger listening on (ws:\S+)$/gm)].at(-1)?.[1]
      const socket = address === undefined ? undefined : await opened(address)
      if (socket !== undefined) return new Inspector(socket)
      if (performance.now() > deadline) throw new Error(`process ${pid} does not open its inspector`)
      await sleep(50)
    }
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const reply = JSON.parse(String(data)) as Reply
      if (reply.id === undefined) return
      this.#waiting.get(reply.id)?.(reply)
      this.#waiting.delete(reply.id)
    })
  }

  /** Lets the process give back what it does not hold any more. */
  async collectGarbage(): Promise<void> {
    for (let i = 0; i < 3; i += 1) await this.#call('HeapProfiler.collectGarbage')
  }

  /** What `process.memoryUsage()` says there, in bytes. */
  async memory(): Promise<NodeJS.MemoryUsage> {
    const { result } = await this.#call('Runtime.evaluate', {
      expression: 'process.memoryUsage()',
      returnByValue: true,
    })
    return (result as { value: NodeJS.MemoryUsage }).value
  }

  /** Begins to record where processor time goes; the answer ends that with the profile (a `.cpuprofile`). */
  async profile(): Promise<() => Promise<object>> {
    await this.#call('Profiler.enable')
    await this.#call('Profiler.start')
    return async () => (await this.#call('Profiler.stop')).profile as object
  }

  close(): void {
    this.#socket.close()
  }

  #call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.#sent += 1
    const id = this.#sent
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (result === undefined) reject(new Error(`${method}: ${JSON.stringify(error)}`))
        else resolve(result)
      })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }
}

interface Reply {
  readonly id?: number
  readonly result?: Record<string, unknown>
  readonly error?: unknown
}

function opened(address: string): Promise<WebSocket | undefined> {
  const socket = new WebSocket(address)
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(socket))
    socket.addEventListener('error', () => resolve(undefined))
  })
}
