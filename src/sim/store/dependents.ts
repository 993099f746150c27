import { isList, isMap, type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import type { ClusterStore } from './cluster-store.ts'
import type { Change } from './history.ts'
import type { StoredObject } from './stored-object.ts'

/** Where an object is stored. */
export interface Place {
  readonly storage: string
  readonly key: string
}

/**
 * Which objects name which owner, by the owner's uid. It is built when it is first asked, and then follows the store.
 */
export class Dependents {
  readonly #store: ClusterStore
  #index: Map<string, Map<string, Place>> | undefined

  constructor(store: ClusterStore) {
    this.#store = store
    store.subscribe('*', (change) => this.#take(change))
  }

  /** The dependents of an owner, those of one resource only where it is named, in the order of their keys. */
  of(uid: string, storage?: string): readonly Place[] {
    this.#index ??= this.#build()
    const places = [...(this.#index.get(uid)?.values() ?? [])]
    return places
      .filter((place) => storage === undefined || place.storage === storage)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  #take({ resource, key, object, previous }: Change): void {
    if (this.#index === undefined) return
    for (const uid of ownersIn(previous)) {
      const known = this.#index.get(uid)
      known?.delete(`${resource} ${key}`)
      if (known?.size === 0) this.#index.delete(uid)
    }
    this.#add(this.#index, object, { storage: resource, key })
  }

  #build(): Map<string, Map<string, Place>> {
    const index = new Map<string, Map<string, Place>>()
    for (const storage of this.#store.resources()) {
      for (const object of this.#store.page(storage).objects) {
        this.#add(index, object, { storage, key: keyOf(object.shape) })
      }
    }
    return index
  }

  #add(index: Map<string, Map<string, Place>>, object: StoredObject | undefined, place: Place): void {
    for (const uid of ownersIn(object)) {
      const known = index.get(uid) ?? new Map<string, Place>()
      index.set(uid, known.set(`${place.storage} ${place.key}`, place))
    }
  }
}

/** The uids of the owners: those after the object's own. */
function ownersIn(object: StoredObject | undefined): readonly string[] {
  const metadata = object?.shape.metadata
  const references = isMap(metadata) ? metadata.ownerReferences : undefined
  return isList(references) ? (object?.own.slice(1, 1 + references.length) ?? []) : []
}

function keyOf({ metadata }: JsonMap): string {
  const { namespace, name } = mapOf(metadata)
  return namespace === undefined ? textOf(name) : `${textOf(namespace)}/${textOf(name)}`
}
