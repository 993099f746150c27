import { z } from 'zod'
import { digestOf, isDigest } from '../blob-cache.ts'
import type { BlobCache } from '../blob-cache.ts'
import type { ChartLimits, ChartRequest } from '../contract.ts'
import { type Answered, type Exchange, type OriginCredentials, shownUrl } from '../exchange/index.ts'
import { chartFailure } from '../failures.ts'
import { chosenVersion, type PackedChart } from '../packed-chart.ts'
import { mostProvenanceBytes } from '../provenance/index.ts'
import { type ChartManifest, manifestType, readManifest } from './manifest.ts'
import { type RegistryAsk, RegistrySession } from './registry-session.ts'

export interface RegistryParts {
  readonly exchange: Exchange
  readonly credentials: OriginCredentials
  readonly cache: BlobCache
  readonly limits: ChartLimits
}

/** Where a chart is: the registry, and the repository in it. */
export interface RegistryPlace {
  /** With `http` for a host that is spoken to without TLS. */
  readonly origin: string
  readonly repository: string
}

const tagsSchema = z.looseObject({ tags: z.array(z.string().max(256)).nullable() })

/**
 * A chart of an OCI registry (distribution specification 1.1). Everything but a list of tags is asked for, and believed,
 * by its digest; with a digest that is kept nobody is asked.
 */
export async function fetchFromRegistry(
  parts: RegistryParts,
  place: RegistryPlace,
  request: ChartRequest,
  subject: string,
  signal: AbortSignal,
): Promise<PackedChart> {
  const reader = new RegistryReader(parts, place, subject, signal)
  const pinned = request.digest
  if (pinned !== undefined && request.verify === undefined) {
    const kept = await reader.keptChart(pinned)
    if (kept !== undefined) return { archive: kept, version: undefined, provenance: undefined }
  }
  const version = await reader.version(request.version)
  const { manifest, digest } = await reader.manifest(request, version)
  const archive = await reader.blob(manifest.chart, parts.limits.archiveBytes)
  if (pinned !== undefined && pinned !== digest && pinned !== manifest.chart.digest) {
    throw chartFailure(subject, 'wrong-digest', `version ${version} is ${digest}, wanted ${pinned}`, {
      hint: 'find out who changed the chart before you change the digest',
    })
  }
  if (request.verify === undefined) return { archive, version, provenance: undefined }
  if (manifest.provenance === undefined) {
    throw chartFailure(subject, 'no-provenance', `there is no signature beside version ${version}`, {
      hint: 'ask the publisher to sign it, or do not ask for a signature',
    })
  }
  return { archive, version, provenance: await reader.blob(manifest.provenance, mostProvenanceBytes) }
}

class RegistryReader {
  readonly #parts: RegistryParts
  readonly #place: RegistryPlace
  readonly #subject: string
  readonly #session: RegistrySession

  constructor(parts: RegistryParts, place: RegistryPlace, subject: string, signal: AbortSignal) {
    this.#parts = parts
    this.#place = place
    this.#subject = subject
    this.#session = new RegistrySession(parts, place, subject, signal)
  }

