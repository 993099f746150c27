import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import type { Bundle, FleetRepository } from '../../../core/kinds/index.ts'
import {
  type GitCredential,
  type GitRepository,
  openRepository,
  type RepositoryState,
  type RepositoryWatch,
} from '../../../git/index.ts'
import { type Clock, WorkQueue } from '../../../runtime/index.ts'
import { type FleetModel, type ReadPath, readPathAt, readPathsAt } from '../../fleet/index.ts'

export interface SourcesOptions {
  readonly cacheFolder: string
  /** A file with certificate authorities to trust besides the system's. */
  readonly caFile: string | undefined
  readonly credential: (name: string) => GitCredential
  readonly clock: Clock
  readonly pollMs: number
  /** Called after each change of a state. */
  readonly onChange: () => void
}

/** Where a repository is, as hub.yaml and the fleet write it. */
export interface RepositoryPlace {
  readonly name: string
  readonly url: string
  readonly credential?: string | undefined
}

interface Open {
  readonly repository: GitRepository
  readonly watches: Map<string, RepositoryWatch>
}

/** A repository and one of its refs, with what is known about it. */
export interface SourceState {
  readonly place: RepositoryPlace
  readonly ref: string | undefined
  readonly state: RepositoryState | undefined
  /** Why the repository cannot even be opened. */
  readonly failure: Failure | undefined
}

const noRef = ''

/**
 * The repositories that the fleet is made from, each with a watch for every ref that is used. One that is away keeps
 * what was seen last; one that cannot be opened is tried again at every look.
 */
export class Sources {
  readonly #options: SourcesOptions
  readonly #open = new Map<string, Promise<Open>>()
  readonly #wanted = new Map<string, { readonly place: RepositoryPlace; readonly refs: Set<string> }>()
  readonly #failures = new Map<string, Failure>()
  readonly #opening: WorkQueue
  readonly #watches = new Map<string, RepositoryWatch>()

