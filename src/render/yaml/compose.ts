import { type Event, EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml'
import { isMap, type Json } from '../../core/object/index.ts'
import { readPlain, readTagged, type Refusal, type Scalar } from './scalar.ts'

/** Bounds of one file; safety row 8. */
export interface YamlLimits {
  readonly bytes: number
  /** Values of all documents, with what aliases repeat. */
  readonly nodes: number
  readonly aliases: number
  readonly depth: number
  /** What a key that is written twice does: refuses the document, or gives way as kubectl has it. */
  readonly repeatedKeys: 'refuse' | 'last wins'
}

/** Why a document was refused, with the offset of the cause. */
export class Refused extends Error {
  readonly offset: number
  readonly refusal: Refusal

  constructor(offset: number, refusal: Refusal) {
    super(refusal.message)
    this.offset = offset
    this.refusal = refusal
  }
}

interface Node {
  readonly value: Json
  readonly nodes: number
  readonly depth: number
}

const coreTag = 'tag:yaml.org,2002:'
const coreTags = new Set(['str', 'binary', 'null', 'bool', 'int', 'float', 'timestamp'])

/**
 * Builds the value of one document from its events, as go.yaml.in/yaml/v2 does, but with duplicate keys
 * refused unless asked for. Merge keys act where they stand: they overwrite what is written before them in the same map, as
 * kubectl has it. Throws `Refused`.
 */
export class Composer {
  readonly #source: string
  readonly #events: readonly Event[]
  readonly #limits: YamlLimits
  readonly #anchors = new Map<string, Node | 'open'>()
  #at: number
  #budget: { nodes: number; aliases: number }

  constructor(source: string, events: readonly Event[], from: number, limits: YamlLimits, budget: Budget) {
    this.#source = source
    this.#events = events
    this.#at = from
    this.#limits = limits
    this.#budget = budget
  }

  compose(): Json {
    return this.#node(1).value
  }

  #node(depth: number): Node {
    const event = this.#take()
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd, depth)
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP)
      throw new Error('no node where one begins')
    const offset = offsetOf(event)
    this.#spend(1, offset)
    const anchor = event.anchorStart < 0 ? undefined : this.#source.slice(event.anchorStart, event.anchorEnd)
    if (anchor !== undefined) this.#anchors.set(anchor, 'open')
    const tag = event.tagStart < 0 ? undefined : shortTag(this.#source.slice(event.tagStart, event.tagEnd))
    let node: Node
    if (event.type === EVENT_ID.SCALAR) {
      node = { value: this.#scalar(event, tag, offset), nodes: 1, depth: 1 }
    } else if (event.type === EVENT_ID.SEQUENCE) {
      node = this.#sequence(depth)
    } else {
      node = this.#mapping(depth)
    }
    if (anchor !== undefined) this.#anchors.set(anchor, node)
    return node
  }

  #alias(start: number, end: number, depth: number): Node {
    const name = this.#source.slice(start, end)
    const node = this.#anchors.get(name)
    if (node === undefined) throw new Refused(start, { message: `unknown anchor ${name}` })
    if (node === 'open') throw new Refused(start, { message: `anchor ${name} contains itself` })
    this.#budget.aliases += 1
    if (this.#budget.aliases > this.#limits.aliases) {
      throw new Refused(start, { message: `more than ${this.#limits.aliases} aliases` })
    }
    this.#spend(node.nodes, start)
    if (depth + node.depth > this.#limits.depth) throw new Refused(start, tooDeep(this.#limits))
    return node
  }

  #scalar(event: Extract<Event, { type: 4 }>, tag: string | undefined, offset: number): Json {
    const text = getScalarValue(this.#source, event)
    if (text.includes('\0') || /\p{Surrogate}/u.test(text)) {
      throw new Refused(offset, { message: 'this text holds a NUL or half a character' })
    }
    let scalar: Scalar
    if (tag === undefined) scalar = event.style === SCALAR_STYLE.PLAIN ? readPlain(text) : { value: text }
    else scalar = coreTags.has(tag) ? readTagged(tag, text) : { value: text }
    if ('refused' in scalar) throw new Refused(offset, scalar.refused)
    return scalar.value
  }

  #sequence(depth: number): Node {
    const value: Json[] = []
    let nodes = 1
    let below = 0
    while (!this.#closes()) {
      const item = this.#node(depth + 1)
      value.push(item.value)
      nodes += item.nodes
      below = Math.max(below, item.depth)
    }
    return { value, nodes, depth: below + 1 }
  }

  #mapping(depth: number): Node {
    const value: Record<string, Json> = {}
    const written = new Set<string>()
    let nodes = 1
    let below = 0
    while (!this.#closes()) {
      const keyEvent = this.#peek()
      const merges = this.#isMerge(keyEvent)
      const offset = offsetOf(keyEvent)
      const key = this.#node(depth + 1)
      const valueOffset = Math.max(offset, offsetOf(this.#peek()))
      const item = this.#node(depth + 1)
      nodes += key.nodes + item.nodes
      below = Math.max(below, item.depth)
      if (merges) {
        nodes += this.#merge(value, item.value, valueOffset)
        continue
      }
      const name = keyText(key.value, this.#source, keyEvent)
      if (written.has(name) && this.#limits.repeatedKeys === 'refuse')
        throw new Refused(offset, { message: `duplicate key ${JSON.stringify(name.slice(0, 100))}` })
      written.add(name)
      put(value, name, item.value)
    }
    return { value, nodes, depth: below + 1 }
  }

  /** Copies the maps of a merge key into `target`; of a list the first map wins. Gives how many keys it put. */
  #merge(target: Record<string, Json>, source: Json, offset: number): number {
    const maps: readonly Json[] = Array.isArray(source) ? source.toReversed() : [source]
    let count = 0
    for (const map of maps) {
      if (!isMap(map)) throw new Refused(offset, { message: 'a merge key takes a map or a list of maps' })
      const entries = Object.entries(map)
      this.#spend(entries.length, offset)
      count += entries.length
      for (const [key, value] of entries) put(target, key, value)
    }
    return count
  }

  #isMerge(event: Event): boolean {
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN) return false
    if (event.tagStart >= 0 && shortTag(this.#source.slice(event.tagStart, event.tagEnd)) !== 'merge')
      return false
    return getScalarValue(this.#source, event) === '<<'
  }

  #spend(nodes: number, offset: number): void {
    this.#budget.nodes += nodes
    if (this.#budget.nodes > this.#limits.nodes) {
      throw new Refused(offset, {
        message: `more than ${this.#limits.nodes} values, with what aliases repeat`,
      })
    }
  }

  #closes(): boolean {
    if (this.#peek().type !== EVENT_ID.POP) return false
    this.#at += 1
    return true
  }

  #take(): Event {
    const event = this.#peek()
    this.#at += 1
    return event
  }

  #peek(): Event {
    const event = this.#events[this.#at]
    if (event === undefined) throw new Error('the events end inside a document')
    return event
  }
}

