import { Failure, reasonOf } from '../../core/failure.ts'
import { HubFailure } from '../failure.ts'

const freeSpace = 'make room on the disk of the data folder; the hub goes on by itself'
const restore = 'stop the hub, put a backup from the folder backups in its place, and start again'

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const sqlite = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notDatabase: 26 }

/** SQLITE_IOERR_SHMSIZE: the shared-memory file could not grow, which only a full disk does. */
const shmSize = 4874

/**
 * What an error of a database means. Failures, and errors that no database gives, come back as they are:
 * they are answers of our own code, or bugs.
 */
export function failureOf(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown }
  if (code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number') return sqliteFailure(error, errcode)
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in error)
    return postgresFailure(error, code)
  if (isConnectionError(error, code)) return unreachable(error)
  return error
}

/** True when the database refused one statement and not the transaction or the connection around it. */
export function isAboutOneStatement(error: unknown): boolean {
  const failure = failureOf(error)
  return !(failure instanceof HubFailure) || failure.code === 'fenced'
}

function sqliteFailure(error: Error, errcode: number): unknown {
  const reason = error.message
  switch (errcode === shmSize ? sqlite.full : errcode & 0xff) {
    case sqlite.full:
      return full(error)
    case sqlite.corrupt:
    case sqlite.notDatabase:
      return new HubFailure('store-corrupt', `database: it is damaged: ${reason}`, {
        cause: error,
        hint: restore,
      })
    case sqlite.ioError:
    case sqlite.cannotOpen:
    case sqlite.readOnly:
      return new HubFailure('store-failed', `database: the disk refused a read or a write: ${reason}`, {
        cause: error,
        hint: 'check the disk and the rights of the data folder, then restart the hub',
      })
    case sqlite.busy:
      return new HubFailure('store-locked', `database: another process holds it: ${reason}`, {
        cause: error,
        retryable: true,
        hint: 'stop the other program that reads the data folder',
      })
    default:
      return error
  }
}

/** PostgreSQL, appendix A: error codes by class. */
function postgresFailure(error: Error, code: string): unknown {
  if (code === '53100') return full(error)
  if (code === 'XX001' || code === 'XX002') {
    return new HubFailure('store-corrupt', `database: it is damaged: ${error.message}`, {
      cause: error,
      hint: 'restore the database from its backup',
    })
  }
  const starting = ['57P01', '57P02', '57P03', '53300']
  if (code.startsWith('08') || starting.includes(code)) return unreachable(error)
  if (/^(28|3D|42501|25006|58|53)/.test(code)) {
    return new HubFailure('store-failed', `database: it refuses: ${error.message}`, {
      cause: error,
      hint: 'check the user, its rights and the name of the database in hub.yaml',
    })
  }
  return error
}

function isConnectionError(error: Error, code: unknown): boolean {
  const codes = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']
  if (typeof code === 'string' && codes.includes(code)) return true
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    error.message,
  )
}

function full(cause: Error): HubFailure {
  return new HubFailure(
    'store-full',
    'database: cannot write: the disk is full; nothing of this write is kept',
    {
      cause,
      retryable: true,
      hint: freeSpace,
    },
  )
}

function unreachable(cause: Error): HubFailure {
  return new HubFailure('store-unreachable', `database: no answer: ${reasonOf(cause)}`, {
    cause,
    retryable: true,
    hint: 'check that the database runs and that the address in hub.yaml is right',
  })
}
