const newline = 10

/**
 * Cuts a stream of bytes into lines without looking at anything but line ends; JSON escapes those inside texts. What
 * follows the last line end is kept, and dropped with the splitter when the stream ends there: a cut-off line was
 * never told, and is sent again to whoever resumes.
 */
export class LineSplitter {
  #rest: Buffer[] = []

  /** The lines that `chunk` completes, without their ends; empty ones are left out. */
  take(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf(newline, start)
      if (end < 0) break
      const piece = chunk.subarray(start, end)
      const line = this.#rest.length === 0 ? piece : Buffer.concat([...this.#rest, piece])
      this.#rest = []
      start = end + 1
      if (line.length > 0) lines.push(line)
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start))
    return lines
  }
}
