/** The header fields of a request as they were sent: each value by itself, though a field may come several times. */
export class HeaderFields {
  readonly #fields = new Map<string, string[]>()

  /** Takes names and values in turn, as Node gives raw headers. */
  constructor(raw: readonly string[]) {
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const name = (raw[i] ?? '').toLowerCase()
      this.#fields.set(name, [...(this.#fields.get(name) ?? []), raw[i + 1] ?? ''])
    }
  }

  /** The first value; the empty text without one. */
  first(name: string): string {
    return this.#fields.get(name)?.[0] ?? ''
  }

  all(name: string): readonly string[] {
    return this.#fields.get(name) ?? []
  }

  names(): readonly string[] {
    return [...this.#fields.keys()]
  }
}
