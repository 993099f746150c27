import { reasonOf } from '../../core/failure.ts'
import { Backoff, type Clock, type Log } from '../../runtime/index.ts'
import type { Target } from '../../core/access/index.ts'
import type { LoggedEvent, NewEvent, Store } from '../store/index.ts'

/** All that an event is about, where that is more than one thing: for those who listen, and not kept with it. */
interface About {
  readonly about?: readonly Target[]
}

/** An event that is durable, as listeners are told. */
export type AddedEvent = LoggedEvent & About

type Waiting = NewEvent & About

/** Events that wait for a store which does not take them; the oldest go first beyond that. */
const mostWaiting = 10_000
const largestBatch = 500

/**
 * The activity of the hub. Events are appended in the background, in the order in which they came, and told to
 * listeners when they are durable; one that somebody must rely on is appended with `record`.
 */
export class EventLog {
  readonly #store: Store
  readonly #clock: Clock
  readonly #log: Log
  readonly #listeners = new Set<(event: AddedEvent) => void>()
  readonly #waiting: Waiting[] = []
  readonly #stopping = new AbortController()
  #last: Promise<unknown> = Promise.resolve()
  #running: Promise<void> | undefined
  #lost = 0

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store
    this.#clock = clock
    this.#log = log
  }

  /** Appends an event sooner or later. Never fails and never waits. */
  add(event: Omit<Waiting, 'at'> & { readonly at?: string }): void {
    this.#waiting.push({ at: this.#now(), ...event })
    if (this.#waiting.length > mostWaiting) {
      this.#waiting.shift()
      this.#lost += 1
    }
    this.#running ??= this.#run()
  }

  /** Appends an event and resolves when it is durable. Throws what the store throws. */
  async record(event: Omit<Waiting, 'at'>): Promise<LoggedEvent> {
    const [logged] = await this.#append([{ at: this.#now(), ...event }])
    if (logged === undefined) throw new Error('an event was appended and not answered')
    return logged
  }

  /** Calls the listener for every event from now on; the answer ends that. */
  subscribe(listener: (event: AddedEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Appends what waits, once, and takes nothing more. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const backoff = new Backoff({ baseMs: 500, maxMs: 30_000 })
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, largestBatch)
      try {
        await this.#append(batch)
        this.#sayLost()
        backoff.reset()
      } catch (error) {
        this.#waiting.unshift(...batch)
        this.#log.warn('events wait for the store', {
          waiting: this.#waiting.length,
          reason: reasonOf(error),
        })
        if (this.#stopping.signal.aborted) break
        await this.#clock.sleep(500 + backoff.next(), this.#stopping.signal)
      }
    }
    this.#running = undefined
  }

  /** One append at a time, so that listeners hear of events in the order of their sequence. */
  #append(events: readonly Waiting[]): Promise<AddedEvent[]> {
    const mine = this.#last.then(async () => {
      const kept = await this.#store.events.append(events.map(({ about: _about, ...event }) => event))
      const logged = kept.map((event, at): AddedEvent => {
        const about = events[at]?.about
        return about === undefined ? event : { ...event, about }
      })
      for (const event of logged) for (const listener of this.#listeners) listener(event)
      return logged
    })
    this.#last = mine.catch(() => undefined)
    return mine
  }

  #sayLost(): void {
    if (this.#lost === 0) return
    const message = `${this.#lost} events were lost while the store took none`
    this.#lost = 0
    this.#waiting.push({ at: this.#now(), type: 'events-lost', message })
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString()
  }
}
