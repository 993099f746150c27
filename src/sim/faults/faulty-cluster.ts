import { isList, isMap } from '../../core/object/index.ts'
import type { Cluster } from '../clusters/cluster.ts'
import { type Answer, refusalAnswer } from '../http/answer.ts'
import type { Stream } from '../http/serve.ts'
import { answerLost, internalError, type Refusal, tooManyRequests, unauthorized } from '../verbs/refusal.ts'
import type { FaultPlan } from './fault-plan.ts'

const reads: ReadonlySet<string> = new Set(['get', 'list', 'watch'])

/**
 * What goes wrong between a cluster and its clients. Answers are spoilt on their way out; what is stored is always what a
 * healthy cluster would have stored.
 */
export class FaultyCluster {
  readonly #cluster: Cluster
  readonly #streams = new Set<Stream>()
  #plan: FaultPlan = {}
  #released: (() => void)[] = []

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  get plan(): FaultPlan {
    return this.#plan
  }

  /** Replaces what is wrong. What waited for a silent cluster goes on when it speaks again. */
  set(plan: FaultPlan): void {
    this.#plan = plan
    this.#cluster.skewMs = plan.clockSkewMs ?? 0
    if (plan.silent === true) return
    const waiting = this.#released
    this.#released = []
    for (const release of waiting) release()
  }

  /** Breaks every watch that is open. */
  dropWatches(): void {
    for (const stream of this.#streams) stream.break()
    this.#streams.clear()
  }

  /** How many watches are open. */
  get watches(): number {
    return this.#streams.size
  }

  /** Waits as long as the cluster is slow or silent; the answer is why the request is refused. */
  async before(user: string): Promise<Refusal | undefined> {
    while (this.#plan.silent === true) {
      await new Promise<void>((resolve) => {
        this.#released.push(resolve)
      })
    }
    const { latencyMs = 0, throttled = 0, failing = 0, retryAfterSeconds = 1, expiredUsers = [] } = this.#plan
    if (latencyMs > 0) await this.#cluster.clock.sleep(latencyMs)
    if (expiredUsers.includes(user)) return unauthorized()
    const { random } = this.#cluster
    if (throttled > 0 && random() < throttled) return tooManyRequests(retryAfterSeconds)
    if (failing > 0 && random() < failing) return internalError('etcdserver: request timed out')
    return undefined
  }

  /** The answer as it leaves. */
  after(answer: Answer, verb: string): Answer {
    const { listsCutAfter, answersLost = 0 } = this.#plan
    if (answersLost > 0 && !reads.has(verb) && this.#cluster.random() < answersLost)
      return refusalAnswer(answerLost())
    if (listsCutAfter === undefined || verb !== 'list' || !('body' in answer)) return answer
    const { body } = answer
    if (typeof body === 'string' || body instanceof Uint8Array || !isMap(body.metadata)) return answer
    const { continue: _, remainingItemCount: __, ...metadata } = body.metadata
    const cut = (key: 'items' | 'rows'): object => {
      const all = body[key]
      return isList(all) ? { [key]: all.slice(0, listsCutAfter) } : {}
    }
    return { ...answer, body: { ...body, metadata, ...cut('items'), ...cut('rows') } }
  }

  /** A stream on which nothing comes while watches are half open. */
  stream(stream: Stream): Stream {
    const faulty: Stream = {
      line: (text) => {
        const { silent, halfOpenWatches } = this.#plan
        return silent === true || halfOpenWatches === true ? true : stream.line(text)
      },
      end: () => {
        this.#streams.delete(faulty)
        stream.end()
      },
      break: () => stream.break(),
    }
    this.#streams.add(faulty)
    return faulty
  }

  /** The client of a stream went away. */
  closed(stream: Stream): void {
    this.#streams.delete(stream)
  }
}
