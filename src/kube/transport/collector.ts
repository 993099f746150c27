import type { RawAnswer } from '../answer/index.ts'
import type { WireHeaders } from './link.ts'

/** Puts an answer together, up to a size. */
export class Collector {
  readonly #max: number
  readonly #chunks: Buffer[] = []
  #size = 0
  #status = 0
  #headers: WireHeaders = {}

  constructor(max: number) {
    this.#max = max
  }

  head(status: number, headers: WireHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  /** False once the answer is larger than it may be. */
  take(chunk: Buffer): boolean {
    this.#size += chunk.length
    if (this.#size > this.#max) return false
    this.#chunks.push(chunk)
    return true
  }

  answer(): RawAnswer {
    const [only] = this.#chunks
    const body = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks)
    return { status: this.#status, headers: this.#headers, body }
  }
}
