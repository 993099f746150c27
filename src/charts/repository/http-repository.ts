import type { BlobCache } from '../blob-cache.ts'
import { digestOf, isDigest } from '../blob-cache.ts'
import type { ChartLimits, ChartRequest } from '../contract.ts'
import { type Answered, type Exchange, type OriginCredentials, shownUrl } from '../exchange/index.ts'
import { chartFailure } from '../failures.ts'
import { mostProvenanceBytes } from '../provenance/index.ts'
import { chosenVersion, type PackedChart } from '../packed-chart.ts'
import { type IndexEntry, readIndex } from './read-index.ts'

export interface HttpRepositoryParts {
  readonly exchange: Exchange
  readonly credentials: OriginCredentials
  readonly cache: BlobCache
  readonly limits: ChartLimits
  /** Every index that was asked for already, by its address. */
  readonly indexes: Map<string, Promise<string>>
}

/**
 * A chart of a repository with an `index.yaml`. With a digest that is kept, nobody is asked but for a signature. The
 * archive must have the digest that the request names, and the one that the index names.
 */
export async function fetchFromRepository(
  parts: HttpRepositoryParts,
  repository: URL,
  request: ChartRequest,
  subject: string,
  signal: AbortSignal,
): Promise<PackedChart> {
  const { cache } = parts
  const pinned = request.digest
  const isKept = request.verify === undefined && pinned !== undefined
  const kept = isKept ? await cache.get(pinned) : undefined
  if (kept !== undefined) return { archive: kept, version: undefined, provenance: undefined }
  const entries = await indexEntries(parts, repository, request.name, subject, signal)
  const entry = chosenEntry(entries, request, subject)
  const wanted = pinned ?? entry.digest
  if (wanted !== undefined && !isDigest(wanted)) {
    throw chartFailure(subject, 'bad-answer', `the digest of ${entry.version} in index.yaml is none`)
  }
  const url = urlOf(entry, repository, subject)
  const known = wanted === undefined ? undefined : await cache.get(wanted)
  const archive = known ?? (await download(parts, url, subject, signal))
  const digest = digestOf(archive)
  const differs = [pinned, entry.digest].find((one) => one !== undefined && one !== digest)
  if (differs !== undefined) {
    throw chartFailure(subject, 'wrong-digest', `version ${entry.version} is ${digest}, wanted ${differs}`, {
      hint: 'find out who changed the chart before you change the digest',
    })
  }
  const provenance = request.verify === undefined ? undefined : await signatureOf(parts, url, subject, signal)
  return { archive, version: entry.version, provenance }
}

async function indexEntries(
  parts: HttpRepositoryParts,
  repository: URL,
  name: string,
  subject: string,
  signal: AbortSignal,
): Promise<IndexEntry[]> {
  const { limits, indexes } = parts
  const url = below(repository, 'index.yaml')
  let asked = indexes.get(url.href)
  if (asked === undefined) {
    asked = ask(parts, url, limits.indexBytes, limits.answerMs, subject, signal).then((answer) => {
      expectOk(answer, subject, 'no index.yaml')
      return answer.body.toString('utf8')
    })
    indexes.set(url.href, asked)
  }
  const text = await asked
  const entries = readIndex(text, name, subject, { bytes: limits.indexBytes, values: limits.indexValues })
  if (entries.length > 0) return entries
  throw chartFailure(subject, 'not-found', 'the repository does not list it', {
    hint: 'check the name of the chart and the address of the repository',
  })
}

function chosenEntry(entries: readonly IndexEntry[], request: ChartRequest, subject: string): IndexEntry {
  const versions = entries.map(({ version }) => version)
  const chosen = chosenVersion(request.version, versions, subject)
  return entries[versions.indexOf(chosen)] ?? entries[0] ?? { version: chosen, urls: [], digest: undefined }
}

function urlOf(entry: IndexEntry, repository: URL, subject: string): URL {
  const [written = ''] = entry.urls
  const base = new URL(repository)
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  if (written === '' || !URL.canParse(written, base.href)) {
    throw chartFailure(subject, 'bad-answer', `index.yaml has no address for version ${entry.version}`)
  }
  const url = new URL(written, base)
  // What a repository asks by its query, such as a signature, holds for its own files too.
  if (url.search === '' && url.origin === base.origin) url.search = base.search
  return url
}

async function download(
  parts: HttpRepositoryParts,
  url: URL,
  subject: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const { limits } = parts
  const answer = await ask(parts, url, limits.archiveBytes, limits.archiveMs, subject, signal)
  expectOk(answer, subject, 'no archive')
  return answer.body
}

async function signatureOf(
  parts: HttpRepositoryParts,
  url: URL,
  subject: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const beside = new URL(url)
  beside.pathname += '.prov'
  const answer = await ask(parts, beside, mostProvenanceBytes, parts.limits.answerMs, subject, signal)
  if (answer.status === 404 || answer.status === 410) {
    throw chartFailure(subject, 'no-provenance', `there is no signature at ${shownUrl(beside)}`, {
      hint: 'ask the publisher to sign it, or do not ask for a signature',
    })
  }
  expectOk(answer, subject, 'no signature')
  return answer.body
}

function ask(
  { exchange, credentials }: HttpRepositoryParts,
  url: URL,
  maxBytes: number,
  timeoutMs: number,
  subject: string,
  signal: AbortSignal,
): Promise<Answered> {
  const authorize = (hop: URL): Promise<string | undefined> => credentials.headerFor(hop)
  return exchange.get(url, { subject, maxBytes, timeoutMs, authorize, signal })
}

function expectOk({ status, url }: Answered, subject: string, missing: string): void {
  if (status === 200) return
  if (status === 401 || status === 403) {
    throw chartFailure(subject, 'denied', `${url.host} refuses ${shownUrl(url)} with ${status}`, {
      hint: `list a credential for ${url.origin} in hub.yaml, or check the one that is listed`,
    })
  }
  if (status === 404 || status === 410) {
    throw chartFailure(subject, 'not-found', `${missing} at ${shownUrl(url)}`, {
      hint: 'check the address of the repository',
    })
  }
  throw chartFailure(subject, 'bad-answer', `${shownUrl(url)} answers ${status}`)
}

function below(repository: URL, file: string): URL {
  const url = new URL(repository)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${file}`
  return url
}
