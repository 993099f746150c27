import { isList, isMap, type Json, type JsonMap } from '../../core/object/index.ts'

/**
 * One state of one object. What can be the same in many clusters is in `shape`, which is frozen and shared; what is of
 * this cluster only is in `own`: the uid, the uids of its owners, its times, and of an Event what it is about and when,
 * in this order. So a thousand clusters that hold the same Deployment hold its fields once.
 */
export interface StoredObject {
  /** The object with empty texts where `own` has the values, and without resourceVersion. */
  readonly shape: JsonMap
  readonly own: readonly string[]
  readonly revision: number
}

/** Takes an object apart into what can be shared and what is its own. */
export function peel(object: JsonMap): Pick<StoredObject, 'shape' | 'own'> {
  const { metadata } = object
  if (!isMap(metadata)) return { shape: object, own: [] }
  const uids: string[] = []
  const times: string[] = []
  const changed = mapOwn(metadata, (value, isUid) => {
    ;(isUid ? uids : times).push(value)
    return ''
  })
  const { resourceVersion: _, ...shared } = changed
  // Fields of owner references are named by the owners' uids.
  const owners = uids.slice(uids.length - ownersIn(metadata))
  const named = owners.length === 0 ? shared : withOwnerKeys(shared, owners, ownerName)
  const told: string[] = []
  const rest = mapOwnOfEvent(object, (value) => {
    told.push(value)
    return ''
  })
  return { shape: { ...rest, metadata: named }, own: [...uids, ...times, ...told] }
}

/** The whole object, as a server shows it. */
export function wholeOf({ shape, own, revision }: StoredObject): JsonMap {
  const { metadata } = shape
  if (!isMap(metadata)) return shape
  let nextUid = 0
  let nextTime = uidsOf(metadata)
  const uids = uidsOf(metadata)
  const owners = own.slice(uids - ownersIn(metadata), uids)
  const bare = mapOwn(metadata, (_, isUid) => own[isUid ? nextUid++ : nextTime++] ?? '')
  const filled =
    owners.length === 0
      ? bare
      : withOwnerKeys(
          bare,
          owners.map((_, index) => ownerName(index)),
          (index) => owners[index] ?? '',
        )
  const rest = mapOwnOfEvent(shape, () => own[nextTime++] ?? '')
  return { ...rest, metadata: { ...filled, resourceVersion: String(revision) } }
}

/** The same object in another cluster: each uid is translated. */
export function withUids(stored: StoredObject, translate: (uid: string) => string): StoredObject {
  const { metadata } = stored.shape
  const uids = isMap(metadata) ? uidsOf(metadata) : 0
  const own = stored.own.map((value, i) => (i < uids ? translate(value) : value))
  return { shape: stored.shape, own, revision: stored.revision }
}

/** The uid of the object itself. */
export function uidOf(stored: StoredObject): string {
  return stored.own[0] ?? ''
}

/** How many values at the beginning of `own` are uids: the object's own, and then those of its owners. */
function uidsOf(metadata: JsonMap): number {
  return (typeof metadata.uid === 'string' ? 1 : 0) + ownersIn(metadata)
}

function ownersIn({ ownerReferences }: JsonMap): number {
  const owners = isList(ownerReferences) ? ownerReferences : []
  return owners.filter((one) => isMap(one) && typeof one.uid === 'string').length
}

/** What stands for the uid of an owner in the keys of managedFields. */
function ownerName(index: number): string {
  return `owner ${index}`
}

/** The metadata with other values in the keys by which managedFields name owner references. */
function withOwnerKeys(metadata: JsonMap, values: readonly string[], by: (index: number) => string): JsonMap {
  const { managedFields } = metadata
  if (!isList(managedFields)) return metadata
  const key = (uid: string): string => `k:{"uid":"${uid}"}`
  const names = new Map(values.map((value, i) => [key(value), key(by(i))]))
  const renamed = managedFields.map((entry) => {
    const fields = isMap(entry) ? entry.fieldsV1 : undefined
    const ofMetadata = isMap(fields) ? fields['f:metadata'] : undefined
    const references = isMap(ofMetadata) ? ofMetadata['f:ownerReferences'] : undefined
    if (!isMap(entry) || !isMap(fields) || !isMap(ofMetadata) || !isMap(references)) return entry
    const named = Object.entries(references).map(([name, value]) => [names.get(name) ?? name, value])
    return {
      ...entry,
      fieldsV1: {
        ...fields,
        'f:metadata': { ...ofMetadata, 'f:ownerReferences': Object.fromEntries(named) as JsonMap },
      },
    }
  })
  return { ...metadata, managedFields: renamed }
}

/** The metadata with every own value replaced, visited in one fixed order. */
function mapOwn(metadata: JsonMap, replace: (value: string, isUid: boolean) => string): JsonMap {
  const result: Record<string, Json> = { ...metadata }
  const at = (key: string, isUid: boolean): void => {
    const value = metadata[key]
    if (typeof value === 'string') result[key] = replace(value, isUid)
  }
  at('uid', true)
  const { ownerReferences, managedFields } = metadata
  if (isList(ownerReferences))
    result.ownerReferences = mapEach(ownerReferences, 'uid', (v) => replace(v, true))
  at('creationTimestamp', false)
  at('deletionTimestamp', false)
  if (isList(managedFields)) result.managedFields = mapEach(managedFields, 'time', (v) => replace(v, false))
  return result
}

/** An Event with what is of its cluster only replaced; any other object as it is. */
function mapOwnOfEvent(object: JsonMap, replace: (value: string) => string): JsonMap {
  const { kind, apiVersion, involvedObject } = object
  if (kind !== 'Event' || apiVersion !== 'v1' || !isMap(involvedObject)) return object
  const at = (map: JsonMap, keys: readonly string[]): JsonMap => {
    const result: Record<string, Json> = { ...map }
    for (const key of keys) {
      const value = map[key]
      if (typeof value === 'string') result[key] = replace(value)
    }
    return result
  }
  const about = at(involvedObject, ['uid', 'resourceVersion'])
  return { ...at(object, ['firstTimestamp', 'lastTimestamp']), involvedObject: about }
}

function mapEach(items: readonly Json[], key: string, replace: (value: string) => string): readonly Json[] {
  return items.map((item) => {
    const value = isMap(item) ? item[key] : undefined
    return isMap(item) && typeof value === 'string' ? { ...item, [key]: replace(value) } : item
  })
}
