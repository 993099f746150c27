/**
 * One value for each key, of everybody who holds one: what a thousand clusters have in common stands in memory once.
 * Nothing is held here that nobody uses.
 */
export class SharedValues<Value extends object> {
  readonly #held = new Map<string, WeakRef<Value>>()
  readonly #forgotten = new FinalizationRegistry<string>((key) => {
    // Under the same key another one may stand by now.
    if (this.#held.get(key)?.deref() === undefined) this.#held.delete(key)
  })

  /** How many keys are known. */
  get size(): number {
    return this.#held.size
  }

  /** The value that somebody holds; undefined where nobody does. */
  get(key: string): Value | undefined {
    return this.#held.get(key)?.deref()
  }

  /** The value that somebody holds under the key, else this one. */
  share(key: string, value: Value): Value {
    const known = this.get(key)
    if (known !== undefined) return known
    this.#held.set(key, new WeakRef(value))
    this.#forgotten.register(value, key)
    return value
  }
}
