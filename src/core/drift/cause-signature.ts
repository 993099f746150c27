import { type FieldPath, formatPath } from '../fields/index.ts'
import { canonicalJson, keyOf, type ObjectRef } from '../object/index.ts'
import type { DriftClass } from './finding.ts'
import type { Hash64 } from './receipt.ts'

/** What makes two differences the same edit. The cluster is not part of it. */
export interface CauseParts {
  readonly bundle: string
  readonly ref: ObjectRef
  readonly path: FieldPath
  readonly class: DriftClass
  /** Canonical text or keyed hash of the value; undefined where the field is absent. */
  readonly desired: string | undefined
  readonly live: string | undefined
  readonly manager: string | undefined
}

/** A short text that is the same for the same edit in every cluster: `c-` and sixteen hexadecimal digits. */
export function causeSignature(parts: CauseParts, hash: Hash64): string {
  const { bundle, ref, path, desired, live, manager } = parts
  const text = canonicalJson([
    bundle,
    keyOf(ref),
    formatPath(path),
    parts.class,
    desired ?? null,
    live ?? null,
    manager ?? null,
  ])
  return `c-${BigInt.asUintN(64, hash(text)).toString(16).padStart(16, '0')}`
}
