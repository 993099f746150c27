import type { ObjectRef } from '../../core/object/index.ts'

/** The rule by which a bundle accepts differences of one field of one object, or of the object whole (empty path). */
export function acceptRule({ kind, namespace, name }: Omit<ObjectRef, 'group'>, path: string): string {
  const object = [kind, ...(namespace === '' ? [] : [namespace]), name].join('/')
  return path === '' ? object : `${object}: ${path}`
}
