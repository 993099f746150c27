import type { BoxCall, BoxOutcome, BoxTrap } from './contract.ts'
import type { CompiledModule } from './module.ts'
import { BoxThread } from './thread.ts'

export interface BoxPoolOptions {
  /** Gives the module, at the first call. */
  readonly module: () => Promise<CompiledModule>
  /** How many calls run at a time. */
  readonly threads: number
  /** How much processor time a call may take, in milliseconds; by the clock it may be four times that. */
  readonly timeMs: number
  /** A thread is replaced after so many calls, or when its memory is larger: it never shrinks. */
  readonly mostCalls: number
  readonly mostMemory: number
  /** Calls that an instance carries out before it serves, so that the first real one is not slow. */
  readonly warmUp: readonly Omit<BoxCall, 'tenant'>[]
}

interface Waiting {
  readonly call: BoxCall
  readonly resolve: (outcome: BoxOutcome) => void
}

/**
 * Runs calls of one module in worker threads, each with one warm instance that belongs to one tenant. A call that
 * takes too long ends with its thread; no other call notices. Idle threads do not keep the program alive.
 */
export class BoxPool {
  readonly #options: BoxPoolOptions
  #module: Promise<CompiledModule> | undefined
  #idle: BoxThread[] = []
  readonly #busy = new Set<BoxThread>()
  #waiting: Waiting[] = []
  #closed = false

  constructor(options: BoxPoolOptions) {
    this.#options = options
  }

  /** The module, compiled once. Throws what compiling throws, and tries again at the next call. */
  async module(): Promise<CompiledModule> {
    this.#module ??= this.#options.module()
    try {
      return await this.#module
    } catch (error) {
      this.#module = undefined
      throw error
    }
  }

  /** Carries a call out, after those that wait already. Throws only when there is no module. */
  async call(call: BoxCall): Promise<BoxOutcome> {
    await this.module()
    if (this.#closed) return closed
    return new Promise((resolve) => {
      this.#waiting.push({ call, resolve })
      this.#next()
    })
  }

  /** Ends all threads; calls that run or wait end as `closed`. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { resolve } of this.#waiting.splice(0)) resolve(closed)
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((thread) => thread.end(closed)))
  }

  #next(): void {
    if (this.#closed) return
    while (this.#busy.size < this.#options.threads) {
      const first = this.#waiting.shift()
      if (first === undefined) return
      const thread = this.#take(first.call.tenant)
      this.#busy.add(thread)
      void this.#carry(thread, first)
    }
  }

  async #carry(thread: BoxThread, { call, resolve }: Waiting): Promise<void> {
    const outcome = await thread.call(call, await this.module())
    this.#busy.delete(thread)
    const { mostCalls, mostMemory } = this.#options
    if (
      !this.#closed &&
      outcome.ended === 'reply' &&
      thread.calls < mostCalls &&
      thread.memoryBytes <= mostMemory
    ) {
      this.#idle.push(thread)
    } else {
      await thread.end(closed)
    }
    resolve(outcome)
    this.#next()
  }

  /** A thread of this tenant, or a fresh one, for which the longest idle one of others makes room. */
  #take(tenant: string): BoxThread {
    const at = this.#idle.findLastIndex((thread) => thread.tenant === tenant)
    const [known] = at < 0 ? [] : this.#idle.splice(at, 1)
    if (known !== undefined) return known
    if (this.#idle.length + this.#busy.size >= this.#options.threads) void this.#idle.shift()?.end(closed)
    return new BoxThread(tenant, this.#options.timeMs, this.#options.warmUp)
  }
}

const closed: BoxTrap = { ended: 'closed', message: 'the box was closed' }
