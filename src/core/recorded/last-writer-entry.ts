import type { KubeObject, ManagedFieldsEntry } from '../object/index.ts'

/** The entry of whoever wrote an object last, writes of its status apart; undefined where none tells. */
export function lastWriterEntry(object: KubeObject): ManagedFieldsEntry | undefined {
  const entries = (object.metadata.managedFields ?? []).filter(({ subresource }) => subresource !== 'status')
  return entries.reduce<ManagedFieldsEntry | undefined>(
    (last, entry) => (last === undefined || (entry.time ?? '') >= (last.time ?? '') ? entry : last),
    undefined,
  )
}
