import { createHmac } from 'node:crypto'

/** WASI's answers: all is well, no such file descriptor, not supported. */
const ok = 0
const badDescriptor = 8
const unsupported = 52

/** Where the clock that only measures stands, in nanoseconds; Go does not start at 0. */
const monotonic = 1_000_000_000n

/** Standard error is kept up to here and then dropped. */
const mostStderr = 64 * 1024

/** The module ended itself. */
export class ModuleExit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`the module ended itself with code ${code}`)
    this.code = code
  }
}

/**
 * What a module may do: the whole list. Its name as the only argument, no environment, one clock that stands still,
 * random bytes made from a seed, and standard error kept up to a size. Standard output is dropped. Whatever else it
 * asks for is answered with "not supported".
 */
export class BoxHost {
  readonly #name: string
  #memory: { readonly buffer: ArrayBuffer } = { buffer: new ArrayBuffer(0) }
  #seed: Uint8Array = new Uint8Array(32)
  #clock = 0n
  #block = 0
  #left = new Uint8Array(0)
  #drawn = 0
  #stderr: Buffer[] = []
  #stderrBytes = 0

  /** `name` is what the module is told that it is called. */
  constructor(name: string) {
    this.#name = `${name}\0`
  }

  /** The module's memory, once there is an instance. */
  attach(memory: { readonly buffer: ArrayBuffer }): void {
    this.#memory = memory
  }

  /** Starts a call: the clock stands at `clock`, random bytes begin anew. */
  begin(seed: Uint8Array, clock: number): void {
    this.#seed = seed
    this.#clock = BigInt(Math.trunc(clock)) * 1_000_000n
    this.#block = 0
    this.#left = new Uint8Array(0)
    this.#drawn = 0
    this.#stderr = []
    this.#stderrBytes = 0
  }

  /** How many random bytes were drawn since `begin`. */
  get randomBytes(): number {
    return this.#drawn
  }

  /** What was written to standard error since `begin`. */
  get stderr(): string {
    return Buffer.concat(this.#stderr).toString('utf8')
  }

  /** The functions for `names`, the imports that a module lists. */
  imports(names: readonly string[]): Record<string, (...values: never[]) => number> {
    const powers: Readonly<Record<string, (...values: never[]) => number>> = {
      args_sizes_get: (count: number, bytes: number) => this.#numbers([count, 1], [bytes, this.#name.length]),
      args_get: (list: number, text: number) => {
        Buffer.from(this.#memory.buffer).write(this.#name, text, 'latin1')
        return this.#numbers([list, text])
      },
      environ_sizes_get: (count: number, bytes: number) => this.#numbers([count, 0], [bytes, 0]),
      environ_get: () => ok,
      clock_time_get: (id: number, _precision: bigint, out: number) => {
        this.#view().setBigUint64(out, id === 0 ? this.#clock : monotonic, true)
        return ok
      },
      random_get: (at: number, length: number) => {
        this.#fill(new Uint8Array(this.#memory.buffer, at, length))
        return ok
      },
      fd_write: (descriptor: number, list: number, count: number, written: number) =>
        this.#write(descriptor, list, count, written),
      // The three standard streams are there, as something that can be written to; there are no others.
      fd_fdstat_get: (descriptor: number, out: number) => {
        if (descriptor > 2) return badDescriptor
        new Uint8Array(this.#memory.buffer, out, 24).fill(0)
        this.#view().setUint8(out, 2)
        this.#view().setBigUint64(out + 8, 64n, true)
        return ok
      },
      fd_prestat_get: () => badDescriptor,
      // Time does not pass: whoever waits for it is woken at once.
      poll_oneoff: (_in: number, _out: number, count: number, events: number) =>
        this.#numbers([events, count]),
      sched_yield: () => ok,
      proc_exit: (code: number) => {
        throw new ModuleExit(code)
      },
    }
    return Object.fromEntries(
      names.map((name) => [name, Object.hasOwn(powers, name) ? (powers[name] ?? refuse) : refuse]),
    )
  }

  #view(): DataView {
    return new DataView(this.#memory.buffer)
  }

  #numbers(...pairs: readonly (readonly [number, number])[]): number {
    for (const [at, value] of pairs) this.#view().setUint32(at, value, true)
    return ok
  }

  /** HMAC-SHA-256(seed, 0), HMAC-SHA-256(seed, 1), … as one stream. */
  #fill(into: Uint8Array): void {
    this.#drawn += into.length
    for (let at = 0; at < into.length; ) {
      if (this.#left.length === 0) {
        this.#left = createHmac('sha256', this.#seed)
          .update(String(this.#block++))
          .digest()
      }
      const part = this.#left.subarray(0, into.length - at)
      into.set(part, at)
      this.#left = this.#left.subarray(part.length)
      at += part.length
    }
  }

  #write(descriptor: number, list: number, count: number, written: number): number {
    if (descriptor !== 1 && descriptor !== 2) return badDescriptor
    let total = 0
    for (let index = 0; index < count; index++) {
      const at = this.#view().getUint32(list + 8 * index, true)
      const length = this.#view().getUint32(list + 8 * index + 4, true)
      total += length
      const room = mostStderr - this.#stderrBytes
      if (descriptor === 1 || room <= 0) continue
      const kept = Buffer.from(new Uint8Array(this.#memory.buffer, at, Math.min(length, room)))
      this.#stderr.push(kept)
      this.#stderrBytes += kept.length
    }
    return this.#numbers([written, total])
  }
}

function refuse(): number {
  return unsupported
}
