import type { ServerResponse } from 'node:http'
import { type EventView, eventViewSchema } from '../../api/index.ts'
import type { Clock, Log, Timer } from '../../runtime/index.ts'
import { type Grant, hears, readable } from '../../core/access/index.ts'
import { reasonOf } from '../../core/failure.ts'
import type { Call, Caller, HubService, ToldEvent } from '../service.ts'
import { encode } from './encode.ts'

export interface EventStreamOptions {
  readonly clock: Clock
  readonly log: Log
  readonly heartbeatMs: number
  /** Milliseconds between looks whether each caller may still listen. */
  readonly recheckMs: number
  /** Bytes that a subscriber may lag behind before it is dropped; it resumes by its last event id. */
  readonly mostBuffered: number
}

interface Subscriber {
  readonly response: ServerResponse
  /** Who listens now; undefined when they may not any more. */
  readonly again: () => Promise<Caller | undefined>
  /** What they may look at. */
  grants: readonly Grant[]
  /** Events that came while older ones are still being sent; undefined once it is up to date. */
  waiting: Frame[] | undefined
  /** The last sequence that was sent. */
  last: number
}

interface Frame {
  readonly sequence: number
  readonly bytes: Buffer
}

const replayPage = 500
const heartbeat = Buffer.from(': alive\n\n')

/**
 * Sends events to everybody who listens. Each event is encoded once, or twice where those who may look at a part of it
 * are told less, and the same bytes are written to all.
 * Whoever does not read fast enough is dropped and comes back with the last event it saw: nobody waits for
 * the slowest, and nothing is lost.
 */
export class EventStream {
  readonly #service: HubService
  readonly #options: EventStreamOptions
  readonly #subscribers = new Set<Subscriber>()
  #unsubscribe: (() => void) | undefined
  #beat: Timer | undefined
  #look: Timer | undefined
  #closed = false

  constructor(service: HubService, options: EventStreamOptions) {
    this.#service = service
    this.#options = options
  }

  /** How many listen now. */
  get size(): number {
    return this.#subscribers.size
  }

  /** Sends the events after `after`, then those that come, until the connection ends. */
  async attach(
    response: ServerResponse,
    call: Call,
    after: number | undefined,
    again: () => Promise<Caller | undefined>,
  ): Promise<void> {
    if (this.#closed) {
      response.end()
      return
    }
    this.#start()
    const subscriber: Subscriber = {
      response,
      again,
      grants: call.caller.grants,
      waiting: [],
      last: after ?? 0,
    }
    this.#subscribers.add(subscriber)
    response.once('close', () => this.#remove(subscriber))
    response.on('error', () => this.#drop(subscriber))
    response.write('retry: 1000\n\n')
    if (after !== undefined) await this.#replay(subscriber, call)
    this.#goLive(subscriber)
  }

  /** Ends every stream and listens no more. */
  close(): void {
    this.#closed = true
    for (const subscriber of this.#subscribers) subscriber.response.end()
    this.#subscribers.clear()
    this.#stop()
  }

  #start(): void {
    this.#unsubscribe ??= this.#service.onEvent((event) => this.#publish(event))
    this.#beat ??= this.#nextBeat()
    this.#look ??= this.#nextLook()
  }

  #stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#beat?.cancel()
    this.#look?.cancel()
    this.#beat = undefined
    this.#look = undefined
  }

  #remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber)
    if (this.#subscribers.size === 0) this.#stop()
  }

  #drop(subscriber: Subscriber): void {
    subscriber.response.destroy()
    this.#remove(subscriber)
  }

  #publish({ view, whole, about }: ToldEvent): void {
    const part = frameOf(view)
    const all = whole === undefined ? part : frameOf({ ...view, message: whole })
    const { cluster, bundle, object } = view
    for (const subscriber of this.#subscribers) {
      if (!hears(subscriber.grants, { cluster, bundle, namespace: object?.namespace, about })) continue
      const frame = readable(subscriber.grants) === undefined ? all : part
      if (subscriber.waiting === undefined) this.#send(subscriber, frame)
      else if (subscriber.waiting.length < replayPage * 20) subscriber.waiting.push(frame)
      else this.#drop(subscriber)
    }
  }

  #send(subscriber: Subscriber, frame: Frame): void {
    if (frame.sequence <= subscriber.last) return
    subscriber.last = frame.sequence
    subscriber.response.write(frame.bytes)
    if (subscriber.response.writableLength > this.#options.mostBuffered) {
      this.#options.log.warn('a listener to events was dropped because it does not read')
      this.#drop(subscriber)
    }
  }

  async #replay(subscriber: Subscriber, call: Call): Promise<void> {
    while (this.#subscribers.has(subscriber)) {
      const { items } = await this.#service.events(call, { after: subscriber.last, limit: replayPage })
      for (const event of items) this.#send(subscriber, frameOf(event))
      if (items.length < replayPage) return
      await drained(subscriber.response)
    }
  }

  #goLive(subscriber: Subscriber): void {
    for (const frame of subscriber.waiting ?? []) this.#send(subscriber, frame)
    subscriber.waiting = undefined
  }

  #nextBeat(): Timer {
    return this.#options.clock.setTimeout(() => {
      for (const subscriber of this.#subscribers) subscriber.response.write(heartbeat)
      this.#beat = this.#nextBeat()
    }, this.#options.heartbeatMs)
  }

  #nextLook(): Timer {
    return this.#options.clock.setTimeout(() => {
      for (const subscriber of this.#subscribers) void this.#recheck(subscriber)
      this.#look = this.#nextLook()
    }, this.#options.recheckMs)
  }

  /** Ends the stream of a caller whose token, session or role was taken back (safety row 38). */
  async #recheck(subscriber: Subscriber): Promise<void> {
    try {
      const caller = await subscriber.again()
      if (caller === undefined) this.#drop(subscriber)
      else subscriber.grants = caller.grants
    } catch (error) {
      // A store that does not answer for a moment ends nobody's stream.
      this.#options.log.warn('it could not be looked up who listens', { reason: reasonOf(error) })
    }
  }
}

function frameOf(event: EventView): Frame {
  const data = encode(eventViewSchema, event)
  return {
    sequence: event.sequence,
    bytes: Buffer.from(`id: ${event.sequence}\nevent: activity\ndata: ${data}\n\n`),
  }
}

/** Resolves when what was written has left, or the connection is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (!response.writableNeedDrain || response.destroyed) {
      resolve()
      return
    }
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}
