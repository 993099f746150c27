import { isMap, type Json, type JsonMap } from '../core/object/index.ts'

/** One object as the module gives it: its value, or the document that it is read from. */
export interface ReplyObject {
  readonly value?: JsonMap
  readonly text?: string
  readonly file: string
  readonly generated?: boolean
}

/** Why the module gives no objects. */
export interface ReplyFailure {
  readonly code: 'kustomize' | 'chart' | 'values' | 'template' | 'refused' | 'limit' | 'panic' | 'yaml'
  readonly file?: string
  readonly line?: number
  readonly message: string
  readonly hint?: string
}

export interface Reply {
  readonly objects: readonly ReplyObject[]
  readonly usesCapabilities?: boolean
  /** How often math/rand was asked. */
  readonly shuffles?: number
  readonly failure?: ReplyFailure
}

/** A whole number of the reply that JavaScript cannot hold exactly. */
export class InexactNumber extends Error {}

/**
 * Reads the reply of the module, which is our own program: its shape is not checked again. Throws `InexactNumber`
 * for whole numbers beyond 2^53, which would silently become others.
 */
export function readReply(output: Uint8Array): Reply {
  const text = Buffer.from(output.buffer, output.byteOffset, output.byteLength).toString('utf8')
  // Looking at the source of every number is slow: only where a long number may be.
  if (!/[:[,]-?[0-9]{16}/.test(text)) return JSON.parse(text) as Reply
  const exact = (_key: string, value: Json, context?: { source?: string }): Json => {
    const source = context?.source
    if (typeof value !== 'number' || source === undefined || !/^-?[0-9]+$/.test(source)) return value
    if (!Number.isSafeInteger(value)) {
      throw new InexactNumber(`the whole number ${source.slice(0, 40)} is too large to be kept exactly`)
    }
    return value
  }
  return JSON.parse(text, exact) as Reply
}

/** `Deployment web`, for messages. */
export function subjectOf(value: JsonMap): string {
  const { kind, metadata } = value
  const name = isMap(metadata) ? (metadata['name'] ?? metadata['generateName']) : undefined
  return [kind, name].filter((part) => typeof part === 'string').join(' ')
}
