import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { rendered } from './paint.ts'

interface Stream extends Writable {
  readonly isTTY?: boolean
  readonly columns?: number
}

interface Input extends Readable {
  readonly isTTY?: boolean
}

export interface Environment {
  readonly [name: string]: string | undefined
}

/**
 * Where the program writes and asks. Answers go to standard output, everything else (progress, notes, questions) to
 * standard error.
 */
export class Terminal {
  readonly #out: Stream
  readonly #err: Stream
  readonly #in: Input
  readonly #outColours: boolean
  readonly #errColours: boolean
  #hasYaml = false
  /** Where the plan of a write is shown: standard error once standard output is for a machine. */
  machineReadable = false

  constructor(streams: { out: Stream; err: Stream; in: Input }, environment: Environment) {
    this.#out = streams.out
    this.#err = streams.err
    this.#in = streams.in
    this.#outColours = wantsColours(streams.out, environment)
    this.#errColours = wantsColours(streams.err, environment)
  }

  /** The width to fit tables into; undefined when standard output is no terminal: then nothing is cut. */
  get width(): number | undefined {
    return this.#out.isTTY === true ? this.#out.columns : undefined
  }

  /** True when a person can be asked. */
  get interactive(): boolean {
    return this.#in.isTTY === true && this.#err.isTTY === true
  }

  /** One line of the answer. */
  line(text = ''): void {
    this.#out.write(`${rendered(text, this.#outColours)}\n`)
  }

  /** Text of the answer as it is, for machines. */
  raw(text: string): void {
    this.#out.write(text)
  }

  /** One YAML document of the answer; a line of dashes stands between two. */
  yaml(document: string): void {
    this.#out.write(this.#hasYaml ? `---\n${document}` : document)
    this.#hasYaml = true
  }

  /** One line beside the answer. */
  note(text: string): void {
    this.#err.write(`${rendered(text, this.#errColours)}\n`)
  }

  /** One line of the plan of a write. */
  plan(text: string): void {
    if (this.machineReadable) this.note(text)
    else this.line(text)
  }

  /**
   * Asks for one line. Undefined when the person ends the input or interrupts. Only to be called when `interactive`.
   */
  async ask(question: string): Promise<string | undefined> {
    const lines = createInterface({ input: this.#in, output: this.#err, terminal: true, historySize: 0 })
    const ended = new Promise<undefined>((resolve) => {
      lines.once('close', () => resolve(undefined))
      lines.once('SIGINT', () => lines.close())
    })
    try {
      return await Promise.race([lines.question(rendered(question, this.#errColours)), ended])
    } finally {
      lines.close()
    }
  }
}

/** https://no-color.org and https://force-color.org; where both are set, no colour wins. */
function wantsColours(stream: Stream, environment: Environment): boolean {
  const { NO_COLOR: none = '', FORCE_COLOR: force } = environment
  if (none !== '') return false
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  return stream.isTTY === true && environment['TERM'] !== 'dumb'
}
