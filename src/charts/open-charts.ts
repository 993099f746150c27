import { systemClock } from '../runtime/index.ts'
import { unpackChart } from './archive/index.ts'
import { BlobCache, digestOf, isDigest } from './blob-cache.ts'
import type {
  ChartLimits,
  ChartRequest,
  Charts,
  DependencyRequest,
  FetchedChart,
  OpenChartsOptions,
  ResolvedDependencies,
} from './contract.ts'
import { DependencyWalk } from './dependencies/index.ts'
import { ChartHosts, Dialler, Exchange, OriginCredentials } from './exchange/index.ts'
import { chartFailure } from './failures.ts'
import { chosenVersion } from './packed-chart.ts'
import { verifyProvenance } from './provenance/index.ts'
import { fetchFromRegistry } from './registry/index.ts'
import { fetchFromRepository } from './repository/index.ts'
import { placeOf } from './repository-place.ts'

const mebibyte = 1024 * 1024

/** What holds where nobody says otherwise; trees and files as a rendering may have them. */
const usualLimits: ChartLimits = {
  indexBytes: 64 * mebibyte,
  indexValues: 500_000,
  manifestBytes: 4 * mebibyte,
  archiveBytes: 32 * mebibyte,
  unpackedBytes: 64 * mebibyte,
  files: 20_000,
  tags: 20_000,
  dependencies: 200,
  depth: 10,
  cacheBytes: 1024 * mebibyte,
  answerMs: 60_000,
  archiveMs: 300_000,
}

/** Opens the way to charts. Nothing is asked or written before the first chart is. */
export function openCharts(options: OpenChartsOptions): Charts {
  return new OpenCharts(options)
}

class OpenCharts implements Charts {
  readonly #limits: ChartLimits
  readonly #hosts: ChartHosts
  readonly #exchange: Exchange
  readonly #credentials: OriginCredentials
  readonly #cache: BlobCache
  readonly #closing = new AbortController()

  constructor(options: OpenChartsOptions) {
    const { clock = systemClock, caFile, proxies = {}, lookup } = options
    this.#limits = { ...usualLimits, ...options.limits }
    this.#hosts = new ChartHosts(options.allowedHosts, options.plainHttp ?? [])
    this.#exchange = new Exchange(this.#hosts, new Dialler({ caFile, proxies, lookup }), clock)
    this.#credentials = new OriginCredentials(options.credentials ?? [])
    this.#cache = new BlobCache(options.cacheFolder, this.#limits.cacheBytes, clock, options.log)
  }

  fetchChart(request: ChartRequest): Promise<FetchedChart> {
    return this.#fetch(request, new Map())
  }

  /** `indexes` holds what was asked already, so that a repository is asked once for all dependencies of a chart. */
  async #fetch(request: ChartRequest, indexes: Map<string, Promise<string>>): Promise<FetchedChart> {
    const { place, subject } = placeOf(request, this.#hosts)
    if (request.digest !== undefined && !isDigest(request.digest)) {
      throw chartFailure(subject, 'wrong-digest', 'the digest that is asked for is none', {
        hint: 'write it as sha256: and 64 hexadecimal digits',
      })
    }
    const signal = this.#signal(request.signal)
    const parts = {
      exchange: this.#exchange,
      credentials: this.#credentials,
      cache: this.#cache,
      limits: this.#limits,
      indexes,
    }
    const packed =
      place.kind === 'registry'
        ? await fetchFromRegistry(parts, place.registry, request, subject, signal)
        : await fetchFromRepository(parts, place.url, request, subject, signal)
    const { archive } = packed
    const { files, chart } = await unpackChart(archive, subject, this.#limits)
    const version = packed.version ?? chosenVersion(request.version, [chart.version], subject)
    if (chart.name !== request.name || chart.version !== version) {
      const what = `its archive holds ${chart.name} ${chart.version.slice(0, 100)}, wanted ${version}`
      throw chartFailure(subject, 'wrong-digest', what, { hint: 'look at who publishes there' })
    }
    if (request.verify !== undefined) {
      if (packed.provenance === undefined)
        throw chartFailure(subject, 'no-provenance', 'there is no signature')
      const fileName = `${chart.name}-${chart.version}.tgz`
      await verifyProvenance(packed.provenance, { fileName, archive }, request.verify, subject)
    }
    await this.#cache.put(archive)
    return { files, name: chart.name, version: chart.version, digest: digestOf(archive) }
  }

  resolveDependencies(request: DependencyRequest): Promise<ResolvedDependencies> {
    const { verify } = request
    const signal = this.#signal(request.signal)
    const indexes = new Map<string, Promise<string>>()
    const walk = new DependencyWalk(request.tree, request.recorded ?? [], this.#limits, (dependency) =>
      this.#fetch({ ...dependency, signal, ...(verify === undefined ? {} : { verify }) }, indexes),
    )
    return walk.resolve(request.path)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#cache.settled()
  }

  #signal(given: AbortSignal | undefined): AbortSignal {
    return given === undefined ? this.#closing.signal : AbortSignal.any([given, this.#closing.signal])
  }
}
