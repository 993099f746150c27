import { connect, type ClientHttp2Session } from 'node:http2'
import type { Simulator } from '../../src/sim/index.ts'
import type { JsonMap } from '../../src/core/object/index.ts'

export interface SimAnswer {
  readonly code: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  // Answers are looked at as they are.
  readonly body: JsonMap
  readonly text: string
}

export interface Asking {
  readonly method?: string
  readonly user?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A watch that is read line by line. */
export interface OpenWatch {
  /** The next event; undefined when the watch has ended. */
  next(): Promise<JsonMap | undefined>
  /** The next events that are no bookmarks. */
  take(count: number): Promise<JsonMap[]>
  close(): void
}

/** A client of one simulated cluster that hides nothing of what it answers. */
export class SimClient {
  readonly #session: ClientHttp2Session
  readonly #prefix: string

  constructor(simulator: Simulator, cluster: string) {
    this.#session = connect(simulator.url, { ca: simulator.certificate })
    this.#session.on('error', () => {})
    this.#prefix = `/clusters/${cluster}`
  }

  ask(path: string, { method = 'GET', user = 'admin', headers = {}, body }: Asking = {}): Promise<SimAnswer> {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request({
        ':method': method,
        ':path': path.startsWith('/sim/') ? path : this.#prefix + path,
        ...(user === '' ? {} : { authorization: `Bearer ${user}-token` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      })
      let code = 0
      let received: SimAnswer['headers'] = {}
      let text = ''
      stream.setEncoding('utf8')
      stream.on('response', (all) => {
        code = Number(all[':status'])
        received = all as SimAnswer['headers']
      })
      stream.on('data', (chunk: string) => (text += chunk))
      stream.on('error', reject)
      stream.on('close', () => resolve({ code, headers: received, body: parsed(text), text }))
      stream.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
    })
  }

  watch(path: string, headers: Readonly<Record<string, string>> = {}): OpenWatch {
    const stream = this.#session.request({
      ':path': this.#prefix + path,
      authorization: 'Bearer admin-token',
      ...headers,
    })
    const events: JsonMap[] = []
    const waiting: ((event: JsonMap | undefined) => void)[] = []
    let ended = false
    let rest = ''
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const event = JSON.parse(line) as JsonMap
        const next = waiting.shift()
        if (next === undefined) events.push(event)
        else next(event)
      }
    })
    stream.on('error', () => {})
    stream.on('close', () => {
      ended = true
      for (const next of waiting.splice(0)) next(undefined)
    })
    const next = (): Promise<JsonMap | undefined> => {
      const event = events.shift()
      if (event !== undefined || ended) return Promise.resolve(event)
      return new Promise((resolve) => waiting.push(resolve))
    }
    return {
      next,
      async take(count) {
        const taken: JsonMap[] = []
        while (taken.length < count) {
          const event = await next()
          if (event === undefined) break
          if (event.type !== 'BOOKMARK') taken.push(event)
        }
        return taken
      },
      close: () => stream.close(),
    }
  }

  close(): void {
    this.#session.destroy()
  }
}

function parsed(text: string): JsonMap {
  try {
    return JSON.parse(text) as JsonMap
  } catch {
    return {}
  }
}
