import { Backoff, type Clock } from '../../runtime/index.ts'
import { badAnswer, type RequestSubject, subjectOfKind } from '../answer/index.ts'
import { apiVersionOf, pathOf, type ResourceRef } from '../api-resource.ts'
import type { Selection } from '../cluster-api.ts'
import type { ClusterClient } from '../cluster-client.ts'
import type { Call, Exchange } from '../exchange.ts'
import { isKubeFailure, KubeFailure } from '../failure.ts'
import { currentRevision, listPages } from '../list-pages.ts'
import { EventReader, type Signal } from './event-reader.ts'
import { LineSplitter } from './line-splitter.ts'
import { isSlow, losesPosition, stateAfter } from './recovery.ts'
import { isOlder } from './resource-version.ts'
import type { Watch, WatchHandler, WatchState, WatchStateKind } from './watch-handler.ts'

export interface WatchOptions extends Selection {
  /** Resume from a revision whose state the caller knows, instead of listing first. */
  readonly from?: string
  /** A stream on which nothing comes for so long is taken for dead: bookmarks come about each minute. */
  readonly idleMs?: number
  /** How often everything is listed again, because a dropped event shows in no other way (incident 22). */
  readonly relistMs?: number
  readonly clock?: Clock
  /** A number in [0, 1), for spreading times. */
  readonly random?: () => number
}

const idleMs = 75_000
const relistMs = 6 * 3_600_000
const minTimeoutSeconds = 300
const goodMs = 60_000
/** How much before its agreed end a stream may end and count as ended by agreement. */
const endSlackMs = 5_000
const metadataForm = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json'

/**
 * Watches the objects of a kind until it is stopped, over whatever happens to the connection. See `WatchHandler`
 * for what is told. The list comes by a streaming watch where the server has it (1.34 on), else in pages.
 *
 * Nothing is thrown: what hinders the watch shows as its state. While it is not `live`, what was told may be old.
 */
export function watchObjects(
  client: ClusterClient,
  resource: ResourceRef,
  options: WatchOptions,
  handler: WatchHandler,
): Watch {
  return new RunningWatch(client.exchange, resource, options, handler)
}

class RunningWatch implements Watch {
  readonly #exchange: Exchange
  readonly #resource: ResourceRef
  readonly #options: WatchOptions
  readonly #handler: WatchHandler
  readonly #clock: Clock
  readonly #random: () => number
  readonly #subject: RequestSubject
  readonly #reader: EventReader
  readonly #stop = new AbortController()
  readonly #backoff: Backoff
  readonly #slow: Backoff
  readonly #done: Promise<void>
  #state: WatchState
  #epoch = 0
  /** Whether there is a revision to resume from. */
  #listed = false
  /** Whether that revision may lie ahead of the server's. */
  #doubtful = false
  #listAgainAt = 0
  /** Ends the stream that is open. */
  #endStream: (() => void) | undefined
  #liveSince: number | undefined

  constructor(exchange: Exchange, resource: ResourceRef, options: WatchOptions, handler: WatchHandler) {
    this.#exchange = exchange
    this.#resource = resource
    this.#options = options
    this.#handler = handler
    this.#clock = options.clock ?? exchange.clock
    this.#random = options.random ?? Math.random
    this.#subject = subjectOfKind(resource, options.namespace, 'watch')
    this.#reader = new EventReader(resource, this.#subject, handler)
    this.#backoff = new Backoff({ baseMs: 500, maxMs: 30_000, random: this.#random })
    this.#slow = new Backoff({ baseMs: 1_000, maxMs: 120_000, random: this.#random })
    this.#state = { kind: 'listing', since: this.#clock.now(), epoch: 0 }
    if (options.from !== undefined) {
      this.#reader.startAt(options.from)
      this.#noteListed()
      this.#doubtful = true
    }
    this.#done = this.#run()
  }

  get state(): WatchState {
    return this.#state
  }