  constructor(options: SourcesOptions) {
    this.#options = options
    this.#opening = new WorkQueue({
      clock: options.clock,
      concurrency: 4,
      run: (key) => this.#sync(key),
      onError: (key, error) => {
        this.#failures.set(key, error instanceof Failure ? error : new Failure('git-failed', String(error)))
        options.onChange()
        this.#opening.add(key, options.pollMs)
      },
    })
  }

  /** Says which refs of which repositories are used from now on; watches of others end. */
  want(wanted: readonly { readonly place: RepositoryPlace; readonly ref: string | undefined }[]): void {
    const before = new Map([...this.#wanted].map(([key, { refs }]) => [key, [...refs].toSorted().join('\n')]))
    this.#wanted.clear()
    for (const { place, ref } of wanted) {
      const key = keyOf(place)
      const known = this.#wanted.get(key)
      if (known === undefined) this.#wanted.set(key, { place, refs: new Set([ref ?? noRef]) })
      else known.refs.add(ref ?? noRef)
    }
    // Only what is wanted otherwise than before: one that cannot be opened is tried again with every poll, not with
    // every look at the fleet, which its own failure asks for.
    for (const key of new Set([...before.keys(), ...this.#wanted.keys()])) {
      const now = this.#wanted.get(key)
      const refs = now === undefined ? undefined : [...now.refs].toSorted().join('\n')
      if (refs !== before.get(key)) this.#opening.add(key)
    }
  }

  /** What is known about each wanted ref, in the order in which they were named. */
  states(): SourceState[] {
    return [...this.#wanted].flatMap(([key, { place, refs }]) =>
      [...refs].map((ref) => ({
        place,
        ref: ref === noRef ? undefined : ref,
        state: this.#watches.get(watchKey(key, ref))?.state,
        failure: this.#failures.get(key),
      })),
    )
  }

  stateOf(place: RepositoryPlace, ref: string | undefined): SourceState {
    const key = keyOf(place)
    const state = this.#watches.get(watchKey(key, ref ?? noRef))?.state
    return { place, ref, state, failure: this.#failures.get(key) }
  }

  /** The repository, opened. Throws its failure. */
  async repository(place: RepositoryPlace): Promise<GitRepository> {
    return (await this.#opened(keyOf(place), place)).repository
  }

  /** Looks at every ref at once; resolves when each has been looked at. */
  async look(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.look()))
  }

  /** The wanted repositories. */
  places(): RepositoryPlace[] {
    return [...this.#wanted.values()].map(({ place }) => place)
  }

  /** Looks at every ref of the repositories that match; resolves when each has been looked at. */
  async lookAt(matches: (place: RepositoryPlace) => boolean): Promise<void> {
    const refs = [...this.#wanted].flatMap(([key, { place, refs }]) =>
      matches(place) ? [...refs].map((ref) => watchKey(key, ref)) : [],
    )
    await Promise.all(refs.flatMap((ref) => this.#watches.get(ref)?.look() ?? []))
  }

  async stop(): Promise<void> {
    await this.#opening.stop()
    this.#wanted.clear()
    const open = await Promise.allSettled(this.#open.values())
    const repositories = open.flatMap((one) => (one.status === 'fulfilled' ? [one.value.repository] : []))
    await Promise.all(repositories.map((repository) => repository.close()))
  }

  /** Opens a repository and starts and ends its watches until they are those that are wanted. */
  async #sync(key: string): Promise<void> {
    const wanted = this.#wanted.get(key)
    const known = await this.#open.get(key)
    for (const [ref, watch] of known?.watches ?? []) {
      if (wanted?.refs.has(ref) === true) continue
      known?.watches.delete(ref)
      this.#watches.delete(watchKey(key, ref))
      await watch.stop()
    }
    if (wanted === undefined) {
      this.#open.delete(key)
      this.#failures.delete(key)
      await known?.repository.close()
      return
    }
    const { repository, watches } = await this.#opened(key, wanted.place)
    this.#failures.delete(key)
    for (const ref of wanted.refs) {
      if (watches.has(ref)) continue
      const watch = repository.watch({
        ...(ref === noRef ? {} : { ref }),
        intervalMs: this.#options.pollMs,
        onState: () => this.#options.onChange(),
      })
      watches.set(ref, watch)
      this.#watches.set(watchKey(key, ref), watch)
    }
  }

  #opened(key: string, place: RepositoryPlace): Promise<Open> {
    let open = this.#open.get(key)
    if (open === undefined) {
      const { cacheFolder, caFile, credential, clock } = this.#options
      const folder = createHash('sha256').update(key).digest('hex').slice(0, 24)
      open = openRepository({
        url: place.url,
        cacheDir: join(cacheFolder, folder),
        clock,
        ...(place.credential === undefined ? {} : { credential: credential(place.credential) }),
        ...(caFile === undefined ? {} : { caFile }),
      }).then((repository) => ({ repository, watches: new Map<string, RepositoryWatch>() }))
      this.#open.set(key, open)
      open.catch(() => this.#open.delete(key))
    }
    return open
  }
}

/** The newest revision that a state knows; what was last seen where the repository is away. */
export function revisionIn(state: RepositoryState | undefined): string | undefined {
  if (state === undefined || state.kind === 'starting') return undefined
  const revision = state.kind === 'ok' || state.kind === 'force-pushed' ? state.revision : state.last
  return revision?.commit
}

/** A repository that a kustomization names: with a credential only where the fleet lists this very address with one. */
export function remotePlace(url: string, model: FleetModel | undefined): RepositoryPlace {
  const listed = model?.fleet?.value.spec?.repositories?.find((one) => one.url === url)
  return { name: listed?.name ?? url, url, credential: listed?.credential }
}

/** Where the source of a bundle is: a repository of the fleet, or the fleet's own at another ref. */
export function placeOf(
  bundle: Bundle,
  model: FleetModel,
  fleet: RepositoryPlace,
): RepositoryPlace | undefined {
  const { repository } = bundle.spec.source
  if (repository === undefined) return fleet
  const listed = model.fleet?.value.spec?.repositories?.find(
    (one: FleetRepository) => one.name === repository,
  )
  return listed === undefined
    ? undefined
    : { name: listed.name, url: listed.url, credential: listed.credential }
}

/**
 * Reads the sources of bundles: those of the fleet repository at `commit`, others at what their ref is now. Throws
 * `not-looked-yet` for a ref that nobody has seen yet.
 */
export function readSources(
  sources: Sources,
  model: FleetModel,
  fleet: RepositoryPlace,
  commit: string,
): ReadPath {
  let own: Promise<ReadPath> | undefined
  return async ({ repository, revision, path }) => {
    if (repository === undefined && revision === undefined) {
      own ??= sources.repository(fleet).then((opened) => readPathsAt(opened, commit, ownPaths(model)))
      return (await own)({ repository, revision, path })
    }
    const listed = model.fleet?.value.spec?.repositories?.find((one) => one.name === repository)
    const place = repository === undefined ? fleet : listed
    if (place === undefined)
      throw new Failure('no-repository', `evenkeel.yaml lists no repository ${repository}`)
    const known = sources.stateOf(place, revision)
    const at = revisionIn(known.state)
    if (at === undefined) {
      throw (
        known.failure ??
        new Failure('not-looked-yet', `repository ${place.name}: not looked at yet`, { retryable: true })
      )
    }
    const plain = { repository: undefined, revision: undefined, path }
    return readPathAt(await sources.repository(place), at)(plain)
  }
}

/** Where the bundles that are made from the fleet repository itself, at its own commit, have their sources. */
function ownPaths(model: FleetModel): string[] {
  return [...model.bundles.values()].flatMap(({ value }) => {
    const { repository, revision, path } = value.spec.source
    return repository === undefined && revision === undefined ? [path] : []
  })
}

function keyOf(place: RepositoryPlace): string {
  return JSON.stringify([place.url, place.credential ?? null])
}

function watchKey(key: string, ref: string): string {
  return `${key} ${ref}`
}
