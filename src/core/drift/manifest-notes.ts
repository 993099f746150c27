import { type FieldPath, valueAtPath } from '../fields/index.ts'
import { canonicalJson, isMap, type Json, type KubeObject } from '../object/index.ts'
import { fieldSetOf, isAtomicAt, type TypeSchema } from '../schema/index.ts'

/** A field that came back from the server with another value than was sent. */
export interface ManifestNote {
  readonly path: FieldPath
  readonly manifest: Json
  /** Undefined where the server dropped or converted the field. */
  readonly reply: Json | undefined
}

/**
 * The own fields that the server answered differently from how they were sent: canonicalised quantities, or
 * admission. Information, no drift (engine §3, case 18).
 */
export function manifestNotes(
  manifest: KubeObject,
  reply: KubeObject,
  type: TypeSchema | undefined,
): ManifestNote[] {
  const notes: ManifestNote[] = []
  for (const path of fieldSetOf(manifest, type).leaves()) {
    const sent = valueAtPath(manifest, path)
    const answered = valueAtPath(reply, path)
    if (sent === undefined || (sent === null && answered === undefined)) continue
    if (answered !== undefined && agrees(sent, answered, isAtomicAt(type, path, answered))) continue
    notes.push({ path, manifest: sent, reply: answered })
  }
  return notes
}

function agrees(sent: Json, answered: Json, atomic: boolean): boolean {
  // An empty granular map that others filled is still the map that was sent.
  if (!atomic && isMap(sent) && isMap(answered)) return true
  return canonicalJson(sent) === canonicalJson(answered)
}
