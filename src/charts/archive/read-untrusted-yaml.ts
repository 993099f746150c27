import { constructFromEvents, FAILSAFE_SCHEMA, parseEvents, YAMLException } from 'js-yaml'

export interface YamlCaps {
  readonly bytes: number
  readonly values: number
}

const mostAliases = 100
const deepest = 50

/** Why a text was not read. */
export class YamlRefusal extends Error {
  readonly tooLarge: boolean

  constructor(message: string, tooLarge = false) {
    super(message)
    this.tooLarge = tooLarge
  }
}

/**
 * The documents of a YAML text from a stranger, with every scalar as the text that it is: versions and digests are never
 * numbers. Bytes, values, nesting and aliases are counted before anything is built, and merge keys do nothing (safety
 * rows 7 to 9). Throws `YamlRefusal`.
 */
export function readUntrustedYaml(text: string, caps: YamlCaps): unknown[] {
  if (Buffer.byteLength(text) > caps.bytes) {
    throw new YamlRefusal(`it is larger than ${caps.bytes} bytes`, true)
  }
  try {
    const events = parseEvents(text, { maxDepth: deepest })
    if (events.length > caps.values) throw new YamlRefusal(`it holds more than ${caps.values} values`, true)
    return constructFromEvents(events, { source: text, schema: FAILSAFE_SCHEMA, maxAliases: mostAliases })
  } catch (error) {
    if (error instanceof YamlRefusal) throw error
    // The parser's own message may quote the text.
    const reason = error instanceof YAMLException ? error.reason : 'it cannot be parsed'
    const line =
      error instanceof YAMLException && error.mark !== undefined ? ` (line ${error.mark.line + 1})` : ''
    throw new YamlRefusal(`${reason}${line}`)
  }
}
