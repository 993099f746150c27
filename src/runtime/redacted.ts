import { inspect } from 'node:util'

const mark = '[redacted]'

/**
 * A secret on its way through the program. Only `reveal` gives it out; JSON, templates, string
 * concatenation, `console` and the log show `[redacted]` (safety §2: fix by type, at one exit).
 */
export class Redacted<Value = string> {
  readonly #value: Value

  constructor(value: Value) {
    this.#value = value
  }

  /** The secret itself. Call it where it is used, and keep the answer nowhere. */
  reveal(): Value {
    return this.#value
  }

  toJSON(): string {
    return mark
  }

  toString(): string {
    return mark
  }

  [inspect.custom](): string {
    return mark
  }
}
