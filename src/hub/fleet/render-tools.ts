import type { Charts, ResolvedDependency } from '../../charts/index.ts'
import type { Renderer } from '../../render/index.ts'
import type { SopsAccess } from '../sops/index.ts'
import type { FetchRemotesOptions } from './fetch-remotes.ts'

/** What the rendering of bundles needs besides their sources. */
export interface RenderTools {
  readonly renderer: Renderer
  /** Charts of repositories and registries; without it only what is in the source is rendered. */
  readonly charts?: Charts
  /** Remote Kustomize bases; without it they are problems. */
  readonly remotes?: FetchRemotesOptions
  /** What random bytes of a bundle are made from, for one scope: a cluster, or names of layers and values. */
  readonly seed: (bundle: string, scope: string) => Uint8Array
  /** Where the clock of a bundle's templates stands, in milliseconds since 1970; another rotation moves it to now. */
  readonly clock: (bundle: string, rotation: number | undefined) => number
  /** What the dependencies of a bundle's chart were found to be before. */
  readonly recorded?: (bundle: string) => readonly ResolvedDependency[]
  readonly record?: (bundle: string, resolved: readonly ResolvedDependency[]) => void
  /** What opens files that are encrypted with SOPS. */
  readonly sops?: SopsAccess
  /** The OpenPGP public keys of a credential by name. */
  readonly signingKeys?: (credential: string) => Promise<string>
}

/** What is known about a cluster that a chart may ask for. */
export interface Capabilities {
  readonly kubeVersion: string
  readonly apiVersions?: readonly string[]
}
