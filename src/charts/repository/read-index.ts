import { z } from 'zod'
import { readUntrustedYaml, type YamlCaps, YamlRefusal } from '../archive/index.ts'
import { chartFailure } from '../failures.ts'

/** One version of a chart in a repository. */
export interface IndexEntry {
  readonly version: string
  readonly urls: readonly string[]
  /** `sha256:…`; undefined where the index does not say. */
  readonly digest: string | undefined
}

const entrySchema = z.looseObject({
  version: z.string().max(256),
  urls: z.array(z.string().max(4096)).max(20).or(z.literal('')).optional(),
  digest: z.string().max(200).optional(),
})
/** The largest index in another form than Helm writes: all of it has to be parsed, at about 2 MB a second. */
const mostWholeBytes = 8 * 1024 * 1024
const versionsSchema = z.array(entrySchema).max(50_000)

/**
 * The versions of one chart in an `index.yaml`; empty when it is not listed. Where the index has the form that Helm
 * writes, only the part about this chart is parsed: an index of some thousand charts would otherwise keep the program
 * from everything else for seconds. Throws `too-large` or `bad-answer`.
 */
export function readIndex(text: string, name: string, subject: string, caps: YamlCaps): IndexEntry[] {
  if (!mayList(text, name)) return []
  const part = partAbout(text, name)
  const found =
    (part === undefined ? undefined : tryRead(part, name, caps)) ?? readWhole(text, name, subject, caps)
  const parsed = versionsSchema.safeParse(found === '' ? [] : found)
  if (!parsed.success) throw bad(subject, `its index.yaml lists ${name} in a form that Helm does not have`)
  return parsed.data.map(({ version, urls, digest }) => ({
    version,
    urls: urls === undefined || urls === '' ? [] : urls,
    digest: digest === undefined || digest === '' ? undefined : prefixed(digest),
  }))
}

/** False where nothing in the text can be the key of this chart: most of an index need not be parsed to know that. */
function mayList(text: string, name: string): boolean {
  const isIndex = text.includes('entries')
  return !isIndex || [':', '":', "':", ' :'].some((end) => text.includes(`${name}${end}`))
}

/** The block of one chart, cut out of an index as Helm writes it: two spaces before each name. */
function partAbout(text: string, name: string): string | undefined {
  const mark = `\n  ${name}:\n`
  const entries = text.search(/^entries:[ \t]*$/m)
  const from = text.indexOf(mark)
  if (entries < 0 || from < entries || text.indexOf(mark, from + 1) >= 0) return undefined
  const rest = text.slice(from + mark.length)
  const end = rest.search(/^(?: {2}[^ \-#\n]| ?[^ \n])/m)
  return `entries:${mark}${end < 0 ? rest : rest.slice(0, end)}`
}

function tryRead(part: string, name: string, caps: YamlCaps): unknown {
  try {
    return entriesOf(readUntrustedYaml(part, caps)[0], name)
  } catch (error) {
    if (error instanceof YamlRefusal && !error.tooLarge) return undefined
    throw error
  }
}

function readWhole(text: string, name: string, subject: string, caps: YamlCaps): unknown {
  try {
    const [index] = text.trimStart().startsWith('{')
      ? [parseJson(text)]
      : readUntrustedYaml(text, { ...caps, bytes: Math.min(caps.bytes, mostWholeBytes) })
    if (typeof index !== 'object' || index === null || !Object.hasOwn(index, 'entries')) {
      throw new YamlRefusal('it has no entries')
    }
    return entriesOf(index, name) ?? []
  } catch (error) {
    if (!(error instanceof YamlRefusal)) throw error
    if (error.tooLarge)
      throw chartFailure(subject, 'too-large', `its index.yaml: ${error.message}`, {
        hint: 'write it with helm repo index, which is read in part, or use a registry',
      })
    throw bad(subject, `its index.yaml cannot be read: ${error.message}`)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // YAML has braces too.
    return readUntrustedYaml(text, { bytes: mostWholeBytes, values: 500_000 })[0]
  }
}

function entriesOf(index: unknown, name: string): unknown {
  const parsed = z.looseObject({ entries: z.looseObject({}) }).safeParse(index)
  if (!parsed.success) return undefined
  const { entries } = parsed.data
  return Object.hasOwn(entries, name) ? entries[name] : undefined
}

function prefixed(digest: string): string {
  return digest.startsWith('sha256:') ? digest.toLowerCase() : `sha256:${digest.toLowerCase()}`
}

function bad(subject: string, what: string): Error {
  return chartFailure(subject, 'bad-answer', what, { hint: 'check the address: it must lead to index.yaml' })
}
