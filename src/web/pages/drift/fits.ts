import type { CauseSummary } from '../../../api/index.ts'

/** True when every word stands somewhere in what a cause says of itself. */
export function fits(cause: CauseSummary, text: string): boolean {
  const { path, object, names, people, writer, bundle, id } = cause
  const all = [
    path,
    object.kind,
    object.namespace,
    object.name,
    ...names,
    ...people,
    writer.manager ?? '',
    bundle,
    id,
  ]
    .join(' ')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}
