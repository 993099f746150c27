import type { Clock } from '../../runtime/index.ts'
import type { RawAnswer } from '../answer/index.ts'
import { connectFailure, type Connection } from '../connection/index.ts'
import { KubeFailure } from '../failure.ts'
import { Collector } from './collector.ts'
import { InFlight } from './in-flight.ts'
import { Link, type WireHeaders, type WireRequest } from './link.ts'
import { type Lane, WatchLanes } from './watch-lanes.ts'

export interface TransportOptions {
  readonly clock: Clock
  /** Requests at once; watches do not count. */
  readonly maxInFlight: number
}

/** What a long answer is handed to, piece by piece. */
export interface StreamSink {
  /** The answer has begun. Returning false reads the rest into the `RawAnswer` that the stream resolves with. */
  onHead(status: number, headers: WireHeaders): boolean
  onData(chunk: Buffer): void
}

export interface StreamOptions {
  /** A stream on which nothing has come for so long is given up. */
  readonly idleMs: number
  readonly signal: AbortSignal
}

/** A connection for requests, and how many are on it. */
interface Slot {
  readonly opening: Promise<Link>
  link: Link | undefined
  busy: number
}

/** Looks at a new connection before it is used, by asking over it; throws to refuse it. */
export type Guard = (ask: (request: WireRequest) => Promise<RawAnswer>) => Promise<void>

const guardMs = 10_000
const maxBody = 256 * 1024 * 1024
const maxRefusal = 1024 * 1024

/**
 * The connections to one API server: one for requests (as many as requests at once where the server speaks only
 * HTTP/1.1), and further ones for watches. A connection from which nothing at all comes any more is replaced.
 */
export class Transport {
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #inFlight: InFlight
  readonly #maxInFlight: number
  readonly #lanes: WatchLanes
  readonly #ended = new AbortController()
  #links: Slot[] = []
  #guard: Guard | undefined

  constructor(connection: Connection, options: TransportOptions) {
    this.#connection = connection
    this.#clock = options.clock
    this.#maxInFlight = options.maxInFlight
    this.#inFlight = new InFlight(options.maxInFlight)
    this.#lanes = new WatchLanes(() => this.#openLink())
  }

  /** How many connections carry watches. */
  get watchConnections(): number {
    return this.#lanes.connections
  }

  /**
   * One request and its whole answer, whatever its status. Throws `unreachable`, `timeout`, `tls` and the like when
   * there is none; then nothing is known about what the server did. An aborted request throws its signal's reason.
   */
  async request(request: WireRequest, timeoutMs: number): Promise<RawAnswer> {
    this.#refuseWhenClosed()
    try {
      return await this.#inFlight.run(() => this.#exchange(request, timeoutMs), request.signal)
    } catch (error) {
      throw this.#failure(error, request.signal)
    }
  }

  /**
   * One watch. Resolves when the answer has ended: with undefined when the sink took it, else with the answer.
   * Throws like `request`, and `timeout` when nothing came for `idleMs`.
   */
  async stream(
    request: WireRequest,
    sink: StreamSink,
    options: StreamOptions,
  ): Promise<RawAnswer | undefined> {
    this.#refuseWhenClosed()
    try {
      for (;;) {
        const lane = await this.#acquireLane(options.signal)
        try {
          const outcome = await this.#streamOn(lane, request, sink, options)
          if (outcome !== noStream) return outcome
        } finally {
          lane.release()
        }
      }
    } catch (error) {
      throw this.#failure(error, options.signal)
    }
  }

  /** Every connection that is opened from now on carries nothing before `guard` has passed it. */
  guard(guard: Guard): void {
    this.#guard = guard
  }

  /** Uses new connections from now on, because the certificate has changed; open answers run to their end. */
  renew(): void {
    const old = this.#links
    this.#links = []
    for (const { opening } of old) void opening.then((link) => link.retire()).catch(() => {})
    this.#lanes.renew()
  }

