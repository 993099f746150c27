import { type StoredObject, withUids } from './stored-object.ts'

/** The objects of one resource that clusters share: never changed once clusters stand on it. */
export interface BaseCollection {
  /** Sorted. */
  readonly keys: readonly string[]
  readonly objects: ReadonlyMap<string, StoredObject>
}

/**
 * The objects of one resource in one cluster, by `namespace/name` (or `name`): what the base has, covered by what this
 * cluster changed. A change never touches the base.
 */
export class Collection {
  readonly #base: BaseCollection | undefined
  readonly #translate: (uid: string) => string
  /** What differs from the base; undefined for what was removed. */
  readonly #changed = new Map<string, StoredObject | undefined>()
  /** The keys that the base does not have, sorted. */
  readonly #added: string[] = []
  #size: number
  #version = 0

  constructor(base: BaseCollection | undefined, translate: (uid: string) => string) {
    this.#base = base
    this.#translate = translate
    this.#size = base?.keys.length ?? 0
  }

  get size(): number {
    return this.#size
  }

  /** Moves with every change, for whoever keeps something that was made of the objects. */
  get version(): number {
    return this.#version
  }

  get(key: string): StoredObject | undefined {
    if (this.#changed.has(key)) return this.#changed.get(key)
    const shared = this.#base?.objects.get(key)
    return shared === undefined ? undefined : withUids(shared, this.#translate)
  }

  /** Puts an object in, or takes it out. */
  set(key: string, object: StoredObject | undefined): void {
    this.#version += 1
    const before = this.#changed.has(key) ? this.#changed.get(key) : this.#base?.objects.get(key)
    if (before === undefined && object === undefined) return
    if (this.#base?.objects.has(key) === true) this.#changed.set(key, object)
    else if (object === undefined) {
      this.#changed.delete(key)
      this.#added.splice(lowerBound(this.#added, key), 1)
    } else {
      if (before === undefined) this.#added.splice(lowerBound(this.#added, key), 0, key)
      this.#changed.set(key, object)
    }
    this.#size += (object === undefined ? 0 : 1) - (before === undefined ? 0 : 1)
  }

  /** The keys that are there, in order, from `from` on and within `prefix`. */
  *keys(prefix: string, from = ''): Generator<string> {
    const start = from > prefix ? from : prefix
    const base = this.#base?.keys ?? []
    let b = lowerBound(base, start)
    let a = lowerBound(this.#added, start)
    for (;;) {
      const ofBase = base[b]
      const added = this.#added[a]
      const isBase = ofBase !== undefined && (added === undefined || ofBase < added)
      const key = isBase ? ofBase : added
      if (key === undefined || !key.startsWith(prefix)) return
      if (isBase) b += 1
      else a += 1
      if (!isBase || !this.#changed.has(key) || this.#changed.get(key) !== undefined) yield key
    }
  }
}

/** The first position in a sorted list whose key is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}