  /** The archive of a chart by its own digest or that of its manifest, where it is kept. */
  async keptChart(digest: string): Promise<Buffer | undefined> {
    const { cache } = this.#parts
    const bytes = await cache.get(digest)
    if (bytes === undefined || isGzip(bytes)) return bytes
    return cache.get(readManifest(bytes, this.#subject).chart.digest)
  }

  /** The version that is meant: a full one as it is, else the highest of the tags. */
  async version(wanted: string): Promise<string> {
    if (/^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/.test(wanted)) return wanted
    const tags = await this.#tags()
    // A tag holds no plus sign; Helm writes an underscore for it.
    return chosenVersion(
      wanted,
      tags.map((tag) => tag.replaceAll('_', '+')),
      this.#subject,
    )
  }

  async manifest(
    request: ChartRequest,
    version: string,
  ): Promise<{ manifest: ChartManifest; digest: string }> {
    const { limits, cache } = this.#parts
    const tag = version.replaceAll('+', '_')
    const url = this.#url(`manifests/${tag}`)
    const ask = { accept: manifestType, maxBytes: limits.manifestBytes, timeoutMs: limits.answerMs }
    const answer = await this.#ok(url, ask, 'no-version', `it has no version ${version}`)
    const digest = digestOf(answer.body)
    const said = answer.headers['docker-content-digest']
    if (typeof said === 'string' && isDigest(said) && said !== digest) {
      throw this.#wrong(`the manifest is ${digest}, and the registry calls it ${said}`)
    }
    const manifest = readManifest(answer.body, this.#subject)
    if (request.digest === digest) await cache.put(answer.body)
    return { manifest, digest }
  }

  /** Bytes by their digest. */
  async blob(part: { readonly digest: string; readonly size: number }, most: number): Promise<Buffer> {
    const { cache, limits } = this.#parts
    const kept = await cache.get(part.digest)
    if (kept !== undefined) return kept
    if (part.size > most) {
      throw chartFailure(this.#subject, 'too-large', `it is ${part.size} bytes, and ${most} are the limit`)
    }
    const url = this.#url(`blobs/${part.digest}`)
    const ask = { maxBytes: most, timeoutMs: limits.archiveMs }
    const { body } = await this.#ok(
      url,
      ask,
      'bad-answer',
      'the registry does not have what its manifest names',
    )
    const digest = digestOf(body)
    if (digest !== part.digest) throw this.#wrong(`what came is ${digest}, wanted ${part.digest}`)
    return body
  }

  async #tags(): Promise<string[]> {
    const { limits } = this.#parts
    const tags: string[] = []
    let url: URL | undefined = this.#url('tags/list?n=1000')
    while (url !== undefined) {
      const ask = { maxBytes: limits.manifestBytes, timeoutMs: limits.answerMs }
      const answer: Answered = await this.#ok(url, ask, 'not-found', 'the registry does not have it')
      const page = parsedTags(answer.body)
      if (page === undefined) {
        throw chartFailure(this.#subject, 'bad-answer', `${shownUrl(answer.url)} answers no list of tags`)
      }
      tags.push(...page)
      url = page.length === 0 ? undefined : this.#nextPage(answer)
      if (tags.length > limits.tags) {
        throw chartFailure(this.#subject, 'too-large', `it has more than ${limits.tags} versions`, {
          hint: 'name one version in place of a range',
        })
      }
    }
    return tags
  }

  /** The next page of a list, which is of the same registry or not asked for. */
  #nextPage({ headers, url }: Answered): URL | undefined {
    const { link } = headers
    const next = /<([^>]{1,4096})>\s*;\s*rel="?next"?/.exec(typeof link === 'string' ? link : '')?.[1]
    if (next === undefined || !URL.canParse(next, url.href)) return undefined
    const found = new URL(next, url)
    return found.origin === this.#place.origin ? found : undefined
  }

  async #ok(
    url: URL,
    ask: RegistryAsk,
    missing: 'not-found' | 'no-version' | 'bad-answer',
    what: string,
  ): Promise<Answered> {
    const answer = await this.#session.get(url, ask)
    if (answer.status === 200) return answer
    if (answer.status === 404) {
      throw chartFailure(this.#subject, missing, what, { hint: 'check its name and its version' })
    }
    throw chartFailure(this.#subject, 'bad-answer', `${shownUrl(answer.url)} answers ${answer.status}`)
  }

  #url(rest: string): URL {
    return new URL(`${this.#place.origin}/v2/${this.#place.repository}/${rest}`)
  }

  #wrong(what: string): Error {
    return chartFailure(this.#subject, 'wrong-digest', what, {
      hint: 'look at the registry: it gives other bytes',
    })
  }
}

function parsedTags(body: Buffer): string[] | undefined {
  try {
    return tagsSchema.parse(JSON.parse(body.toString('utf8'))).tags ?? []
  } catch {
    return undefined
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}
