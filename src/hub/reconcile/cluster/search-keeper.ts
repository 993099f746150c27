import { reasonOf } from '../../../core/failure.ts'
import { keyOf, refOf, refOfKey } from '../../../core/object/index.ts'
import { projectionOf } from '../../../core/search/index.ts'
import type { Clock, Log } from '../../../runtime/index.ts'
import type { BundleReport, ContentSource } from '../../../spoke/index.ts'
import type { IndexChange, Store } from '../../store/index.ts'
import { GatheredWrites } from './gathered-writes.ts'

const gatherMs = 100
const largestBatch = 500

export interface SearchKeeperOptions {
  readonly store: Pick<Store, 'search' | 'inventory'>
  readonly content: ContentSource
  readonly clock: Clock
  readonly log: Log
}

/**
 * Keeps the search index as the engines tell it, what changes before what is new. The index can be made again, so that
 * nothing waits for it: what an engine has not told, because it has not changed since before there was an index, is taken from the rendering.
 */
export class SearchKeeper {
  readonly #options: SearchKeeperOptions
  readonly #writes: GatheredWrites<IndexChange>
  /** The bundles of clusters of which the index holds something. */
  readonly #known = new Set<string>()

  constructor(options: SearchKeeperOptions) {
    this.#options = options
    this.#writes = new GatheredWrites<IndexChange>({
      clock: options.clock,
      gatherMs,
      largestBatch,
      nameOf,
      isUrgent: ({ isNews }) => isNews === true,
      save: (changes) => options.store.search.save(changes),
      onError: (error) =>
        options.log.warn('the search index could not be written', { reason: reasonOf(error) }),
    })
  }

  async load(): Promise<void> {
    for (const { cluster, bundle } of await this.#options.store.search.known())
      this.#known.add(`${cluster} ${bundle}`)
  }

  add(change: IndexChange): void {
    this.#writes.add(change)
  }

  /** Makes sure that a bundle which stands on a cluster is in the index. */
  ensure(cluster: string, { bundle, desired }: BundleReport): void {
    const name = `${cluster} ${bundle}`
    if (this.#known.has(name)) return
    this.#known.add(name)
    this.#declared(cluster, bundle, desired.variant).catch((error: unknown) => {
      this.#known.delete(name)
      this.#options.log.warn('a bundle could not be put into the search index', {
        bundle,
        reason: reasonOf(error),
      })
    })
  }

  /** Writes what waits, once, and takes nothing more. */
  stop(): Promise<void> {
    return this.#writes.stop()
  }

  async #declared(cluster: string, bundle: string, variant: string): Promise<void> {
    const { store, content } = this.#options
    const [keys, rendering, indexed] = await Promise.all([
      store.inventory.keysOf(cluster, bundle),
      content.content(variant),
      store.search.keysOf(cluster, bundle),
    ])
    const isIndexed = new Set(indexed)
    const declared = new Map((rendering?.objects ?? []).map(({ object }) => [keyOf(refOf(object)), object]))
    for (const key of keys) {
      // What an engine has told is newer than what is declared.
      if (isIndexed.has(key) || this.#writes.has(nameOf({ cluster, key }))) continue
      // An object that is written without its namespace stands in the default one.
      const object = declared.get(key) ?? declared.get(keyOf({ ...refOfKey(key), namespace: '' }))
      if (object === undefined) continue
      this.add({ cluster, bundle, key, projection: projectionOf(object), declared: true })
    }
  }
}

function nameOf({ cluster, key }: Pick<IndexChange, 'cluster' | 'key'>): string {
  return `${cluster} ${key}`
}
