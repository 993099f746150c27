import { COLLECTION_STYLE, type Event, EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE } from 'js-yaml'

/** A value of a YAML text with the place where it stands; `end` is behind its last character. */
export type PlacedNode = { readonly start: number; readonly end: number } & (
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'alias' }
  | { readonly kind: 'list'; readonly flow: boolean; readonly items: readonly PlacedNode[] }
  | {
      readonly kind: 'map'
      readonly flow: boolean
      readonly entries: readonly { readonly key: string; readonly at: number; readonly value: PlacedNode }[]
    }
)

const deepest = 200

/** The documents of a text that the YAML reader has taken, each with the places of all its values. Empty ones are left out. */
export function placesOf(text: string): PlacedNode[] {
  const events = parseEvents(text, { maxDepth: deepest })
  const documents: PlacedNode[] = []
  const reader = new PlaceReader(text, events)
  while (reader.toNextDocument()) {
    const node = reader.node()
    if (node !== undefined) documents.push(node)
  }
  return documents
}

/** The same without those that say nothing: one for each value that the YAML reader answers. */
export function documentsIn(text: string): PlacedNode[] {
  return placesOf(text).filter((node) => node.kind !== 'scalar' || node.text !== '')
}

/** The value below these keys; undefined where there is none. */
export function placeAt(node: PlacedNode | undefined, ...keys: readonly string[]): PlacedNode | undefined {
  let at = node
  for (const key of keys) {
    at = at?.kind === 'map' ? at.entries.find((entry) => entry.key === key)?.value : undefined
  }
  return at
}

class PlaceReader {
  readonly #text: string
  readonly #events: readonly Event[]
  #at = 0

  constructor(text: string, events: readonly Event[]) {
    this.#text = text
    this.#events = events
  }

  toNextDocument(): boolean {
    while (this.#at < this.#events.length) {
      const event = this.#events[this.#at]
      this.#at += 1
      if (event?.type === EVENT_ID.DOCUMENT) return true
    }
    return false
  }

  node(): PlacedNode | undefined {
    const event = this.#events[this.#at]
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT)
      return undefined
    this.#at += 1
    switch (event.type) {
      case EVENT_ID.ALIAS:
        return { kind: 'alias', start: event.anchorStart, end: event.anchorEnd }
      case EVENT_ID.SCALAR: {
        const quotes =
          event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0
        const [start, end] = [event.valueStart - quotes, event.valueEnd + quotes]
        return { kind: 'scalar', text: getScalarValue(this.#text, event), start, end }
      }
      case EVENT_ID.SEQUENCE: {
        const flow = event.style === COLLECTION_STYLE.FLOW
        const items = [...this.#nodes()]
        return {
          kind: 'list',
          flow,
          items,
          start: event.start,
          end: this.#endOf(event.start, flow, items, ']'),
        }
      }
      case EVENT_ID.MAPPING: {
        const flow = event.style === COLLECTION_STYLE.FLOW
        const nodes = [...this.#nodes()]
        const entries = nodes.flatMap((key, index) => {
          const value = nodes[index + 1]
          if (index % 2 === 1 || value === undefined) return []
          return [{ key: key.kind === 'scalar' ? key.text : '', at: key.start, value }]
        })
        return {
          kind: 'map',
          flow,
          entries,
          start: event.start,
          end: this.#endOf(event.start, flow, nodes, '}'),
        }
      }
    }
  }

  *#nodes(): Generator<PlacedNode> {
    for (let node = this.node(); node !== undefined; node = this.node()) yield node
    this.#at += 1
  }

  /** Behind the last value; in flow style behind the bracket that closes it, over commas and comments. */
  #endOf(start: number, flow: boolean, nodes: readonly PlacedNode[], bracket: string): number {
    const last = nodes.at(-1)?.end ?? (flow ? start + 1 : start)
    if (!flow) return last
    let at = last
    while (at < this.#text.length && this.#text[at] !== bracket) {
      if (this.#text[at] !== '#') at += 1
      else at = this.#text.indexOf('\n', at) < 0 ? this.#text.length : this.#text.indexOf('\n', at)
    }
    return at + 1
  }
}