  async isCurrent(): Promise<boolean> {
    const { position } = this.#reader
    const epoch = this.#epoch
    if (this.#state.kind !== 'live' || position === undefined) return false
    const revision = await this.#revisionNow()
    if (this.#state.kind !== 'live' || this.#epoch !== epoch) return false
    if (!isOlder(revision, position)) return true
    this.#doubtful = true
    this.#endStream?.()
    return false
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#endStream?.()
    await this.#done
  }

  async #run(): Promise<void> {
    // The caller holds the watch before the first call reaches its handler.
    await Promise.resolve()
    while (!this.#stop.signal.aborted) {
      const failure = await this.#attempt().then(
        () => undefined,
        (error: unknown) => this.#failureIn(error),
      )
      if (this.#stop.signal.aborted) return
      if (this.#liveSince !== undefined && this.#clock.now() - this.#liveSince >= goodMs) {
        this.#backoff.reset()
        this.#slow.reset()
      }
      this.#liveSince = undefined
      if (failure !== undefined) await this.#recover(failure)
    }
  }

  /** What went wrong; nothing when the watch was stopped, and a bug stays thrown. */
  #failureIn(error: unknown): KubeFailure | undefined {
    if (this.#stop.signal.aborted) return undefined
    if (isKubeFailure(error)) return error
    throw error
  }

  /** Lists where that is needed, then follows events until the stream ends as agreed. */
  async #attempt(): Promise<void> {
    if (this.#listed && this.#doubtful) await this.#confirmPosition()
    const overdue = this.#clock.now() >= this.#listAgainAt
    if (this.#listed && !overdue) return this.#stream(false)
    // Later attempts say so once the server answers: until then the last failure is the news.
    if (!this.#told) this.#setState('listing')
    const { withoutStreamingLists } = this.#exchange
    const groupVersion = apiVersionOf(this.#resource)
    if (!withoutStreamingLists.has(groupVersion)) {
      try {
        return await this.#stream(true)
      } catch (error) {
        if (!isKubeFailure(error, 'invalid')) throw error
      }
    }
    await this.#listByPages()
    // Now it is the streaming that was refused, and not the selector.
    withoutStreamingLists.add(groupVersion)
    return this.#stream(false)
  }

  /**
   * A watch from a revision that the server has not reached (its etcd was restored) stays silent for ever, so the
   * revision is compared with the server's before it is used after anything unusual (incidents 19, 21).
   */
  async #confirmPosition(): Promise<void> {
    const { position } = this.#reader
    const revision = await this.#revisionNow()
    this.#doubtful = false
    if (position !== undefined && isOlder(revision, position)) this.#beginEpoch()
  }

  #revisionNow(): Promise<string> {
    const { namespace } = this.#options
    return currentRevision(this.#exchange, this.#resource, {
      ...(namespace === undefined ? {} : { namespace }),
      signal: this.#stop.signal,
    })
  }

  #beginEpoch(): void {
    this.#epoch += 1
    this.#listed = false
    this.#reader.forgetRevisions()
    this.#setState('listing')
  }

