import { keyOf, type ObjectRef } from '../../core/object/index.ts'
import { SharedValues } from '../../core/shared-values.ts'

/** What an object is called, with its key; one for all clusters that have an object of that name. */
export interface Place {
  readonly key: string
  readonly ref: ObjectRef
}

const places = new SharedValues<Place>()

export function placeOf(ref: ObjectRef): Place {
  const key = keyOf(ref)
  return places.share(key, { key, ref })
}
