import type { lookup } from 'node:dns'
import type { Clock, Log, ProxyEnvironment } from '../runtime/index.ts'

/** A secret for one origin. */
export type ChartSecret =
  /** HTTP basic authentication; a registry takes it for a token of its own. */
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** HTTP bearer token. */
  | { readonly kind: 'token'; readonly token: string }

/** A credential by name, for exactly one origin. It is read anew for each use. */
export interface ChartCredential {
  readonly name: string
  /** Scheme, host and port, as in `https://charts.example.com`; it is sent nowhere else (safety row 16). */
  readonly origin: string
  read(): Promise<ChartSecret>
}

export interface ChartLimits {
  readonly indexBytes: number
  /** Values of what has to be parsed of an index. */
  readonly indexValues: number
  readonly manifestBytes: number
  readonly archiveBytes: number
  readonly unpackedBytes: number
  readonly files: number
  /** Versions of one chart in a registry that are looked at. */
  readonly tags: number
  /** Charts that one chart may bring along, with theirs. */
  readonly dependencies: number
  readonly depth: number
  /** Bytes that the cache folder keeps. */
  readonly cacheBytes: number
  /** Milliseconds for one answer other than an archive. */
  readonly answerMs: number
  readonly archiveMs: number
}

export interface OpenChartsOptions {
  /** A folder that only these charts use, and only one process at a time. */
  readonly cacheFolder: string
  /**
   * Hosts that may be asked: `charts.example.com` (the usual port of its scheme), `registry.corp:5000`,
   * `*.example.com`. An address, or `localhost`, is allowed only by its own entry; a name never leads to loopback,
   * link-local or metadata addresses, whoever allows it.
   */
  readonly allowedHosts: readonly string[]
  /** Entries of `allowedHosts` that are spoken to without TLS; none without it. */
  readonly plainHttp?: readonly string[]
  readonly credentials?: readonly ChartCredential[]
  /** A file with certificate authorities to trust besides the system's. */
  readonly caFile?: string
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; no proxy without it. */
  readonly proxies?: ProxyEnvironment
  readonly limits?: Partial<ChartLimits>
  readonly clock?: Clock
  readonly log?: Log
  /** Resolves names in place of the machine. */
  readonly lookup?: typeof lookup
}

/** OpenPGP public keys, one of which must have signed a chart. */
export interface VerifyOptions {
  /** As `gpg --export` gives them, with or without armor. */
  readonly keys: readonly (string | Uint8Array)[]
}

/** A chart by its repository. */
export interface ChartRequest {
  /** `https://…` or `oci://…`; the chart's name is not part of it. */
  readonly repository: string
  readonly name: string
  /** A version or a range, as Helm reads them; the newest without a pre-release when empty. */
  readonly version: string
  /** What the chart must be: `sha256:…` of the archive, in a registry also of the manifest. */
  readonly digest?: string
  /** Where given, a chart without a good signature is refused (safety row 50). */
  readonly verify?: VerifyOptions
  readonly signal?: AbortSignal
}

export interface FetchedChart {
  /** By their path inside the chart's folder. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly name: string
  readonly version: string
  /** What pins this very chart: `sha256:…` of its archive. */
  readonly digest: string
}

export interface DependencyRequest {
  /** The files around the chart by their path, as far as `file://` dependencies may reach. */
  readonly tree: ReadonlyMap<string, Uint8Array>
  /** The folder of the chart in the tree; its root when empty. */
  readonly path: string
  /**
   * What an earlier answer resolved to. Where it still fits lock and range it is taken again, by its digest and, when it
   * is kept, without asking anybody: a range does not move by itself from one rendering to the next.
   */
  readonly recorded?: readonly ResolvedDependency[]
  readonly verify?: VerifyOptions
  readonly signal?: AbortSignal
}

/** Where one dependency came from. */
export interface ResolvedDependency {
  /** The chart that asks for it, by its folder below `path`; empty for the chart itself. */
  readonly of: string
  readonly name: string
  readonly version: string
  readonly repository: string
  /** Undefined for one that stands in the tree. */
  readonly digest: string | undefined
  /** What decided its version. */
  readonly by: 'lock' | 'range' | 'record' | 'tree'
}

export interface ResolvedDependencies {
  /** What has to be added below the chart's folder, by path: `charts/…`. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** In the order of Chart.yaml, each followed by its own; those that were there already are not listed. */
  readonly resolved: readonly ResolvedDependency[]
}

/** Charts of repositories and registries. Methods throw a `ChartFailure`. */
export interface Charts {
  fetchChart(request: ChartRequest): Promise<FetchedChart>
  /**
   * What a chart's dependencies add to its folder. Chart.lock decides the versions; without one the ranges of
   * Chart.yaml do, and the answer records what they led to. Conditions, tags and aliases are Helm's business.
   */
  resolveDependencies(request: DependencyRequest): Promise<ResolvedDependencies>
  /** Ends what is being fetched. */
  close(): Promise<void>
}