  async #listByPages(): Promise<void> {
    for (;;) {
      this.#reader.beginList()
      let revision: string | undefined
      const options = { ...this.#options, signal: this.#stop.signal }
      for await (const page of listPages(this.#exchange, this.#resource, options)) {
        if (!this.#listed) this.#setState('listing')
        if (page.restart) this.#reader.beginList()
        for (const item of page.items) this.#reader.takeItem(item)
        if (page.last) revision = page.resourceVersion
      }
      if (revision === undefined) throw badAnswer(this.#subject, 'the list has no last page')
      if (this.#endList(revision)) return
    }
  }

  /** False when the list shows a new epoch: what was skipped as known must be listed again. */
  #endList(revision: string): boolean {
    if (this.#reader.wentBack(revision)) {
      this.#beginEpoch()
      return false
    }
    this.#reader.endList(revision)
    this.#noteListed()
    return true
  }

  #noteListed(): void {
    this.#listed = true
    this.#doubtful = false
    const every = this.#options.relistMs ?? relistMs
    this.#listAgainAt = this.#clock.now() + every * (0.75 + this.#random() / 2)
  }

  /** One request: with the complete list first, or from where the last one ended. Throws unless it ran its time. */
  async #stream(withList: boolean): Promise<void> {
    const seconds = minTimeoutSeconds + Math.floor(this.#random() * minTimeoutSeconds)
    const startedAt = this.#clock.now()
    const cut = new AbortController()
    if (this.#stop.signal.aborted) return
    let ending: { readonly failure?: KubeFailure; readonly bug?: unknown } | undefined
    const end = (how: { readonly failure?: KubeFailure; readonly bug?: unknown }): void => {
      ending ??= how
      cut.abort()
    }
    this.#endStream = () => end({})
    const lines = new LineSplitter()
    if (withList) this.#reader.beginList()
    const take = (chunk: Buffer): void => {
      for (const line of lines.take(chunk)) {
        const signal = this.#reader.takeLine(line)
        if (signal?.kind === 'broken') return end({ failure: this.#brokenBy(signal) })
        if (signal?.kind !== 'synced') continue
        if (!this.#endList(signal.resourceVersion)) return end({})
        this.#setLive()
      }
    }
    try {
      await this.#exchange.stream(
        this.#call(withList, seconds),
        {
          onHead: (status) => {
            if (status !== 200) return false
            if (!withList) this.#setLive()
            else if (!this.#listed) this.#setState('listing')
            return true
          },
          onData: (chunk) => {
            if (ending !== undefined) return
            try {
              take(chunk)
            } catch (bug) {
              end({ bug })
            }
          },
        },
        {
          idleMs: this.#options.idleMs ?? idleMs,
          signal: cut.signal,
        },
      )
    } catch (error) {
      if (ending === undefined) throw error
    }
    this.#afterStream(ending, this.#clock.now() - startedAt >= seconds * 1000 - endSlackMs)
  }

  #afterStream(
    ending: { readonly failure?: KubeFailure; readonly bug?: unknown } | undefined,
    inTime: boolean,
  ): void {
    if (ending !== undefined && 'bug' in ending) throw ending.bug
    if (ending?.failure !== undefined) throw ending.failure
    if (ending !== undefined || inTime) return
    throw new KubeFailure(
      'unreachable',
      `${this.#subject.name}: cannot watch: the server ended the watch early`,
      {
        subject: this.#subject.name,
        retryable: true,
      },
    )
  }

  #brokenBy(signal: Signal & { readonly kind: 'broken' }): KubeFailure {
    this.#listed = false
    return signal.failure
  }

  #call(withList: boolean, timeoutSeconds: number): Call {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = this.#options
    return {
      method: 'GET',
      path: pathOf(this.#resource, namespace),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(timeoutSeconds),
        labelSelector,
        fieldSelector,
        ...(withList
          ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
          : { resourceVersion: this.#reader.position }),
      },
      ...(metadataOnly === true ? { accept: metadataForm } : {}),
      subject: this.#subject,
      idempotent: true,
    }
  }

  /** Shows what happened and waits as long as it asks for. */
  async #recover(failure: KubeFailure): Promise<void> {
    this.#doubtful = true
    if (losesPosition(failure)) {
      this.#listed = false
      this.#setState('listing', failure)
      // Once, the list is asked for at once; a server that forgets faster than we read is not hurried.
      if (this.#backoff.attempts === 0) {
        this.#backoff.next()
        return
      }
    } else {
      this.#setState(stateAfter(failure), failure)
    }
    const wait = isSlow(failure) ? this.#slow.next() : this.#backoff.next()
    await this.#clock.sleep(Math.max(wait, failure.retryAfterMs ?? 0), this.#stop.signal)
  }

  #setLive(): void {
    this.#liveSince ??= this.#clock.now()
    this.#setState('live')
  }

  #setState(kind: WatchStateKind, failure?: KubeFailure): void {
    const old = this.#state
    const same = old.kind === kind && old.epoch === this.#epoch && old.failure?.message === failure?.message
    if (same && this.#told) return
    this.#told = true
    const since = old.kind === kind && old.epoch === this.#epoch ? old.since : this.#clock.now()
    this.#state = { kind, since, epoch: this.#epoch, ...(failure === undefined ? {} : { failure }) }
    this.#handler.onState(this.#state)
  }

  #told = false
}
