import { isDeepStrictEqual } from 'node:util'
import type { JsonMap } from '../../core/object/index.ts'
import { type BaseCollection, Collection } from './collection.ts'
import { derivedUid } from './derived-uid.ts'
import { type Change, History } from './history.ts'
import { Shapes } from './shapes.ts'
import { peel, type StoredObject } from './stored-object.ts'

/** What clusters of one kind begin with. */
export interface BaseLayer {
  readonly revision: number
  readonly collections: ReadonlyMap<string, BaseCollection>
}

export interface ClusterStoreOptions {
  readonly base?: BaseLayer
  /** What the uids of this cluster are made of. */
  readonly identity: string
  /** Shared between the clusters of a process. */
  readonly shapes?: Shapes
  readonly historyBytes?: number
}

export interface Page {
  readonly objects: readonly StoredObject[]
  readonly revision: number
  /** The key at which the next page begins. */
  readonly next: string | undefined
  /** How many objects there are after this page, selectors left aside. */
  readonly remaining: number
}

export interface PageRequest {
  /** Of one namespace; of all without it. */
  readonly namespace?: string
  readonly from?: string
  readonly limit?: number
  /** At which the list is to be; the current one without it. */
  readonly revision?: number
  readonly matches?: (object: StoredObject) => boolean
}

/** Everything that a cluster held at a revision. */
export interface Snapshot {
  readonly revision: number
  readonly objects: ReadonlyMap<string, ReadonlyMap<string, StoredObject>>
}

/** Some hundreds of changes, of whole objects that nobody shares. */
const defaultHistoryBytes = 4 * 1024 * 1024

/**
 * The objects of one cluster with their revisions: one number that grows with every change. It keeps the latest changes,
 * so that watches can begin in the past and pages of a list can stay at one revision.
 */
export class ClusterStore {
  readonly #options: ClusterStoreOptions
  readonly #shapes: Shapes
  readonly #collections = new Map<string, Collection>()
  readonly #listeners = new Map<string, Set<(change: Change) => void>>()
  #history: History
  #revision: number

  constructor(options: ClusterStoreOptions) {
    this.#options = options
    this.#shapes = options.shapes ?? new Shapes()
    this.#revision = options.base?.revision ?? 1
    this.#history = new History(options.historyBytes ?? defaultHistoryBytes, this.#revision)
  }

  get revision(): number {
    return this.#revision
  }

  /** The oldest revision from which a watch or a list can still go on. */
  get floor(): number {
    return this.#history.floor
  }

  get(resource: string, key: string): StoredObject | undefined {
    return this.#collection(resource).get(key)
  }

  /** How many objects of a resource there are. */
  count(resource: string): number {
    return this.#collection(resource).size
  }

  /** Moves with every change of a resource. */
  version(resource: string): number {
    return this.#collection(resource).version
  }