  async close(): Promise<void> {
    this.#ended.abort()
    const links = this.#links
    this.#links = []
    const why = closed(this.#connection.name)
    await Promise.all([
      this.#lanes.destroy(why),
      ...links.map(async ({ opening }) => (await opening.catch(() => undefined))?.destroy(why)),
    ])
  }

  async #acquireLane(signal: AbortSignal): Promise<Lane> {
    const acquiring = this.#lanes.acquire()
    try {
      return await unlessAborted(acquiring, signal)
    } catch (error) {
      void acquiring.then(
        (lane) => lane.release(),
        () => {},
      )
      throw error
    }
  }

  async #exchange(request: WireRequest, timeoutMs: number): Promise<RawAnswer> {
    for (let again = true; ; again = false) {
      const slot = await this.#takeSlot(request.signal)
      try {
        const link = await unlessAborted(slot.opening, request.signal)
        // Its own guard may have retired it, by a credential that it showed to be old.
        if (!link.lost || !again) return await this.#collect(link, request, timeoutMs)
      } finally {
        slot.busy -= 1
      }
    }
  }

  /** The shared HTTP/2 connection, or an HTTP/1.1 connection of its own; counted as busy. */
  async #takeSlot(signal: AbortSignal | undefined): Promise<Slot> {
    this.#links = this.#links.filter(({ link }) => link?.lost !== true)
    const [first] = this.#links
    if (first === undefined) return this.#addSlot()
    const link = await unlessAborted(first.opening, signal)
    if (link.lost) return this.#takeSlot(signal)
    const free = link.protocol === 'h2' ? first : this.#links.find((slot) => slot.busy === 0)
    if (free === undefined && this.#links.length < this.#maxInFlight) return this.#addSlot()
    const slot = free ?? first
    slot.busy += 1
    return slot
  }

  #addSlot(): Slot {
    const slot: Slot = { opening: this.#openLink(), link: undefined, busy: 1 }
    this.#links.push(slot)
    slot.opening.then(
      (link) => {
        slot.link = link
      },
      () => this.#drop(slot.opening),
    )
    return slot
  }

  #drop(opening: Promise<Link>): void {
    this.#links = this.#links.filter((slot) => slot.opening !== opening)
  }

  async #openLink(): Promise<Link> {
    const link = await Link.open(this.#connection, this.#clock, this.#ended.signal)
    try {
      await this.#guard?.((request) => this.#collect(link, request, guardMs))
    } catch (error) {
      await link.destroy(closed(this.#connection.name))
      throw error
    }
    return link
  }

  #collect(link: Link, request: WireRequest, timeoutMs: number): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const before = link.bytesRead
      const collector = new Collector(maxBody)
      const finish = (): void => {
        timer.cancel()
        request.signal?.removeEventListener('abort', abort)
      }
      const giveUp = link.send(request, {
        onHead: (status, headers) => collector.head(status, headers),
        onData: (chunk) => {
          if (!collector.take(chunk)) giveUp(tooLarge(this.#connection.name))
        },
        onEnd: () => {
          finish()
          resolve(collector.answer())
        },
        onFail: (error) => {
          finish()
          reject(error)
        },
      })
      const timer = this.#clock.setTimeout(() => {
        giveUp(silent(this.#connection.name, timeoutMs))
        if (link.bytesRead === before) this.#replace(link)
      }, timeoutMs)
      const abort = (): void => giveUp(aborted(request.signal))
      if (request.signal?.aborted === true) abort()
      else request.signal?.addEventListener('abort', abort, { once: true })
    })
  }

  #replace(link: Link): void {
    for (const slot of this.#links) {
      void slot.opening.then(
        (one) => {
          if (one === link) this.#drop(slot.opening)
        },
        () => {},
      )
    }
    this.#lanes.avoid(link)
    void link.destroy(dead(this.#connection.server.host))
  }

  #streamOn(
    lane: Lane,
    request: WireRequest,
    sink: StreamSink,
    options: StreamOptions,
  ): Promise<RawAnswer | undefined | typeof noStream> {
    const { link } = lane
    return new Promise((resolve, reject) => {
      let heardAt = this.#clock.now()
      let bytesThen = link.bytesRead
      let started = false
      let taken = false
      const collector = new Collector(maxRefusal)
      const heard = (): void => {
        heardAt = this.#clock.now()
        bytesThen = link.bytesRead
      }
      const finish = (): void => {
        idle.cancel()
        this.#unstarted.delete(crowdedOut)
        options.signal.removeEventListener('abort', abort)
      }
      const giveUp = link.send(request, {
        onStart: () => {
          started = true
          heard()
        },
        onHead: (status, headers) => {
          heard()
          this.#releaseCrowded(link)
          taken = sink.onHead(status, headers)
          if (!taken) collector.head(status, headers)
        },
        onData: (chunk) => {
          heard()
          if (taken) sink.onData(chunk)
          else if (!collector.take(chunk)) giveUp(tooLarge(this.#connection.name))
        },
        onEnd: () => {
          finish()
          resolve(taken ? undefined : collector.answer())
        },
        onFail: (error) => {
          finish()
          if (error instanceof Crowded) resolve(noStream)
          else reject(error)
        },
      })
      const crowdedOut = { link, giveUp: () => !started && giveUp(new Crowded()) }
      this.#unstarted.add(crowdedOut)
      const abort = (): void => giveUp(aborted(options.signal))
      const check = (): void => {
        const left = heardAt + options.idleMs - this.#clock.now()
        if (left > 0) {
          idle = this.#clock.setTimeout(check, left)
          return
        }
        giveUp(silent(this.#connection.name, options.idleMs))
        if (link.bytesRead === bytesThen) this.#replace(link)
      }
      let idle = this.#clock.setTimeout(check, options.idleMs)
      if (options.signal.aborted) abort()
      else options.signal.addEventListener('abort', abort, { once: true })
    })
  }

  readonly #unstarted = new Set<{ readonly link: Link; giveUp(): unknown }>()

  /**
   * The first answer on a connection shows that its streams have been granted. Watches that still wait then would
   * wait for ever: they move to another connection.
   */
  #releaseCrowded(link: Link): void {
    if (link.waiting === 0) return
    this.#lanes.learnLimit(link.running)
    this.#lanes.avoid(link)
    for (const one of this.#unstarted) if (one.link === link) one.giveUp()
  }

  #refuseWhenClosed(): void {
    if (this.#ended.signal.aborted) throw closed(this.#connection.name)
  }

  /** Giving up is no failure: whoever aborted gets the reason back. */
  #failure(error: unknown, signal: AbortSignal | undefined): unknown {
    return signal?.aborted === true ? signal.reason : connectFailure(error, this.#connection)
  }
}

const noStream = Symbol('no stream was granted')

class Crowded extends Error {}

function closed(name: string): KubeFailure {
  return new KubeFailure('unreachable', `${name}: the client was closed`)
}

/** What every request on a dead connection fails with; as when the system reports the connection broken. */
function dead(host: string): Error {
  return Object.assign(new Error(`nothing came over the connection to ${host} any more`), {
    code: 'ECONNRESET',
  })
}

function silent(name: string, ms: number): KubeFailure {
  return new KubeFailure('timeout', `${name}: nothing came for ${ms / 1000} s`, {
    subject: name,
    retryable: true,
    hint: 'check the way to the API server; a firewall may have dropped the connection',
  })
}

function tooLarge(name: string): KubeFailure {
  return new KubeFailure('too-large', `${name}: cannot read the answer: it is larger than ${maxBody} bytes`)
}

/** What `work` comes to, or the reason of an abort as soon as there is one; `work` itself goes on. */
async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return work
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(aborted(signal))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function aborted(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('aborted')
}
