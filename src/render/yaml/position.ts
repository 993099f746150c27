import { type Event, EVENT_ID, getScalarValue, parseEvents } from 'js-yaml'
import { offsetOf } from './compose.ts'

/** Lines of a text, to turn offsets into places. */
export class Lines {
  readonly #starts: readonly number[]

  constructor(text: string) {
    const starts = [0]
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
    this.#starts = starts
  }

  /** One-based line and column of an offset. */
  at(offset: number): { line: number; column: number } {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 }
  }
}

/**
 * Where the key or item at `path` stands in the document whose events begin at `from`. Reads the text again:
 * places are asked for rarely, and kept nowhere.
 */
export function positionOfPath(
  text: string,
  from: number,
  path: readonly PropertyKey[],
  maxDepth: number,
): { line: number; column: number } | undefined {
  const events = parseEvents(text, { maxDepth })
  let at = from
  let offset = offsetOf(events[at] ?? { type: EVENT_ID.POP })
  for (const step of path) {
    const found =
      typeof step === 'number' ? itemAt(events, at, step) : entryOf(text, events, at, String(step))
    if (found === undefined) return undefined
    at = found.value
    offset = found.offset
  }
  return new Lines(text).at(offset)
}

interface Place {
  /** Index of the event that begins the value. */
  readonly value: number
  readonly offset: number
}

function itemAt(events: readonly Event[], at: number, wanted: number): Place | undefined {
  if (events[at]?.type !== EVENT_ID.SEQUENCE) return undefined
  let index = at + 1
  for (let item = 0; events[index] !== undefined && events[index]?.type !== EVENT_ID.POP; item++) {
    const event = events[index]
    if (item === wanted && event !== undefined) return { value: index, offset: offsetOf(event) }
    index = after(events, index)
  }
  return undefined
}

function entryOf(text: string, events: readonly Event[], at: number, key: string): Place | undefined {
  if (events[at]?.type !== EVENT_ID.MAPPING) return undefined
  let index = at + 1
  for (let event = events[index]; event !== undefined && event.type !== EVENT_ID.POP; event = events[index]) {
    const value = after(events, index)
    if (event.type === EVENT_ID.SCALAR && getScalarValue(text, event) === key)
      return { value, offset: offsetOf(event) }
    index = after(events, value)
  }
  return undefined
}

/** The index of the event after the node that begins at `index`. */
function after(events: readonly Event[], index: number): number {
  let open = 0
  let at = index
  do {
    const type = events[at]?.type
    if (type === EVENT_ID.SEQUENCE || type === EVENT_ID.MAPPING) open += 1
    if (type === EVENT_ID.POP) open -= 1
    at += 1
  } while (open > 0 && at < events.length)
  return at
}
