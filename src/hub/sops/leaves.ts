import { type Event, EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE } from 'js-yaml'

/** A value that is no map and no list, where it stands in the text. */
export interface Leaf {
  /** The keys above it; the places in lists do not count. */
  readonly path: readonly string[]
  readonly text: string
  /** True for a text in quotes or a block, which is never a number. */
  readonly quoted: boolean
  readonly start: number
  readonly end: number
}

/** What stands at the end of an encrypted document, and is not its content. */
const metadataKey = 'sops'
const deepest = 200

/**
 * The leaves of every document in the order in which they are written, without the metadata; and the offset at which
 * the metadata of each document begin. Throws for what is no YAML or JSON, and for aliases, which would be another value than
 * the one that is vouched for.
 */
export function leavesOf(source: string): { leaves: Leaf[]; metadataAt: number[] } {
  const events = parseEvents(source, { maxDepth: deepest })
  const leaves: Leaf[] = []
  const metadataAt: number[] = []
  let at = 0
  const take = (): Event => {
    const event = events[at]
    at += 1
    if (event === undefined) throw new Error('the document ends too early')
    if (event.type === EVENT_ID.ALIAS) throw new Error('it holds aliases')
    return event
  }
  const closes = (): boolean => {
    if (events[at]?.type !== EVENT_ID.POP) return false
    at += 1
    return true
  }
  const node = (path: readonly string[], isContent: boolean): void => {
    const event = take()
    if (event.type === EVENT_ID.SCALAR) {
      const quoted = event.style !== SCALAR_STYLE.PLAIN
      const isMarked =
        event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
      const marks = isMarked ? 1 : 0
      const [start, end] = [event.valueStart - marks, event.valueEnd + marks]
      if (isContent) leaves.push({ path, text: getScalarValue(source, event), quoted, start, end })
      return
    }
    if (event.type === EVENT_ID.SEQUENCE) {
      while (!closes()) node(path, isContent)
      return
    }
    while (!closes()) {
      const key = take()
      if (key.type !== EVENT_ID.SCALAR) throw new Error('it holds a key that is no text')
      const name = getScalarValue(source, key)
      const isMetadata = path.length === 0 && name === metadataKey
      if (isMetadata) metadataAt.push(key.valueStart)
      node([...path, name], isContent && !isMetadata)
    }
  }
  while (at < events.length) {
    const event = events[at]
    at += 1
    if (event?.type === EVENT_ID.DOCUMENT && !closes()) {
      node([], true)
      closes()
    }
  }
  return { leaves, metadataAt }
}
