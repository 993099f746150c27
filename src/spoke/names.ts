import type { KubeObject } from '../core/object/index.ts'
import { SharedCopies } from './shared-copies.ts'

/** The field manager of every write. */
export const fieldManager = 'evenkeel'

/** On every object of a bundle: the bundle's name. The full-object watches select by it. */
export const bundleLabel = 'evenkeel.dev/bundle'

/** KEP-3659: on every member of an apply set, the set's id. */
export const partOfLabel = 'applyset.kubernetes.io/part-of'

/** KEP-3659: on the parent object, the set's id. */
export const applySetIdLabel = 'applyset.kubernetes.io/id'

/** Where the parents of apply sets stand in a cluster. */
export const systemNamespace = 'evenkeel-system'

/** On a parent: the fencing epoch of whoever writes for this set. */
export const epochAnnotation = 'evenkeel.dev/epoch'

/** On the object of a hook: which try of which rendering it is. */
export const hookAnnotation = 'evenkeel.dev/hook'

const members = new SharedCopies()

/** The same object with the labels that make it a member of the bundle's apply set. */
export function asMember(object: KubeObject, bundle: string, setId: string): KubeObject {
  return members.of(object, `${bundle} ${setId}`, () => {
    const labels = { ...object.metadata.labels, [bundleLabel]: bundle, [partOfLabel]: setId }
    return { ...object, metadata: { ...object.metadata, labels } }
  })
}
