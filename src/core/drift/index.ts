/**
 * Receipts, and what live objects are compared with them for (engine §3): drift classes, additions, causes.
 *
 * Decides nothing: a verdict belongs to people and modes. Does no I/O, and hashing is passed in, so that values
 * of Secrets can be keyed. Key invariant: a receipt compared with the very reply it was made from has no findings.
 */
export type { DriftClass, Finding } from './finding.ts'
export type { OwnHashes, PathList } from './own-hashes.ts'
export type { Hash64, Receipt } from './receipt.ts'
