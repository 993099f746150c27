import { type FieldPath, FieldSet, parseFieldsV1 } from '../fields/index.ts'
import { isFailure } from '../failure.ts'
import type { KubeObject, ManagedFieldsEntry } from '../object/index.ts'

/** An entry with its fields read. */
export interface Owner {
  readonly entry: ManagedFieldsEntry
  readonly fields: FieldSet
}

/** Our entry: operation Apply, no subresource. Undefined where the server knows of no apply of ours. */
export function applyEntryOf(object: KubeObject, manager: string): ManagedFieldsEntry | undefined {
  return applyEntryIn(object.metadata.managedFields ?? [], manager)
}

/** `applyEntryOf` for a list of entries. */
export function applyEntryIn(
  entries: readonly ManagedFieldsEntry[],
  manager: string,
): ManagedFieldsEntry | undefined {
  return entries.find(
    (entry) => entry.manager === manager && entry.operation === 'Apply' && (entry.subresource ?? '') === '',
  )
}

/** The fields of an entry. What cannot be read proves no ownership, so it owns nothing. */
export function fieldsOfEntry(entry: ManagedFieldsEntry | undefined): FieldSet {
  if (entry?.fieldsV1 === undefined) return FieldSet.empty
  try {
    return parseFieldsV1(entry.fieldsV1)
  } catch (error) {
    if (isFailure(error, 'malformed-fields')) return FieldSet.empty
    throw error
  }
}

/**
 * The entries of everybody but `manager`, newest first. A missing time counts as now (engine F11, F12): such
 * entries are the newest. Entries of ours made by another operation are nobody's.
 */
export function othersOf(object: KubeObject, manager: string): readonly Owner[] {
  const entries = (object.metadata.managedFields ?? []).filter((entry) => entry.manager !== manager)
  return entries
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => compareAges(a.entry, b.entry) || b.index - a.index)
    .map(({ entry }) => ({ entry, fields: fieldsOfEntry(entry) }))
}

// RFC 3339 in UTC with whole seconds, as servers write entries, orders as text.
function compareAges(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  if (a.time === b.time) return 0
  if (a.time === undefined) return -1
  if (b.time === undefined) return 1
  return a.time > b.time ? -1 : 1
}

/** The newest of `owners` that holds `path` itself or an atomic ancestor of it. */
export function newestHolder(
  owners: readonly Owner[],
  path: FieldPath,
): { readonly entry: ManagedFieldsEntry; readonly at: 'exact' | 'ancestor' } | undefined {
  for (const { entry, fields } of owners) {
    const held = fields.holder(path)
    if (held !== undefined) return { entry, at: held.length === path.length ? 'exact' : 'ancestor' }
  }
  return undefined
}
