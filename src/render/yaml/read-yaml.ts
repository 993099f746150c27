import { type Event, EVENT_ID, parseEvents, YAMLException } from 'js-yaml'
import { reasonOf } from '../../core/failure.ts'
import type { Json } from '../../core/object/index.ts'
import type { Problem } from '../../core/problem.ts'
import { type Budget, Composer, offsetOf, Refused, type YamlLimits } from './compose.ts'
import { Lines, positionOfPath } from './position.ts'

/** One document of a YAML or JSON file. */
export interface YamlDocument {
  readonly value: Json
  /** One-based; where the document's content begins. */
  readonly line: number
  /** The place of a key or item inside the document, or undefined where it is not written down. */
  readonly positionOf: (path: readonly PropertyKey[]) => { line: number; column: number } | undefined
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[]
  readonly problems: readonly Problem[]
}

const defaults: YamlLimits = {
  bytes: 32 * 1024 * 1024,
  nodes: 1_000_000,
  aliases: 10_000,
  depth: 500,
  repeatedKeys: 'refuse',
}

/**
 * Reads a YAML or JSON file of any number of documents, as kubectl does (scalars: `readPlain`). Never
 * throws: what is wrong comes back as problems with file, line and column, beside the documents that could
 * be read; a syntax error refuses the whole file. Empty documents are left out. Stricter than kubectl:
 * duplicate keys (unless asked for), whole numbers beyond 2^53, NUL, aliases and values beyond the limits are refused.
 */
export function readYaml(text: string, file: string, limits: Partial<YamlLimits> = {}): YamlFile {
  const bounds = { ...defaults, ...limits }
  const lines = new Lines(text)
  const problem = (offset: number, message: string, hint?: string): Problem => ({
    file,
    ...lines.at(offset),
    subject: 'YAML',
    message,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  })
  if (text.length > bounds.bytes || Buffer.byteLength(text) > bounds.bytes) {
    return { documents: [], problems: [problem(0, `the file is larger than ${bounds.bytes} bytes`)] }
  }
  let events: Event[]
  try {
    events = parseEvents(text, { maxDepth: bounds.depth })
  } catch (error) {
    // The parser's own errors carry a place; anything else that it throws is an error of the file as well.
    if (!(error instanceof YAMLException)) return { documents: [], problems: [problem(0, reasonOf(error))] }
    const place = error.mark?.position ?? 0
    return { documents: [], problems: [problem(place, error.reason, hintFor(text, place))] }
  }
  const documents: YamlDocument[] = []
  const problems: Problem[] = []
  const budget: Budget = { nodes: 0, aliases: 0 }
  events.forEach((event, index) => {
    if (event.type !== EVENT_ID.DOCUMENT) return
    const from = index + 1
    try {
      const value = new Composer(text, events, from, bounds, budget).compose()
      if (value === null) return
      documents.push({
        value,
        line: lines.at(offsetOf(events[from] ?? event)).line,
        positionOf: (path) => positionOfPath(text, from, path, bounds.depth),
      })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      problems.push(problem(error.offset, error.message, error.refusal.hint))
    }
  })
  return { documents, problems }
}

/** What most often is behind a syntax error at this place. */
function hintFor(text: string, offset: number): string | undefined {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1
  const line = text.slice(start, Math.max(start, text.indexOf('\n', offset)))
  if (/^ *\t/.test(line)) return 'indent with spaces, not tabs'
  if (line.includes('{{')) return 'this looks like a template; plain sources are not templates'
  if (/^(<{7}|>{7}) /m.test(text)) return 'resolve the merge conflict'
  return undefined
}
