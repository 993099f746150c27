/**
 * Receipts, and what live objects are compared with them for (engine §3): drift classes, additions, causes.
 *
 * Decides nothing: a verdict belongs to people and modes. Does no I/O, and hashing is passed in, so that values
 * of Secrets can be keyed. Key invariant: a receipt compared with the very reply it was made from has no findings.
 */
export { additionsIn } from './additions.ts'
export { causeSignature } from './cause-signature.ts'
export { coOwners, type CoOwned } from './co-owners.ts'
export { compareLive } from './compare-live.ts'
export type { DriftClass, Finding } from './finding.ts'
export { hashAt, packHashes } from './hash-list.ts'
export { type ManifestNote, manifestNotes } from './manifest-notes.ts'
export { type OwnHashes, ownHashes, type PathList } from './own-hashes.ts'
export { ownDigest } from './own-digest.ts'
export { applyEntryIn, applyEntryOf, fieldsOfEntry } from './owners.ts'
export {
  decodeReceipt,
  type EncodedReceipt,
  encodeReceipt,
  type Hash64,
  keepingHashes,
  type Receipt,
  receiptOf,
} from './receipt.ts'