  /** The resources of which there was ever an object. */
  resources(): readonly string[] {
    return [...new Set([...(this.#options.base?.collections.keys() ?? []), ...this.#collections.keys()])]
  }

  /**
   * Stores an object under a new revision if what is stored is what the caller saw: the revision `seen`, or nothing where
   * `seen` is undefined. Undefined when somebody else was faster.
   */
  put(resource: string, key: string, object: JsonMap, seen: number | undefined): StoredObject | undefined {
    const previous = this.#collection(resource).get(key)
    if (previous?.revision !== seen) return undefined
    const { shape, own } = peel(object)
    const stored = { shape: this.#shapes.share(shape), own, revision: this.#revision + 1 }
    this.#commit({ revision: stored.revision, resource, key, object: stored, previous })
    return stored
  }

  /** Takes an object away; the answer is its last state under the revision of its removal. */
  remove(resource: string, key: string, seen: number): StoredObject | undefined {
    const previous = this.#collection(resource).get(key)
    if (previous === undefined || previous.revision !== seen) return undefined
    const revision = this.#revision + 1
    this.#commit({ revision, resource, key, object: undefined, previous })
    return { ...previous, revision }
  }

  /** A page of objects in the order of their keys. The revision asked for is not below the floor. */
  page(resource: string, request: PageRequest = {}): Page {
    const { namespace, from = '', limit = 0, matches = () => true } = request
    const revision = request.revision ?? this.#revision
    const undone = this.#undone(resource, revision)
    const prefix = namespace === undefined ? '' : `${namespace}/`
    const objects: StoredObject[] = []
    const collection = this.#collection(resource)
    let next: string | undefined
    let remaining = 0
    for (const key of withUndone(collection.keys(prefix, from), undone, prefix, from)) {
      if (limit > 0 && objects.length === limit) {
        next ??= key
        remaining += 1
        continue
      }
      const object = undone.has(key) ? undone.get(key) : collection.get(key)
      if (object !== undefined && matches(object)) objects.push(object)
    }
    return { objects, revision, next, remaining }
  }

  /** The changes after a revision that is not below the floor. */
  since(revision: number): Iterable<Change> {
    return this.#history.since(revision)
  }

  /** Calls `listener` with every change of a resource (`*` for all) as it happens; the answer ends that. */
  subscribe(resource: string, listener: (change: Change) => void): () => void {
    const listeners = this.#listeners.get(resource) ?? new Set()
    this.#listeners.set(resource, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  /** Forgets the past. */
  compact(): void {
    this.#history.compact(this.#revision)
  }

  /** What is stored now, for clusters that are to begin with it. */
  asBase(): BaseLayer {
    const collections = new Map<string, BaseCollection>()
    for (const resource of this.resources()) {
      const collection = this.#collection(resource)
      const keys = [...collection.keys('')]
      const objects = new Map(keys.map((key) => [key, collection.get(key) as StoredObject]))
      if (keys.length > 0) collections.set(resource, { keys, objects })
    }
    return { revision: this.#revision, collections }
  }

  /** What is stored now, to be gone back to. */
  snapshot(): Snapshot {
    const objects = new Map<string, ReadonlyMap<string, StoredObject>>()
    for (const resource of this.resources()) {
      const collection = this.#collection(resource)
      const keys = [...collection.keys('')]
      objects.set(resource, new Map(keys.map((key) => [key, collection.get(key) as StoredObject])))
    }
    return { revision: this.#revision, objects }
  }

  /** Goes back to a snapshot, its revision too, as when etcd is restored from a backup. Nothing before it can be told. */
  restore(snapshot: Snapshot): void {
    this.#revision = snapshot.revision
    this.#history = new History(this.#options.historyBytes ?? defaultHistoryBytes, snapshot.revision)
    const { revision } = snapshot
    for (const resource of new Set([...this.resources(), ...snapshot.objects.keys()])) {
      const collection = this.#collection(resource)
      const then = snapshot.objects.get(resource) ?? new Map<string, StoredObject>()
      for (const key of new Set([...collection.keys(''), ...then.keys()])) {
        const previous = collection.get(key)
        const held = then.get(key)
        const object = held === undefined ? undefined : { ...held, shape: this.#shapes.share(held.shape) }
        if (isDeepStrictEqual(previous, object)) continue
        collection.set(key, object)
        this.#tell({ revision, resource, key, object, previous })
      }
    }
  }

  #commit(change: Change): void {
    this.#revision = change.revision
    this.#collection(change.resource).set(change.key, change.object)
    this.#history.add(change)
    this.#tell(change)
  }

  #tell(change: Change): void {
    for (const name of [change.resource, '*']) {
      for (const listener of this.#listeners.get(name) ?? []) listener(change)
    }
  }

  #collection(resource: string): Collection {
    let collection = this.#collections.get(resource)
    if (collection === undefined) {
      const base = this.#options.base?.collections.get(resource)
      collection = new Collection(base, (uid) => derivedUid(this.#options.identity, uid))
      this.#collections.set(resource, collection)
    }
    return collection
  }

  /** What the objects that changed after a revision were at it. */
  #undone(resource: string, revision: number): Map<string, StoredObject | undefined> {
    const undone = new Map<string, StoredObject | undefined>()
    if (revision === this.#revision) return undone
    for (const change of this.#history.since(revision)) {
      if (change.resource === resource && !undone.has(change.key)) undone.set(change.key, change.previous)
    }
    return undone
  }
}

/** The keys that were there at the earlier revision, in order. */
function* withUndone(
  keys: Iterable<string>,
  undone: ReadonlyMap<string, StoredObject | undefined>,
  prefix: string,
  from: string,
): Generator<string> {
  if (undone.size === 0) {
    yield* keys
    return
  }
  const all = new Set(keys)
  for (const [key, object] of undone) {
    if (object === undefined) all.delete(key)
    else if (key.startsWith(prefix) && key >= from) all.add(key)
  }
  yield* [...all].sort(byCodeUnits)
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
