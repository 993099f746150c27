import type { Link } from './link.ts'

/** A place for one watch on one connection. */
export interface Lane {
  readonly link: Link
  /** Gives the place back; a connection without watches is closed. */
  release(): void
}

interface Shared {
  readonly opening: Promise<Link>
  link: Link | undefined
  users: number
  closed: boolean
}

// A kube-apiserver grants 100 streams a connection; a watch beyond that would wait for ever.
const watchesPerConnection = 90

/**
 * Spreads watches over connections of their own, apart from the one that requests use: at most 90 on an HTTP/2
 * connection, fewer where a server turns out to grant less, one on an HTTP/1.1 connection.
 */
export class WatchLanes {
  readonly #open: () => Promise<Link>
  readonly #shared = new Set<Shared>()
  #limit = watchesPerConnection

  constructor(open: () => Promise<Link>) {
    this.#open = open
  }

  /** How many connections carry watches. */
  get connections(): number {
    return this.#shared.size
  }

  /** A place on the fullest connection that has one, or on a new connection. Throws as opening one does. */
  async acquire(again = true): Promise<Lane> {
    const shared = this.#withRoom() ?? this.#another()
    shared.users += 1
    const link = await shared.opening.catch((error: unknown) => {
      if (!shared.closed) this.#release(shared)
      throw error
    })
    if (link.lost && again) {
      this.#release(shared)
      return await this.acquire(false)
    }
    // Known only now: an HTTP/1.1 connection carries one.
    if (link.protocol !== 'h2' && shared.users > 1) {
      shared.users -= 1
      this.#limit = 1
      return await this.acquire()
    }
    return { link, release: this.#once(() => this.#release(shared)) }
  }

  /** Notes that a connection opened no more than `streams` watches: further ones go elsewhere. */
  learnLimit(streams: number): void {
    this.#limit = Math.max(1, Math.min(this.#limit, streams))
  }

  /** Lets no further watch onto the connections that there are; watches on them run on. */
  renew(): void {
    for (const shared of this.#shared) shared.closed = true
  }

  /** Lets no further watch onto this connection. */
  avoid(link: Link): void {
    for (const shared of this.#shared) if (shared.link === link) shared.closed = true
  }

  /** Ends every connection; every watch on them fails with `error`. */
  async destroy(error: Error): Promise<void> {
    const all = [...this.#shared]
    this.#shared.clear()
    await Promise.all(all.map(async ({ opening }) => (await opening.catch(() => undefined))?.destroy(error)))
  }

  #withRoom(): Shared | undefined {
    let best: Shared | undefined
    for (const shared of this.#shared) {
      if (shared.closed || shared.link?.lost === true || shared.users >= this.#limit) continue
      if (best === undefined || shared.users > best.users) best = shared
    }
    return best
  }

  #another(): Shared {
    const shared: Shared = { opening: this.#open(), link: undefined, users: 0, closed: false }
    shared.opening.then(
      (link) => {
        shared.link = link
      },
      () => {
        shared.closed = true
        this.#shared.delete(shared)
      },
    )
    this.#shared.add(shared)
    return shared
  }

  #release(shared: Shared): void {
    shared.users -= 1
    if (shared.users > 0) return
    shared.closed = true
    this.#shared.delete(shared)
    void shared.link?.destroy(new Error('no watch is left on this connection'))
  }

  #once(run: () => void): () => void {
    let done = false
    return () => {
      if (done) return
      done = true
      run()
    }
  }
}
