import { applyEntryIn } from '../drift/index.ts'
import { isFailure } from '../failure.ts'
import { type FieldPath, FieldSet, parseFieldsV1 } from '../fields/index.ts'
import type { ManagedFieldsEntry } from '../object/index.ts'

/** What folding former owners into our entry gives. Nothing is written until `managedFields` is. */
export interface Fold {
  /** The new `metadata.managedFields`, whole. */
  readonly managedFields: readonly ManagedFieldsEntry[]
  /** What our entry owns afterwards. */
  readonly owned: FieldSet
  /** The entries that go, in their former order. Empty where there is nothing to fold. */
  readonly folded: readonly ManagedFieldsEntry[]
}

/**
 * Folds the entries of `kubectl*`, of `before-first-apply`, of the managers in `takeover` and of our own updates,
 * those without subresource, into the Apply entry of `manager` (engine §5, "Adopt"). Old Update entries co-own every field, so
 * without the fold a removal in Git would never remove anything. Other managers, controllers among them, are
 * never touched, and neither is an entry that cannot be read.
 */
export function foldForAdoption(
  managedFields: readonly ManagedFieldsEntry[],
  manager: string,
  takeover: readonly string[],
): Fold {
  const ours = applyEntryIn(managedFields, manager)
  const former = managedFields.flatMap((entry) => {
    if (entry === ours || !isFoldable(entry, manager, takeover)) return []
    const fields = readable(entry)
    return fields === undefined ? [] : [{ entry, fields }]
  })
  const before = ours === undefined ? FieldSet.empty : (readable(ours) ?? FieldSet.empty)
  if (former.length === 0) return { managedFields, owned: before, folded: [] }
  const owned = former.reduce((set, { fields }) => set.union(fields), before)
  const folded = former.map(({ entry }) => entry)
  const apiVersion = ours?.apiVersion ?? newest(folded)?.apiVersion
  const entry: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    ...(apiVersion === undefined ? {} : { apiVersion }),
    fieldsType: 'FieldsV1',
    fieldsV1: owned.toFieldsV1(),
  }
  const others = managedFields.filter((other) => other !== ours && !folded.includes(other))
  return { managedFields: [entry, ...others], owned, folded }
}

/**
 * What an apply of `desired` after the fold takes out of the object: what our entry owns and `desired` does not
 * name, unless others own it (engine F7, step 4). A dry-run cannot show this beforehand. A list item goes with
 * everything in it, whoever owns that; a map stays as long as something in it does.
 */
export function releasedBy(fold: Fold, desired: FieldSet, others: readonly FieldSet[]): FieldSet {
  const kept = others.reduce((set, fields) => set.union(fields), desired)
  const released: FieldPath[] = []
  const items = FieldSet.of([...fold.owned.minus(kept).members()].filter(isItem))
  for (const path of fold.owned.members()) {
    if (isInside(path, items)) released.push(path)
    else if (!kept.has(path) && !(isNamed(path) && kept.hasChildren(path))) released.push(path)
  }
  return FieldSet.of(released)
}

/** What others own in an object after the fold, as `releasedBy` needs it. */
export function ownedByOthers(fold: Fold, manager: string): readonly FieldSet[] {
  const ours = applyEntryIn(fold.managedFields, manager)
  return fold.managedFields
    .filter((entry) => entry !== ours)
    .map((entry) => readable(entry) ?? FieldSet.empty)
}

function isFoldable(entry: ManagedFieldsEntry, manager: string, takeover: readonly string[]): boolean {
  if ((entry.subresource ?? '') !== '') return false
  const name = entry.manager ?? ''
  if (takeover.includes(name)) return true
  if (name === manager) return entry.operation === 'Update'
  return entry.operation === 'Update' && (name.startsWith('kubectl') || name === 'before-first-apply')
}

function readable(entry: ManagedFieldsEntry): FieldSet | undefined {
  if (entry.fieldsV1 === undefined) return undefined
  try {
    return parseFieldsV1(entry.fieldsV1)
  } catch (error) {
    if (isFailure(error, 'malformed-fields')) return undefined
    throw error
  }
}

function newest(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry | undefined {
  return [...entries].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0]
}

function isItem(path: FieldPath): boolean {
  return !isNamed(path)
}

function isNamed(path: FieldPath): boolean {
  const last = path.at(-1)
  return last !== undefined && 'f' in last
}

function isInside(path: FieldPath, items: FieldSet): boolean {
  return path.some((_, index) => items.has(path.slice(0, index + 1)))
}
