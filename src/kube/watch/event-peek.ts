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

/** Walks JSON. Every method returns false or undefined when it meets what it does not expect. */
class Reader {
  // One character a byte: fast to search, and right for everything but texts beyond ASCII, which are not read.
  readonly #text: string
  #at = 0

  constructor(bytes: Buffer) {
    this.#text = bytes.toString('latin1')
  }

  /** Calls `visit` at the value of each key of the map that starts here, until it returns false. */
  eachKey(visit: (key: string) => boolean): boolean {
    if (this.#text.charCodeAt(this.#at) !== openMap) return false
    this.#at += 1
    if (this.#text.charCodeAt(this.#at) === closeMap) {
      this.#at += 1
      return true
    }
    for (;;) {
      const key = this.plainText()
      if (key === undefined || this.#text.charCodeAt(this.#at) !== colon) return false
      this.#at += 1
      if (!visit(key)) return false
      const next = this.#text.charCodeAt(this.#at)
      this.#at += 1
      if (next === closeMap) return true
      if (next !== comma) return false
    }
  }

  /** The text that starts here, if it is ASCII without escapes. */
  plainText(): string | undefined {
    if (this.#text.charCodeAt(this.#at) !== quote) return undefined
    const start = this.#at + 1
    for (let at = start; ; at += 1) {
      const code = this.#text.charCodeAt(at)
      if (code === quote) {
        this.#at = at + 1
        return this.#text.slice(start, at)
      }
      // NaN, at the end, is not below either.
      if (code === backslash || !(code < 128)) return undefined
    }
  }

  /** Moves behind the value that starts here. */
  skipValue(): boolean {
    let depth = 0
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (Number.isNaN(code)) return false
      if (code === quote) {
        if (!this.#skipText()) return false
        if (depth === 0) return true
        continue
      }
      if (code === openMap || code === openList) {
        depth += 1
      } else if (code === closeMap || code === closeList) {
        if (depth === 0) return true
        depth -= 1
        if (depth === 0) {
          this.#at += 1
          return true
        }
      } else if (code === comma && depth === 0) {
        return true
      }
      this.#at += 1
    }
  }

  #skipText(): boolean {
    let from = this.#at + 1
    for (;;) {
      const end = this.#text.indexOf('"', from)
      if (end < 0) return false
      let slashes = 0
      while (this.#text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1
      if (slashes % 2 === 0) {
        this.#at = end + 1
        return true
      }
      from = end + 1
    }
  }
}
