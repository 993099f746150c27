import { type Dispatcher, fetch } from 'undici'
import type { Clock, Timer } from '../../runtime/index.ts'
import type { AuditEvent, AuditLog } from './audit.ts'

const mostInBatch = 400
const longestWaitMs = 1_000
const mostWaiting = 10_000

export interface AuditWebhookOptions {
  /** Where the events go; `{cluster}` stands for the name of the cluster. */
  readonly url: string
  readonly cluster: string
  /** What shows who sends, read at each use. */
  readonly token?: () => Promise<string>
  /** The connections to the receiver, which clusters of one process share: it takes one new one a turn of its loop. */
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly onError: (message: string) => void
}

/**
 * Sends the audit events of a cluster in batches, as the batching webhook of an API server does: at the latest a second
 * after they happened, dropping what nobody takes.
 */
export class AuditWebhook {
  readonly #options: AuditWebhookOptions
  readonly #unsubscribe: () => void
  readonly #ended = new AbortController()
  #waiting: AuditEvent[] = []
  #timer: Timer | undefined
  #sending: Promise<void> | undefined

  constructor(log: AuditLog, options: AuditWebhookOptions) {
    this.#options = options
    this.#unsubscribe = log.subscribe((event) => this.#take(event))
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    this.#timer?.cancel()
    this.#ended.abort()
    await this.#sending
  }

  #take(event: AuditEvent): void {
    // Who asks for a change is what the webhook is for; reads would drown it.
    if (event.level !== 'RequestResponse') return
    if (this.#waiting.length < mostWaiting) this.#waiting.push(event)
    this.#timer ??= this.#options.clock.setTimeout(() => this.#flush(), longestWaitMs)
    if (this.#waiting.length >= mostInBatch) this.#flush()
  }

  #flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#sending !== undefined || this.#ended.signal.aborted) return
    const batch = this.#waiting.splice(0, mostInBatch)
    if (batch.length === 0) return
    this.#sending = this.#send(batch).finally(() => {
      this.#sending = undefined
      if (this.#waiting.length > 0) this.#flush()
    })
  }

  async #send(items: readonly AuditEvent[]): Promise<void> {
    const { url, cluster, token, dispatcher, onError } = this.#options
    try {
      const answer = await fetch(url.replace('{cluster}', encodeURIComponent(cluster)), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${await token()}` }),
        },
        body: JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items }),
        signal: this.#ended.signal,
        dispatcher,
      })
      await answer.arrayBuffer()
      if (!answer.ok) onError(`audit webhook: ${cluster}: the receiver answered ${answer.status}`)
    } catch (error) {
      if (this.#ended.signal.aborted) return
      onError(
        `audit webhook: ${cluster}: cannot send: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
}
