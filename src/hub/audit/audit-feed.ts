import { type AuditRecord, parseAuditEvent } from '../../core/attribution/index.ts'
import type { AuditSource } from '../../spoke/index.ts'

/** The audit records of one cluster, wherever they come from, on their way to its engine. */
export class AuditFeed implements AuditSource {
  readonly #listeners = new Set<(record: AuditRecord) => void>()

  /** Calls `listener` for every record from now on; the answer ends that. */
  subscribe(listener: (record: AuditRecord) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * Takes one audit event as it came from the cluster. False for what is no completed write; of a write only what
   * names it is kept, never its body (engine F16i).
   */
  take(event: unknown): boolean {
    const record = parseAuditEvent(event)
    if (record === undefined) return false
    for (const listener of this.#listeners) listener(record)
    return true
  }
}

/** One feed a cluster, made when it is first asked for. */
export class AuditFeeds {
  readonly #feeds = new Map<string, AuditFeed>()

  of(cluster: string): AuditFeed {
    let feed = this.#feeds.get(cluster)
    if (feed === undefined) {
      feed = new AuditFeed()
      this.#feeds.set(cluster, feed)
    }
    return feed
  }
}
