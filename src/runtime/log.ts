import { isFailure } from '../core/failure.ts'
import { type DestinationStream, destination, pino } from 'pino'
import { redactText } from './redact-text.ts'
import { Redacted } from './redacted.ts'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

export type LogLevel = (typeof logLevels)[number]

/** What stands beside the message of a line. Values are redacted on the way out, whatever they are. */
export interface LogFields {
  readonly [field: string]: unknown
}

/** One JSON object a line. Messages are constant texts; what varies goes into the fields. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log with fields that stand on every line of it. */
  child(fields: LogFields): Log
}

export interface LogOptions {
  readonly level: LogLevel
  /** Where lines go; standard error, written at once, without it. */
  readonly stream?: DestinationStream
}

/**
 * A log that redacts by type (`Redacted`, errors, bytes), by key and by text. Errors are reduced to their
 * words and codes: what a library hangs on them, such as the headers of a request, never leaves.
 */
export function createLog(options: LogOptions): Log {
  const stream = options.stream ?? destination({ fd: 2, sync: true })
  const settings = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: 'message',
  }
  return new PinoLog(pino(settings, stream))
}

type Pino = ReturnType<typeof pino>

class PinoLog implements Log {
  readonly #pino: Pino

  constructor(logger: Pino) {
    this.#pino = logger
  }

  debug(message: string, fields: LogFields = {}): void {
    if (this.#pino.isLevelEnabled('debug')) this.#pino.debug(clean(fields), redactText(message))
  }

  info(message: string, fields: LogFields = {}): void {
    if (this.#pino.isLevelEnabled('info')) this.#pino.info(clean(fields), redactText(message))
  }

  warn(message: string, fields: LogFields = {}): void {
    if (this.#pino.isLevelEnabled('warn')) this.#pino.warn(clean(fields), redactText(message))
  }

  error(message: string, fields: LogFields = {}): void {
    if (this.#pino.isLevelEnabled('error')) this.#pino.error(clean(fields), redactText(message))
  }

  child(fields: LogFields): Log {
    return new PinoLog(this.#pino.child(clean(fields)))
  }
}

const secretKeys: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'setcookie',
  'password',
  'passwd',
  'secret',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'bearer',
  'apikey',
  'clientsecret',
  'clientkey',
  'clientkeydata',
  'privatekey',
  'secretkey',
  'credential',
  'credentials',
  'headers',
  'stringdata',
  'kubeconfig',
])

const mark = '[redacted]'
const deepest = 6
const mostEntries = 100
const longestText = 4096

/** Fields as they may be written down. */
function clean(fields: LogFields): Record<string, unknown> {
  return cleanMap(fields, 0)
}

function cleanMap(map: object, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(map).slice(0, mostEntries)) {
    out[key] = isSecretKey(key) ? mark : cleanValue(value, depth + 1)
  }
  return out
}

function isSecretKey(key: string): boolean {
  return secretKeys.has(key.replace(/[^A-Za-z]/g, '').toLowerCase())
}

function cleanValue(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return redactText(value.length > longestText ? `${value.slice(0, longestText)}…` : value)
    case 'number':
    case 'boolean':
    case 'undefined':
      return value
    case 'bigint':
      return value.toString()
    case 'function':
    case 'symbol':
      return `[${typeof value}]`
    case 'object':
      return value === null ? null : cleanObject(value, depth)
  }
}

function cleanObject(value: object, depth: number): unknown {
  if (value instanceof Redacted) return mark
  if (value instanceof Error) return cleanError(value, depth)
  if (value instanceof Date || value instanceof URL)
    return redactText(String(value instanceof Date ? value.toISOString() : value))
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (depth >= deepest) return '[too deep]'
  if (Array.isArray(value))
    return value.slice(0, mostEntries).map((item: unknown) => cleanValue(item, depth + 1))
  if (value instanceof Map) return cleanMap(Object.fromEntries(value), depth)
  if (value instanceof Set) return cleanValue([...value], depth)
  const { constructor } = value
  // Sockets, requests and the like hold credentials somewhere inside; only plain data is written down.
  if (constructor !== undefined && constructor !== Object) return `[${constructor.name}]`
  return cleanMap(value, depth)
}

function cleanError(error: Error, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = { name: error.name, message: redactText(error.message) }
  const code: unknown = 'code' in error ? error.code : undefined
  if (typeof code === 'string' || typeof code === 'number') out['code'] = code
  if (isFailure(error)) {
    if (error.hint !== undefined) out['hint'] = redactText(error.hint)
    if (error.details.length > 0) out['details'] = cleanValue(error.details, depth + 1)
  } else if (error.stack !== undefined) {
    out['stack'] = redactText(error.stack.slice(0, longestText))
  }
  if (error.cause !== undefined && depth < deepest) out['cause'] = cleanValue(error.cause, depth + 1)
  return out
}