/** What the documents of one file have used together. */
export interface Budget {
  nodes: number
  aliases: number
}

/** Where a node begins: its content, or the properties before it. */
export function offsetOf(event: Event): number {
  if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return 0
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart
  const content = event.type === EVENT_ID.SCALAR ? event.valueStart : event.start
  return Math.max(0, content < 0 ? Math.max(event.anchorStart, event.tagStart) : content)
}

function tooDeep(limits: YamlLimits): Refusal {
  return { message: `nested deeper than ${limits.depth}` }
}

/** `str` for `!!str` and its long forms; other tags as they are, and the non-specific `!` as text. */
function shortTag(tag: string): string {
  if (tag === '!') return 'str'
  if (tag.startsWith('!!')) return tag.slice(2)
  if (tag.startsWith(`!<${coreTag}`)) return tag.slice(coreTag.length + 2, -1)
  return tag
}

/** Keys are texts in JSON; kubectl writes truth values and whole numbers as texts, and fractions in its own way. */
function keyText(key: Json, source: string, event: Event): string {
  if (typeof key === 'string') return key
  if (typeof key === 'boolean') return key ? 'true' : 'false'
  const whole = event.type === EVENT_ID.SCALAR && /^(0[xX]|[^.eE]*$)/.test(getScalarValue(source, event))
  if (typeof key === 'number' && whole) return key.toString()
  throw new Refused(offsetOf(event), { message: 'a key must be text', hint: 'quote the key' })
}

/** Sets an own property, whatever its name: `__proto__` is a key like any other (safety row 9). */
function put(target: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}
