import { type Clock, WorkQueue } from '../../runtime/index.ts'

export interface PushLooksOptions {
  readonly clock: Clock
  /** Looks at one repository; resolves when it has been looked at. */
  readonly look: (repository: string) => Promise<void>
  readonly onError: (repository: string, error: unknown) => void
  /** Milliseconds between two looks at one repository; a second without it. */
  readonly spacingMs?: number
}

/**
 * Looks that pushes ask for. The first begins at once; a thousand that follow cost one more, after a second, so that a
 * forge that repeats itself is no load, and what the last push brought is seen all the same.
 */
export class PushLooks {
  readonly #options: PushLooksOptions
  readonly #queue: WorkQueue
  readonly #begun = new Map<string, number>()

  constructor(options: PushLooksOptions) {
    this.#options = options
    this.#queue = new WorkQueue({
      clock: options.clock,
      concurrency: 8,
      run: (repository) => {
        this.#begun.set(repository, options.clock.now())
        return options.look(repository)
      },
      onError: options.onError,
    })
  }

  /** Asks for a look at a repository. */
  add(repository: string): void {
    const { clock, spacingMs = 1_000 } = this.#options
    const begun = this.#begun.get(repository)
    const wait = begun === undefined ? 0 : begun + spacingMs - clock.now()
    // A clock that was set back makes nobody wait longer.
    this.#queue.add(repository, Math.min(spacingMs, Math.max(0, wait)))
  }

  /** Takes nothing more, and resolves when what runs has ended. */
  stop(): Promise<void> {
    return this.#queue.stop()
  }
}
