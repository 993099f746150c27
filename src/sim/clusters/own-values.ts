import type { WriteReply, WriteRequest } from '../../apimachinery/index.ts'
import { isList, isMap, type Json, type JsonMap } from '../../core/object/index.ts'

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const moment = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`
/** Whole strings only: a time within a text is just text. Owners' uids stand in keys of managedFields, quoted twice. */
const ownValue = new RegExp(String.raw`(\\?")(?:(${uuid})|(${moment}))\1`, 'g')
const firstTime = Date.UTC(1971, 0, 1)
/** Stands for the revision of the live object: no server ever counts so far. */
const revisionName = '900000000000001'
/** Names inside of texts: messages repeat values. */
const anyName = new RegExp(
  `00000000-0000-4000-8000-\\d{12}|1971-01-01T\\d\\d:\\d\\d:\\d\\dZ|${revisionName}`,
  'g',
)

/**
 * The values of a write that are of one cluster only (uids, times, revisions), and names for them: the same in every
 * cluster where they are equal and in order alike. Nothing in a write depends on more than that. A name is of the form
 * of what it stands for, so that it is as valid.
 */
export class Names {
  /** The text of the live object with names; the empty text without one. */
  readonly live: string
  readonly body: Uint8Array
  readonly uid: string
  readonly now: string
  readonly #values = new Map<string, string>()

  /** Undefined for a request whose body cannot be looked into: it has to be asked as it is. */
  static of(request: WriteRequest): Names | undefined {
    const { body, contentType, method, admission } = request
    if (contentType.includes('protobuf') || admission !== undefined) return undefined
    const text = Buffer.from(body).toString('utf8')
    // YAML names its values without quotes.
    if (!/^\s*[{[]/.test(text) && /resourceVersion|\buid\b|\dT\d/.test(text)) return undefined
    // Generated names follow from the uid, and must differ.
    if (method === 'POST' && text.includes('generateName')) return undefined
    return new Names(request, text)
  }

  private constructor({ live, uid, now }: WriteRequest, body: string) {
    const text = live === undefined ? '' : JSON.stringify(live)
    const revision = live === undefined ? undefined : revisionIn(live)
    const uids = new Set([uid])
    const times = new Set([now])
    for (const source of [text, body]) {
      for (const [, , foundUid, foundTime] of source.matchAll(ownValue)) {
        if (foundUid !== undefined) uids.add(foundUid)
        if (foundTime !== undefined) times.add(foundTime)
      }
    }
    const names = new Map<string, string>()
    for (const value of uids) names.set(value, uidName(names.size))
    // Times keep their order.
    for (const [i, value] of [...times].sort().entries()) names.set(value, timeName(i))
    for (const [value, name] of names) this.#values.set(name, value)
    if (revision !== undefined) this.#values.set(revisionName, revision)
    const hide = (source: string): string => {
      const hidden = source.replaceAll(
        ownValue,
        (_, quote: string, foundUid?: string, foundTime?: string) => {
          return quote + (names.get(foundUid ?? foundTime ?? '') ?? '') + quote
        },
      )
      if (revision === undefined) return hidden
      // A JSON patch tests and replaces it as a value.
      const keys = hidden.includes('/metadata/resourceVersion')
        ? ['resourceVersion', 'value']
        : ['resourceVersion']
      return keys.reduce(
        (text, key) => text.replaceAll(`"${key}":"${revision}"`, `"${key}":"${revisionName}"`),
        hidden,
      )
    }
    this.live = hide(text)
    this.body = Buffer.from(hide(body))
    this.uid = names.get(uid) ?? uid
    this.now = names.get(now) ?? now
  }

  /** The request with names. */
  hide(request: WriteRequest): WriteRequest {
    return {
      ...request,
      uid: this.uid,
      now: this.now,
      body: this.body,
      ...(this.live === '' ? {} : { live: JSON.parse(this.live) as JsonMap }),
    }
  }

  /** The reply with the values that the names stand for. */
  show(reply: WriteReply): WriteReply {
    if (reply.kind !== 'answer') return reply
    const body = this.#filled(reply.body)
    const { stored } = reply
    if (stored === undefined || stored.as === 'deleted') return { ...reply, body }
    const object = stored.object === reply.body ? body : this.#filled(stored.object)
    return { ...reply, body, stored: { ...stored, object } }
  }

  #text(text: string): string {
    return text.replaceAll(anyName, (name) => this.#values.get(name) ?? name)
  }

  #filled(value: JsonMap): JsonMap {
    return this.#fill(value) as JsonMap
  }

  #fill(value: Json): Json {
    if (typeof value === 'string') return this.#text(value)
    if (isList(value)) return value.map((one) => this.#fill(one))
    if (!isMap(value)) return value
    const filled: Record<string, Json> = {}
    for (const [key, one] of Object.entries(value))
      filled[key.startsWith('k:') ? this.#text(key) : key] = this.#fill(one)
    return filled
  }
}

function uidName(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
}

function timeName(index: number): string {
  return new Date(firstTime + index * 1_000).toISOString().replace('.000', '')
}

function revisionIn({ metadata }: JsonMap): string | undefined {
  return isMap(metadata) && typeof metadata.resourceVersion === 'string'
    ? metadata.resourceVersion
    : undefined
}
