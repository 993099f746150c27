import { type KubeObject, mapOf, mapsOf, textOf, valueAt } from '../object/index.ts'
import { readSubject, type Subject } from './subject.ts'

/** The role that a binding gives. */
export interface RoleRef {
  readonly kind: 'Role' | 'ClusterRole'
  readonly name: string
}

/** A RoleBinding or ClusterRoleBinding. */
export interface Binding {
  readonly name: string
  /** Empty for a ClusterRoleBinding, which holds everywhere. */
  readonly namespace: string
  readonly role: RoleRef
  readonly subjects: readonly Subject[]
}

/** Reads a binding; undefined for one that gives no role. */
export function readBinding(object: KubeObject): Binding | undefined {
  const { name, namespace = '' } = object.metadata
  const ref = mapOf(valueAt(object, 'roleRef'))
  const kind = ref['kind']
  if (kind !== 'ClusterRole' && (kind !== 'Role' || namespace === '')) return undefined
  const subjects = mapsOf(valueAt(object, 'subjects')).flatMap((one) => readSubject(one, namespace) ?? [])
  return { name, namespace, role: { kind, name: textOf(ref['name']) }, subjects }
}
