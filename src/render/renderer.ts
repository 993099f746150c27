import type { Manifest } from '../core/bundle/index.ts'
import type { JsonMap } from '../core/object/index.ts'
import type { Problem } from '../core/problem.ts'

/** What renders a source. */
export type RendererName = 'plain' | 'kustomize' | 'helm'

/** What only Helm asks for. */
export interface HelmRequest {
  /** Values files, as paths inside the repository; a later one wins. Each has to be among `files`. */
  readonly valuesFiles?: readonly string[]
  /** Values that win over those of the files. */
  readonly values?: JsonMap
  /** `--set` and `--set-string` of the command line, in Helm's notation; they win over `values`. */
  readonly set?: readonly string[]
  readonly setString?: readonly string[]
  readonly releaseName: string
  readonly namespace: string
  /** The version of the cluster that is rendered for, such as `v1.36.3`; Helm's default without it. */
  readonly kubeVersion?: string
  /** Everything that the cluster serves (`apps/v1`, `apps/v1/Deployment`); Helm's default set without it. */
  readonly apiVersions?: readonly string[]
  /** Whether the objects of `crds/` are among the manifests. */
  readonly includeCrds?: boolean
}

/** One rendering: everything that its result depends on. */
export interface RenderRequest {
  /** Regular files by path inside the repository, without links; all that the source may read. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The folder of the source inside the repository; `.` is its root. */
  readonly path: string
  /** Found by content without it. */
  readonly renderer?: RendererName
  /** Whose files these are, such as the repository: two tenants never meet in one instance of the module. */
  readonly tenant: string
  /** Helm sees them as `.Values.evenkeel`, Kustomize as the data of ConfigMap `evenkeel-vars`. */
  readonly vars?: Readonly<Record<string, string>>
  /** Folders of `files` that hold remote Kustomize bases, by the reference as it is written. */
  readonly remotes?: ReadonlyMap<string, string>
  /** Defaults are taken for what is missing: release name `release`, namespace `default`. */
  readonly helm?: HelmRequest
  /** What random bytes are made from; the same seed gives the same bytes. Never logged. */
  readonly seed: Uint8Array
  /** The time at which the templates' clock stands, in milliseconds since 1970. */
  readonly clock: number
}

/** An object that the source holds and that is not delivered. */
export interface LeftOut {
  /** `Pod web-test`. */
  readonly subject: string
  /** `test hook`, `hook pre-delete`, `hook SyncFail`, `hook Skip`. */
  readonly reason: string
  readonly file: string
}

/** All objects of a source. */
export interface Rendered {
  readonly rendered: true
  readonly renderer: RendererName
  /** In the order of the renderer. May be empty: the source is there and holds nothing. */
  readonly manifests: readonly Manifest[]
  readonly warnings: readonly Problem[]
  readonly leftOut: readonly LeftOut[]
  /** How many random bytes the templates drew; another number after a commit means that values change. */
  readonly randomBytes: number
  /** Those of `manifests` that another seed would change. */
  readonly drewRandom: readonly Manifest[]
  /** True when the version or the APIs of the cluster can change the result. */
  readonly usesCapabilities: boolean
  /** Identifies the rendering: equal keys have equal results. */
  readonly key: string
}

/** Why a source has no rendering. Never empty, and never beside objects. */
export interface NotRendered {
  readonly rendered: false
  readonly problems: readonly Problem[]
}

export type RenderOutcome = Rendered | NotRendered

/**
 * Turns a source into manifests: all of them, or the problems that keep it from having any. What is wrong with a
 * source is an outcome, never thrown. Equal requests give equal outcomes.
 */
export interface Renderer {
  render(request: RenderRequest): Promise<RenderOutcome>
  /** Ends what was started for rendering; a rendering that is under way ends with a problem. */
  close(): Promise<void>
}
