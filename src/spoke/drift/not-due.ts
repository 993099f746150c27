import { hashAt, ownHashes, packHashes, type Receipt } from '../../core/drift/index.ts'
import { editAtPath, type FieldPath, formatPath, pathKey } from '../../core/fields/index.ts'
import type { DriftRecord } from '../../core/ledger/index.ts'
import { asJson, type KubeObject } from '../../core/object/index.ts'

/** What a heal of the rest of an object leaves as it is. */
export interface NotDue {
  /** The records whose fields are not touched. */
  readonly ids: ReadonlySet<string>
  readonly paths: readonly FieldPath[]
}

/** True where leaving the field out of an apply leaves it as it is: our entry does not hold it any more. */
export function canBeLeftOut(record: DriftRecord): boolean {
  return record.class === 'taken' || record.class === 'removed'
}

/**
 * The open differences of an object that must not be healed yet, or at all, while others of it are: a change by
 * a person keeps its time although a program changed the next field. They are left out of what is sent, which
 * releases nothing, because a field that was taken is not in our entry any more (engine F8).
 */
export function notDue(records: readonly DriftRecord[], receipt: Receipt | undefined, now: number): NotDue {
  const waiting = records.filter(
    (record) =>
      canBeLeftOut(record) &&
      record.hold?.kind !== 'admission' &&
      (record.hold !== undefined || record.healAt === undefined || Date.parse(record.healAt) > now),
  )
  const paths: FieldPath[] = []
  const ids = new Set<string>()
  for (const record of waiting) {
    const path = pathOfText(record.path, receipt)
    if (path === undefined) continue
    paths.push(path)
    ids.add(record.id)
  }
  return { ids, paths }
}

/** The object without the fields that are left as they are. */
export function withoutPaths(object: KubeObject, paths: readonly FieldPath[]): KubeObject {
  let rest = asJson(object)
  for (const path of paths) rest = editAtPath(rest, path, undefined)
  return rest as unknown as KubeObject
}

/**
 * The receipt of an apply that left fields out, as if they had been sent: what was recorded of them stays, so
 * that they are still seen to differ.
 */
export function keepingPaths(answered: Receipt, before: Receipt, paths: readonly FieldPath[]): Receipt {
  if (paths.length === 0) return answered
  const given = new Map(answered.own.paths.keys.map((key, i) => [key, hashAt(answered.own.hashes, i) ?? 0n]))
  const left = before.own.paths.paths.flatMap((path, i) => {
    const key = before.own.paths.keys[i]
    return key !== undefined && (given.has(key) || paths.some((prefix) => isBelow(path, prefix)))
      ? [{ key, i }]
      : []
  })
  const hashes = packHashes(left.map(({ key, i }) => given.get(key) ?? hashAt(before.own.hashes, i) ?? 0n))
  const keys = left.map(({ key }) => key)
  return { ...answered, own: ownHashes(keys, hashes) }
}

/** The path that prints as `text`: one of the receipt's, or a node above some of them. */
function pathOfText(text: string, receipt: Receipt | undefined): FieldPath | undefined {
  for (const path of receipt?.own.paths.paths ?? []) {
    for (let length = path.length; length > 0; length--) {
      const prefix = path.slice(0, length)
      if (formatPath(prefix) === text) return prefix
    }
  }
  return undefined
}

function isBelow(path: FieldPath, prefix: FieldPath): boolean {
  return path.length >= prefix.length && pathKey(path.slice(0, prefix.length)) === pathKey(prefix)
}
