import type { Clock } from '../../runtime/index.ts'
import type { Store } from '../store/index.ts'

/** So many failures in a row lock an origin out, until it has been quiet for so long. */
const mostFailures = 10
const windowMs = 15 * 60_000
const mostOrigins = 10_000

/** Keeps those out who guess, by where they come from. It is in the store: a restart forgives nobody (safety row 39). */
export class Lockout {
  readonly #store: Store['failedSignIns']
  readonly #clock: Clock

  constructor(store: Store['failedSignIns'], clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Seconds that an address has to wait; undefined when it may try. */
  async waits(address: string): Promise<number | undefined> {
    const failures = await this.#store.count(originOf(address), this.#since())
    return failures >= mostFailures ? windowMs / 1000 : undefined
  }

  async failed(address: string): Promise<void> {
    const at = new Date(this.#clock.now()).toISOString()
    await this.#store.add(originOf(address), at, this.#since(), mostOrigins)
  }

  #since(): string {
    return new Date(this.#clock.now() - windowMs).toISOString()
  }
}

/** What is counted as one: an IPv4 address, or the network of an IPv6 address, which one machine has all of. */
export function originOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const filled =
    tail === undefined
      ? groups
      : [...groups, ...Array<string>(8 - groups.length - rest.length).fill('0'), ...rest]
  return `${filled.slice(0, 4).join(':')}::/64`
}
