import { isList, isMap } from '../../core/object/index.ts'
import type { Change, ClusterStore, StoredObject } from '../store/index.ts'

/** Which objects name which owner, by the owner's uid. It is built when it is first asked, and then kept. */
export class Dependents {
  #index: Map<string, Set<string>> | undefined

  /** Follows a change. */
  take({ resource, key, object, previous }: Change): void {
    if (this.#index === undefined) return
    for (const uid of ownersIn(previous)) this.#index.get(uid)?.delete(`${resource} ${key}`)
    this.#add(object, `${resource} ${key}`)
  }

  /** The dependents of an owner, each as `storage key`. */
  of(store: ClusterStore, uid: string): readonly string[] {
    this.#index ??= this.#build(store)
    return [...(this.#index.get(uid) ?? [])]
  }

  #build(store: ClusterStore): Map<string, Set<string>> {
    const index = new Map<string, Set<string>>()
    this.#index = index
    for (const resource of store.resources()) {
      for (const object of store.page(resource).objects) {
        const { name, namespace } = (object.shape as { metadata: { name: string; namespace?: string } })
          .metadata
        this.#add(object, `${resource} ${namespace === undefined ? name : `${namespace}/${name}`}`)
      }
    }
    return index
  }

  #add(object: StoredObject | undefined, place: string): void {
    for (const uid of ownersIn(object)) {
      const known = this.#index?.get(uid)
      if (known === undefined) this.#index?.set(uid, new Set([place]))
      else known.add(place)
    }
  }
}

/** The uids of the owners: those after the object's own. */
function ownersIn(object: StoredObject | undefined): readonly string[] {
  const metadata = object?.shape.metadata
  const references = isMap(metadata) ? metadata.ownerReferences : undefined
  return isList(references) ? (object?.own.slice(1, 1 + references.length) ?? []) : []
}
