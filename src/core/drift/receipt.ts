import type { OwnHashes } from './own-hashes.ts'

/** A 64-bit hash of a text. Values of Secrets need a keyed one. */
export type Hash64 = (text: string) => bigint

/**
 * The server's own reply to our last apply, reduced to hashes of the fields that we own (engine §3). Live is
 * compared with it, because both sides went through the same defaulting and canonicalisation.
 */
export interface Receipt {
  readonly uid: string
  readonly resourceVersion: string
  /** Of the manifest that was sent. */
  readonly manifestHash: string
  /** Of the CustomResourceDefinition or OpenAPI document that the types came from. */
  readonly schemaHash: string
  readonly own: OwnHashes
}
