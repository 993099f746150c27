import { reasonOf } from '../../../core/failure.ts'
import { keyOf, refOf, refOfKey } from '../../../core/object/index.ts'
import { projectionOf } from '../../../core/search/index.ts'
import { type Clock, type Log, WorkQueue } from '../../../runtime/index.ts'
import type { BundleReport, ContentSource } from '../../../spoke/index.ts'
import type { IndexChange, Store } from '../../store/index.ts'

/** Changes are gathered so long, and so many are written at once. */
const gatherMs = 300
const largestBatch = 500
const retryMs = 5_000
/** Beyond so many that wait for the store the oldest are forgotten; their objects are told again when they change. */
const mostWaiting = 200_000

export interface SearchKeeperOptions {
  readonly store: Pick<Store, 'search' | 'inventory'>
  readonly content: ContentSource
  readonly clock: Clock
  readonly log: Log
}

/**
 * Keeps the search index as the engines tell it. The index can be made again, so that nothing waits for it: what an engine
 * has not told, because it has not changed since before there was an index, is taken from the rendering.
 */
export class SearchKeeper {
  readonly #options: SearchKeeperOptions
  readonly #queue: WorkQueue
  readonly #waiting: IndexChange[] = []
  /** The bundles of clusters of which the index holds something. */
  readonly #known = new Set<string>()

  constructor(options: SearchKeeperOptions) {
    this.#options = options
    this.#queue = new WorkQueue({
      clock: options.clock,
      concurrency: 1,
      run: () => this.#write(),
      onError: (key, error) => {
        options.log.warn('the search index could not be written', { reason: reasonOf(error) })
        this.#queue.add(key, retryMs)
      },
    })
  }

  async load(): Promise<void> {
    for (const { cluster, bundle } of await this.#options.store.search.known())
      this.#known.add(`${cluster} ${bundle}`)
  }

  add(change: IndexChange): void {
    this.#waiting.push(change)
    if (this.#waiting.length > mostWaiting) this.#waiting.splice(0, largestBatch)
    this.#queue.add('write', gatherMs)
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
  async stop(): Promise<void> {
    await this.#queue.stop()
    await this.#write().catch(() => undefined)
  }

  async #declared(cluster: string, bundle: string, variant: string): Promise<void> {
    const { store, content } = this.#options
    const [keys, rendering] = await Promise.all([
      store.inventory.keysOf(cluster, bundle),
      content.content(variant),
    ])
    const declared = new Map((rendering?.objects ?? []).map(({ object }) => [keyOf(refOf(object)), object]))
    for (const key of keys) {
      // An object that is written without its namespace stands in the default one.
      const object = declared.get(key) ?? declared.get(keyOf({ ...refOfKey(key), namespace: '' }))
      if (object === undefined) continue
      this.add({ cluster, bundle, key, projection: projectionOf(object), declared: true })
    }
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, largestBatch)
      try {
        await this.#options.store.search.save(batch)
      } catch (error) {
        this.#waiting.unshift(...batch)
        throw error
      }
    }
  }
}
