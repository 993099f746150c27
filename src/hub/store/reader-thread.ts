import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/** One statement to carry out. */
export interface Asked {
  readonly id: number
  readonly text: string
  readonly parameters: readonly unknown[]
}

/** Its rows, or what SQLite said in place of them. */
export type Answered =
  | { readonly id: number; readonly rows: readonly unknown[] }
  | { readonly id: number; readonly error: { message: string; code: unknown; errcode: unknown } }

const keptStatements = 100
/** In KiB, as SQLite takes it: questions that count go through much of the index. */
const cacheKiB = 16_384

/** The thread that reads beside the connection which writes: it answers one statement after the other, until told to close. */
const port = parentPort
if (port === null) throw new Error('src/hub/store/reader-thread.ts runs in a worker thread')
const connection = new DatabaseSync(workerData as string, { readOnly: true, timeout: 5_000 })
connection.exec(`pragma trusted_schema = off; pragma query_only = on; pragma cache_size = -${cacheKiB}`)
const prepared = new Map<string, StatementSync>()

port.on('message', (message: Asked | 'close') => {
  if (message === 'close') {
    connection.close()
    port.close()
    return
  }
  port.postMessage(answerTo(message))
})

function answerTo({ id, text, parameters }: Asked): Answered {
  try {
    return { id, rows: statementOf(text).all(...(parameters as SQLInputValue[])) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { message, code, errcode } = error as Error & { code?: unknown; errcode?: unknown }
    return { id, error: { message, code, errcode } }
  }
}

function statementOf(text: string): StatementSync {
  const known = prepared.get(text)
  if (known !== undefined) return known
  const statement = connection.prepare(text)
  if (prepared.size >= keptStatements) prepared.delete(prepared.keys().next().value ?? '')
  prepared.set(text, statement)
  return statement
}
