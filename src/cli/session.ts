import type { Client } from '../api/index.ts'
import { cliFailure } from './cli-failure.ts'
import type { HubAddress } from './hub/hub-address.ts'
import type { Environment, Terminal } from './output/terminal.ts'

/** What a command has to work with. */
export interface Session {
  readonly terminal: Terminal
  readonly environment: Environment
  /** `ek`, or `kubectl evenkeel`. */
  readonly program: string
  readonly now: () => number
  /** Aborts when the person interrupts. */
  readonly signal: AbortSignal
  /** The hub that is meant; found and connected to at the first call. */
  readonly hub: () => Promise<{ readonly client: Client; readonly address: HubAddress }>
}

/** The options of commands, as they stand on the command line. */
export interface Options {
  readonly cluster?: string[]
  readonly selector?: string
  readonly env?: string[]
  readonly namespace?: string
  readonly allNamespaces?: boolean
  readonly output?: string
  readonly watch?: boolean
  readonly yes?: boolean
  readonly confirm?: string
  readonly reason?: string
  readonly dryRun?: boolean
  readonly context?: string
  readonly bundle?: string
  readonly cause?: string
  readonly state?: string[]
  readonly since?: string
  readonly type?: string[]
  readonly limit?: number
}

/** The scope that the options name, as the hub takes it. */
export function scopeOf(options: Options): { cluster?: string[]; environment?: string[]; labels?: string } {
  return {
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    ...(options.env === undefined ? {} : { environment: options.env }),
    ...(options.selector === undefined ? {} : { labels: options.selector }),
  }
}

/** The namespace of `-n`; undefined means all, as `-A` says outright. Throws `usage` for both. */
export function namespaceOf(options: Options): string | undefined {
  if (options.allNamespaces === true && options.namespace !== undefined) {
    throw cliFailure('usage', '-n and -A: name one namespace or all of them, not both')
  }
  return options.namespace
}
