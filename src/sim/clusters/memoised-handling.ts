import type {
  ConvertRequest,
  Defined,
  ObjectHandling,
  Table,
  TableRequest,
  WriteReply,
  WriteRequest,
} from '../../apimachinery/index.ts'
import type { JsonMap } from '../../core/object/index.ts'
import { createHash } from 'node:crypto'
import { Names } from './own-values.ts'

const mostKept = 2_000

/**
 * Object handling that computes once what many clusters ask alike. What a write comes to depends on the object, the
 * request, and on uids, times and revisions only as far as they are equal or in order; so these are replaced by names
 * before the question is asked, and put back into the answer.
 */
export class MemoisedHandling implements ObjectHandling {
  readonly #handling: ObjectHandling
  readonly #writes = new Map<string, Promise<WriteReply>>()
  readonly #definitions = new Map<string, Promise<Defined>>()
  /** How many writes were answered from memory, and how many there were. */
  readonly counts = { remembered: 0, all: 0 }

  constructor(handling: ObjectHandling) {
    this.#handling = handling
  }

  async write(request: WriteRequest): Promise<WriteReply> {
    this.counts.all += 1
    const names = Names.of(request)
    if (names === undefined) return this.#handling.write(request)
    const key = keyOf(request, names)
    let reply = this.#writes.get(key)
    if (reply === undefined) {
      reply = this.#handling.write(names.hide(request))
      this.#remember(key, reply)
    } else this.counts.remembered += 1
    const remembered = await reply
    // What is wrong is told with the values themselves, in the middle of sentences.
    if (remembered.kind === 'answer' && remembered.code >= 400) return this.#handling.write(request)
    return names.show(remembered)
  }

  table(request: TableRequest): Promise<Table> {
    return this.#handling.table(request)
  }

  convert(request: ConvertRequest): Promise<JsonMap> {
    return this.#handling.convert(request)
  }

  define(definition: JsonMap): Promise<Defined> {
    const { kind, spec } = definition
    const key = createHash('sha256')
      .update(JSON.stringify([kind, spec]))
      .digest('base64')
    let defined = this.#definitions.get(key)
    if (defined === undefined) {
      defined = this.#handling.define(definition)
      this.#definitions.set(key, defined)
      defined.catch(() => this.#definitions.delete(key))
    }
    return defined
  }

  decode(body: Uint8Array): Promise<JsonMap> {
    return this.#handling.decode(body)
  }

  close(): Promise<void> {
    return this.#handling.close()
  }

  #remember(key: string, reply: Promise<WriteReply>): void {
    this.#writes.set(key, reply)
    // What failed is not an answer.
    reply.catch(() => this.#writes.delete(key))
    if (this.#writes.size <= mostKept) return
    const [oldest] = this.#writes.keys()
    if (oldest !== undefined) this.#writes.delete(oldest)
  }
}

/** Equal for requests that have the same reply, the names put back. */
function keyOf(request: WriteRequest, names: Names): string {
  const { body: _, live: __, uid: ___, now: ____, ...rest } = request
  const hash = createHash('sha256').update(JSON.stringify(rest))
  for (const part of [names.live, names.body, names.uid, names.now]) hash.update('\n').update(part)
  return hash.digest('base64')
}
