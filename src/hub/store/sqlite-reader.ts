import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { findBeside } from '../../box/index.ts'
import type { Answered, Asked } from './reader-thread.ts'
import type { Queries, Schema } from './schema.ts'

/** A thread that nobody has asked for so long ends, and gives its memory back. */
const idleMs = 60_000

/**
 * Reads a SQLite file in a thread of its own, so that a question which takes long keeps nothing else waiting. It sees what
 * was committed before it is asked. The thread is there while it is used.
 */
export class SqliteReader {
  readonly queries: Queries
  readonly #file: string
  readonly #waiting = new Map<number, (answered: Answered) => void>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #asked = 0

  constructor(file: string) {
    this.#file = file
    this.queries = new Kysely<Schema>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => driverOf((query) => this.#ask(query)),
        createIntrospector: (database) => new SqliteIntrospector(database),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    })
  }

  /** Ends the thread; what is being read ends first. */
  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    if (worker === undefined) return
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    // A program may have nothing else to do any more, and is not to end before this.
    worker.ref()
    worker.postMessage('close')
    await ended
  }

  async #ask({ sql: text, parameters }: CompiledQuery): Promise<readonly unknown[]> {
    this.#asked += 1
    const asked: Asked = { id: this.#asked, text, parameters }
    const worker = this.#start()
    const answered = await new Promise<Answered>((resolve) => {
      this.#waiting.set(asked.id, resolve)
      worker.postMessage(asked)
    })
    if (this.#waiting.size === 0) this.#rest()
    if ('rows' in answered) return answered.rows
    const { message, code, errcode } = answered.error
    throw Object.assign(new Error(message), { code, errcode })
  }

  #start(): Worker {
    clearTimeout(this.#idle)
    if (this.#worker !== undefined) {
      this.#worker.ref()
      return this.#worker
    }
    const worker = new Worker(threadFile(), { workerData: this.#file, env: {}, argv: [], execArgv: [] })
    const lost = (why: string): void => {
      if (this.#worker === worker) this.#worker = undefined
      for (const [id, settle] of this.#waiting) {
        this.#waiting.delete(id)
        settle({ id, error: { message: why, code: undefined, errcode: undefined } })
      }
    }
    worker.on('message', (answered: Answered) => {
      this.#waiting.get(answered.id)?.(answered)
      this.#waiting.delete(answered.id)
    })
    worker.on('error', (error) => lost(error instanceof Error ? error.message : String(error)))
    worker.on('exit', () => lost('the thread that reads the database ended'))
    this.#worker = worker
    return worker
  }

  /** A thread that has nothing to do keeps no program running. */
  #rest(): void {
    this.#worker?.unref()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.close(), idleMs)
    this.#idle.unref()
  }
}

function threadFile(): URL | string {
  const source = new URL('./reader-thread.ts', import.meta.url)
  if (import.meta.url.endsWith('.ts') && existsSync(source)) return source
  const built = findBeside('reader-thread.mjs')
  if (built === undefined) throw new Error('reader-thread.mjs is missing beside the program')
  return built
}

/** Statements that read, each for itself. */
function driverOf(ask: (query: CompiledQuery) => Promise<readonly unknown[]>): Driver {
  const refused = (): Promise<never> => Promise.reject(new Error('this connection reads only'))
  const connection: DatabaseConnection = {
    executeQuery: async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> => {
      // Rows are what the statement selects.
      return { rows: (await ask(query)) as Row[] }
    },
    streamQuery: () => {
      throw new Error('this connection does not stream')
    },
  }
  const done = (): Promise<void> => Promise.resolve()
  return {
    init: done,
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: refused,
    commitTransaction: refused,
    rollbackTransaction: refused,
    releaseConnection: done,
    destroy: done,
  }
}
