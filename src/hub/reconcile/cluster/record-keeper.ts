import { reasonOf } from '../../../core/failure.ts'
import type { KubeObject } from '../../../core/object/index.ts'
import { SharedValues } from '../../../core/shared-values.ts'
import type { Clock, Log } from '../../../runtime/index.ts'
import type { RecordedChange, RecordSink } from '../../../spoke/index.ts'
import type { RecordedNews, Store } from '../../store/index.ts'
import { GatheredWrites } from './gathered-writes.ts'

const gatherMs = 300
const largestBatch = 200

export interface RecordKeeperOptions {
  readonly store: { readonly recorded: Pick<Store['recorded'], 'known' | 'save'> }
  readonly clock: Clock
  readonly log: Log
}

/**
 * Keeps what engines record in full. Nothing waits for it: what was not written when a hub stopped has another version than
 * the store knows, so that its engine tells it again.
 */
export class RecordKeeper {
  readonly #options: RecordKeeperOptions
  readonly #writes: GatheredWrites<RecordedNews>
  /** What waits, by its hash: the roles of a thousand clusters that are met at once are mostly the same. */
  readonly #contents = new SharedValues<KubeObject>()

  constructor(options: RecordKeeperOptions) {
    this.#options = options
    this.#writes = new GatheredWrites({
      clock: options.clock,
      gatherMs,
      largestBatch,
      save: (news) => options.store.recorded.save(news),
      onError: (error) =>
        options.log.warn('recorded objects could not be written', { reason: reasonOf(error) }),
    })
  }

  /** Where the engine of one cluster records. */
  sinkOf(cluster: string): RecordSink {
    return {
      known: () => this.#options.store.recorded.known(cluster),
      object: (change) => this.#writes.add({ cluster, change: this.#shared(change) }),
      kind: (kind) => this.#writes.add({ cluster, kind }),
    }
  }

  /** Writes what waits, once, and takes nothing more. */
  stop(): Promise<void> {
    return this.#writes.stop()
  }

  #shared(change: RecordedChange): RecordedChange {
    const { now } = change
    if (now === undefined) return change
    return { ...change, now: { ...now, content: this.#contents.share(now.hash, now.content) } }
  }
}
