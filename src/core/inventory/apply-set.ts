import { toBase64Url } from '../encoding/index.ts'
import type { ObjectRef } from '../object/index.ts'

/** The id of the apply set whose parent this is (KEP-3659): the value of `/id` on the parent and `/part-of` on members. */
export function applySetId(parent: ObjectRef, sha256: (text: string) => Uint8Array): string {
  const { name, namespace, kind, group } = parent
  return `applyset-${toBase64Url(sha256(`${name}.${namespace}.${kind}.${group}`))}-v1`
}
