import { fromBase64, toBase64 } from '../encoding/index.ts'
import { Failure } from '../failure.ts'
import { type FieldPath, type FieldSet, parseFieldsV1, pathKey, PathReader } from '../fields/index.ts'
import { isMap, type Json, type KubeObject, nameOf, refOf } from '../object/index.ts'
import { ownText } from '../own-text.ts'
import { isAtomicAt, type TypeSchema } from '../schema/index.ts'
import { bytesOfHashes, countOfHashes, hashAt, hashesIn, hashesOfBytes, packHashes } from './hash-list.ts'
import { A_MAP, ABSENT, type OwnHashes, ownHashes, PRESENT, valueHash } from './own-hashes.ts'
import { applyEntryOf } from './owners.ts'

/** A 64-bit hash of a text. Values of Secrets need a keyed one. */
export type Hash64 = (text: string) => bigint

export type ReceiptCode =
  /** The reply to an apply names no fields of ours: the server keeps no ownership for this object (engine F13). */
  | 'no-apply-entry'
  /** A stored receipt that cannot be read; it is rebuilt by a dry-run. */
  | 'malformed-receipt'

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

/**
 * The receipt of a reply: the members of `manager`'s Apply entry in it, each with what stood there. Throws
 * a `Failure`: 'no-apply-entry' where the reply has no such entry, 'malformed-fields' where it cannot be read.
 */
export function receiptOf(
  reply: KubeObject,
  options: {
    readonly manager: string
    readonly type: TypeSchema | undefined
    readonly schemaHash: string
    readonly manifestHash: string
    readonly hash: Hash64
  },
): Receipt {
  const entry = applyEntryOf(reply, options.manager)
  if (entry?.fieldsV1 === undefined) {
    const subject = nameOf(refOf(reply))
    throw new Failure<ReceiptCode>(
      'no-apply-entry',
      `${subject}: cannot take a receipt: the reply has no fields applied by "${options.manager}"`,
      { subject, hint: 'an empty object, or one too large for ownership data, cannot be watched for drift' },
    )
  }
  const members = parseFieldsV1(entry.fieldsV1)
  const paths = [...members.members()]
  const reader = new PathReader(reply)
  const hashes = packHashes(paths.map((path) => recordOf(reader.read(path)[0], path, members, options)))
  return {
    uid: reply.metadata.uid ?? '',
    resourceVersion: reply.metadata.resourceVersion ?? '',
    manifestHash: options.manifestHash,
    schemaHash: options.schemaHash,
    own: ownHashes(paths.map(pathKey), hashes),
  }
}

function recordOf(
  value: Json | undefined,
  path: FieldPath,
  members: FieldSet,
  { type, hash }: { readonly type: TypeSchema | undefined; readonly hash: Hash64 },
): bigint {
  if (value === undefined) return ABSENT
  if (members.hasChildren(path)) return PRESENT
  if (isMap(value) && !isAtomicAt(type, path, value)) return A_MAP
  return valueHash(value, hash)
}

/**
 * The receipt with what an earlier one of the same manifest recorded at some paths (`keys`, by `pathKey`): what
 * the cluster changes in every write of ours stays a difference instead of becoming what was wanted.
 */
export function keepingHashes(receipt: Receipt, earlier: Receipt, keys: readonly string[]): Receipt {
  if (keys.length === 0) return receipt
  const hashes = hashesIn(receipt.own.hashes)
  for (const key of keys) {
    const was = hashAt(earlier.own.hashes, earlier.own.paths.keys.indexOf(key))
    const at = receipt.own.paths.keys.indexOf(key)
    if (was !== undefined && at >= 0) hashes[at] = was
  }
  return { ...receipt, own: ownHashes(receipt.own.paths.keys, packHashes(hashes)) }
}

/** A receipt as the journal keeps it: JSON throughout. */
export interface EncodedReceipt {
  readonly uid: string
  readonly rv: string
  readonly manifestHash: string
  readonly schemaHash: string
  /** `pathKey` of each own path. */
  readonly paths: readonly string[]
  /** Base64 of the hashes, eight bytes each, least significant first. */
  readonly hashes: string
}

export function encodeReceipt(receipt: Receipt): EncodedReceipt {
  return {
    uid: receipt.uid,
    rv: receipt.resourceVersion,
    manifestHash: receipt.manifestHash,
    schemaHash: receipt.schemaHash,
    paths: receipt.own.paths.keys,
    hashes: toBase64(bytesOfHashes(receipt.own.hashes)),
  }
}

/** The inverse of `encodeReceipt`; throws a `Failure` ('malformed-receipt') for anything else. */
export function decodeReceipt(encoded: EncodedReceipt): Receipt {
  const bytes = fromBase64(encoded.hashes)
  const hashes = bytes === undefined ? undefined : hashesOfBytes(bytes)
  if (hashes === undefined || countOfHashes(hashes) !== encoded.paths.length) {
    throw malformedReceipt(`its ${encoded.paths.length} paths and its hashes do not match`)
  }
  try {
    return {
      uid: encoded.uid,
      resourceVersion: encoded.rv,
      manifestHash: ownText(encoded.manifestHash),
      schemaHash: ownText(encoded.schemaHash),
      own: ownHashes(encoded.paths, hashes),
    }
  } catch (cause) {
    throw malformedReceipt('its paths are broken', cause)
  }
}

function malformedReceipt(reason: string, cause?: unknown): Failure<ReceiptCode> {
  return new Failure('malformed-receipt', `cannot read a stored receipt: ${reason}`, {
    hint: 'forget the receipt: it is rebuilt by a dry-run',
    ...(cause === undefined ? {} : { cause }),
  })
}
