const newline = 0x0a

/**
 * Cuts bytes into lines, whatever pieces they come in. A line longer than `longest` is left out, so that a file
 * without line ends cannot fill the memory.
 */
export class LineReader {
  readonly #longest: number
  readonly #onLine: (line: Buffer) => void
  #pieces: Buffer[] = []
  #held = 0
  #skipping = false

  constructor(longest: number, onLine: (line: Buffer) => void) {
    this.#longest = longest
    this.#onLine = onLine
  }

  /** Takes the next bytes. The buffer is the caller's again when this returns. */
  push(bytes: Buffer): void {
    let from = 0
    for (;;) {
      const end = bytes.indexOf(newline, from)
      if (end < 0) break
      this.#line(bytes.subarray(from, end))
      from = end + 1
    }
    this.#hold(bytes.subarray(from))
  }

  /** Forgets the line that is not ended yet: the file that it was in is another one now. */
  reset(): void {
    this.#pieces = []
    this.#held = 0
    this.#skipping = false
  }

  #line(rest: Buffer): void {
    const fits = !this.#skipping && this.#held + rest.length <= this.#longest
    const line = this.#pieces.length === 0 ? rest : Buffer.concat([...this.#pieces, rest])
    this.reset()
    if (fits && line.length > 0) this.#onLine(line)
  }

  #hold(rest: Buffer): void {
    if (rest.length === 0 || this.#skipping) return
    this.#held += rest.length
    if (this.#held <= this.#longest) {
      this.#pieces.push(Buffer.from(rest))
      return
    }
    this.#pieces = []
    this.#skipping = true
  }
}
