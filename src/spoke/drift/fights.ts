/** How long a heal is remembered against its writer. */
const memoryMs = 10 * 60_000
/** After so many heals of one field against one writer the engine stops and reports a fight. */
const mostHeals = 5

/**
 * Remembers how often a field was healed against the same writer. Heals back off (1, 2, 4, 8 s) and stop at
 * the fifth: two programs that both insist would otherwise write for ever (engine §5, incident 31).
 */
export class Fights {
  readonly #heals = new Map<string, number[]>()

  /** Milliseconds to wait before healing again; undefined when it is a fight and healing must stop. */
  delay(key: string, path: string, manager: string | undefined, now: number): number | undefined {
    const times = this.#recent(fightKey(key, path, manager), now)
    if (times.length >= mostHeals) return undefined
    return times.length === 0 ? 0 : 1_000 * 2 ** (times.length - 1)
  }

  healed(key: string, path: string, manager: string | undefined, now: number): void {
    const name = fightKey(key, path, manager)
    this.#heals.set(name, [...this.#recent(name, now), now])
  }

  /** Somebody decided: the object starts afresh. */
  forgive(key: string): void {
    for (const name of this.#heals.keys()) {
      if (name.startsWith(`${key}\n`)) this.#heals.delete(name)
    }
  }

  /** Drops what is too old to matter, so that the memory stays bounded. */
  sweep(now: number): void {
    for (const name of this.#heals.keys()) {
      if (this.#recent(name, now).length === 0) this.#heals.delete(name)
    }
  }

  #recent(name: string, now: number): number[] {
    return (this.#heals.get(name) ?? []).filter((time) => now - time < memoryMs)
  }
}

function fightKey(key: string, path: string, manager: string | undefined): string {
  return `${key}\n${path}\n${manager ?? ''}`
}
