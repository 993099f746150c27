/** One message of a stream of server-sent events. */
export interface SseMessage {
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

/**
 * Puts the chunks of a stream of server-sent events together again (WHATWG HTML, 9.2.6). Comments, unknown
 * fields and messages without data give nothing.
 */
export class SseReader {
  #rest = ''
  #id: string | undefined
  #event = ''
  #data: string[] = []

  /** Takes the next piece of text and answers the messages that it completes. */
  push(text: string): SseMessage[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    const messages: SseMessage[] = []
    for (const line of lines) {
      const message = this.#take(line)
      if (message !== undefined) messages.push(message)
    }
    return messages
  }

  #take(line: string): SseMessage | undefined {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') this.#data.push(value)
    else if (field === 'event') this.#event = value
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    return undefined
  }

  #dispatch(): SseMessage | undefined {
    const data = this.#data
    const event = this.#event === '' ? 'message' : this.#event
    this.#data = []
    this.#event = ''
    return data.length === 0 ? undefined : { id: this.#id, event, data: data.join('\n') }
  }
}
