/** What identifies the event on a line, read without parsing the object. */
export interface EventPeek {
  readonly type: string
  readonly namespace: string
  readonly name: string
  readonly resourceVersion: string
}

const quote = 34
const backslash = 92
const comma = 44
const colon = 58
const openMap = 123
const closeMap = 125
const openList = 91
const closeList = 93

/**
 * Reads type, namespace, name and resourceVersion of a watch event without parsing it: the start of the line for
 * built-in kinds, which write `metadata` first and those fields at its start.
 *
 * It follows the structure (a text or an annotation that looks like a resourceVersion is not taken for one) and
 * returns undefined whenever it is not certain; then the line must be parsed.
 */
export function peekEvent(line: Buffer, namespaced: boolean): EventPeek | undefined {
  const reader = new Reader(line)
  let type: string | undefined
  let found: Partial<Record<string, string>> | undefined
  reader.eachKey((key) => {
    if (key === 'type') {
      type = reader.plainText()
      return type !== undefined
    }
    if (key !== 'object') return reader.skipValue()
    reader.eachKey((field) => {
      if (field !== 'metadata') return reader.skipValue()
      found = metadataOf(reader, namespaced)
      return false
    })
    return false
  })
  if (type === undefined || found === undefined) return undefined
  const { name, resourceVersion, namespace = '' } = found
  if (name === undefined || resourceVersion === undefined) return undefined
  return { type, namespace, name, resourceVersion }
}

function metadataOf(reader: Reader, namespaced: boolean): Partial<Record<string, string>> {
  const found: Partial<Record<string, string>> = {}
  reader.eachKey((key) => {
    if (key !== 'name' && key !== 'namespace' && key !== 'resourceVersion') return reader.skipValue()
    const value = reader.plainText()
    if (value === undefined) return false
    found[key] = value
    const complete =
      found.name !== undefined &&
      found.resourceVersion !== undefined &&
      (!namespaced || found.namespace !== undefined)
    return !complete
  })
  return found
}

/** Walks JSON bytes. Every method returns false or undefined when it meets what it does not expect. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Calls `visit` at the value of each key of the map that starts here, until it returns false. */
  eachKey(visit: (key: string) => boolean): boolean {
    if (this.#bytes[this.#at] !== openMap) return false
    this.#at += 1
    if (this.#bytes[this.#at] === closeMap) {
      this.#at += 1
      return true
    }
    for (;;) {
      const key = this.plainText()
      if (key === undefined || this.#bytes[this.#at] !== colon) return false
      this.#at += 1
      if (!visit(key)) return false
      const next = this.#bytes[this.#at]
      this.#at += 1
      if (next === closeMap) return true
      if (next !== comma) return false
    }
  }

  /** The text that starts here, if it has no escapes. */
  plainText(): string | undefined {
    if (this.#bytes[this.#at] !== quote) return undefined
    const end = this.#bytes.indexOf(quote, this.#at + 1)
    if (end < 0) return undefined
    const slash = this.#bytes.subarray(this.#at + 1, end).indexOf(backslash)
    if (slash >= 0) return undefined
    const text = this.#bytes.toString('utf8', this.#at + 1, end)
    this.#at = end + 1
    return text
  }

  /** Moves behind the value that starts here. */
  skipValue(): boolean {
    let depth = 0
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) return false
      if (byte === quote) {
        if (!this.#skipText()) return false
        if (depth === 0) return true
        continue
      }
      if (byte === openMap || byte === openList) {
        depth += 1
      } else if (byte === closeMap || byte === closeList) {
        if (depth === 0) return true
        depth -= 1
        if (depth === 0) {
          this.#at += 1
          return true
        }
      } else if (byte === comma && depth === 0) {
        return true
      }
      this.#at += 1
    }
  }

  #skipText(): boolean {
    let from = this.#at + 1
    for (;;) {
      const end = this.#bytes.indexOf(quote, from)
      if (end < 0) return false
      let slashes = 0
      while (this.#bytes[end - 1 - slashes] === backslash) slashes += 1
      if (slashes % 2 === 0) {
        this.#at = end + 1
        return true
      }
      from = end + 1
    }
  }
}
