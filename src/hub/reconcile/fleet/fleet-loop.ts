import { isFailure, reasonOf } from '../../../core/failure.ts'
import type { PlacementDecision } from '../../../core/placement/index.ts'
import type { Problem } from '../../../core/problem.ts'
import { type Clock, type Log, redactText, WorkQueue } from '../../../runtime/index.ts'
import type { FleetSource } from '../../config/index.ts'
import { type FleetModel, loadFleetCommit } from '../../fleet/index.ts'
import type { Store } from '../../store/index.ts'
import type { ClusterBoard } from '../cluster/cluster-board.ts'
import type { EnginePool } from '../cluster/engine-pool.ts'
import type { EventLog } from '../event-log.ts'
import type { HubMetrics } from '../metrics.ts'
import { decideAssignments } from './decide-assignments.ts'
import { capabilitiesOf, factsOf } from './facts-of.ts'
import { loadFleetRecord, saveFleetRecord } from './fleet-record.ts'
import { keepLastGood } from './keep-last-good.ts'
import type { RolloutLoop } from '../rollout/index.ts'
import type { Evaluation, Renderings } from './renderings.ts'
import {
  placeOf,
  readSources,
  type RepositoryPlace,
  revisionIn,
  type Sources,
  type SourceState,
} from './sources.ts'

/** The fleet as the hub has it now. */
export interface FleetState {
  readonly model: FleetModel | undefined
  readonly revision: string | undefined
  readonly loadedAt: string | undefined
  /** What is wrong in the fleet's own files. */
  readonly problems: readonly Problem[]
  /** What is wrong with the sources of bundles, by bundle. */
  readonly bundleProblems: ReadonlyMap<string, readonly Problem[]>
  /** By bundle: clusters for which placement has no answer. */
  readonly unknown: ReadonlyMap<string, PlacementDecision['unknown']>
}

export interface FleetLoopOptions {
  readonly source: FleetSource | undefined
  readonly sources: Sources
  readonly store: Store
  readonly board: ClusterBoard
  readonly pool: EnginePool
  readonly renderings: Renderings
  readonly rollouts: RolloutLoop
  readonly events: EventLog
  readonly metrics: HubMetrics
  /** A commit was read, and its bundles rendered. */
  readonly onDecided: (state: FleetState) => void
  readonly clock: Clock
  readonly log: Log
}

const retryMs = 5_000
const pass = 'fleet'

/**
 * From the fleet repository to what every cluster is to be: load, keep what is unreadable as it was, decide, render,
 * store, tell the engines. It always works from the newest state, so passing twice changes nothing; while Git is away the
 * fleet stays what it was last, also over a restart.
 */
export class FleetLoop {
  readonly #options: FleetLoopOptions
  readonly #queue: WorkQueue
  #state: FleetState = {
    model: undefined,
    revision: undefined,
    loadedAt: undefined,
    problems: [],
    bundleProblems: new Map(),
    unknown: new Map(),
  }
  #repository = ''
  #passed: Promise<void> = Promise.resolve()

  constructor(options: FleetLoopOptions) {
    this.#options = options
    this.#queue = new WorkQueue({
      clock: options.clock,
      concurrency: 1,
      run: () => this.#pass(),
      onError: (_, error) => {
        options.log.error('the fleet could not be brought up to date', { error })
        this.#queue.add(pass, retryMs)
      },
    })
  }

  get state(): FleetState {
    return this.#state
  }

  /** The fleet repository as it is known now; undefined where hub.yaml names none. */
  get source(): SourceState | undefined {
    const { source, sources } = this.#options
    return source === undefined ? undefined : sources.stateOf(this.#place(source), source.branch)
  }

  /** Goes on with the fleet of before, then follows the repository. */
  async start(): Promise<void> {
    const { source, store, pool, sources } = this.#options
    const known = await loadFleetRecord(store)
    if (known !== undefined) {
      this.#state = { ...this.#state, ...known }
      const { model } = known
      await pool.follow(model)
    }
    if (source !== undefined) sources.want(this.#wanted(source))
  }

  /** Something changed that the fleet is decided by. */
  hint(delayMs = 0): void {
    this.#queue.add(pass, delayMs)
  }

  /** Resolves when the newest known state has been decided. */
  idle(): Promise<void> {
    return this.#queue.idle()
  }

  async stop(): Promise<void> {
    await this.#queue.stop()
    await this.#passed
  }

  /** The repository that a bundle comes from; undefined where none is known. */
  repositoryOf(bundle: string): RepositoryPlace | undefined {
    const { source } = this.#options
    const { model } = this.#state
    const declared = model?.bundles.get(bundle)?.value
    if (source === undefined || model === undefined || declared === undefined) return undefined
    return placeOf(declared, model, this.#place(source))
  }

  #place(source: FleetSource): RepositoryPlace {
    return { name: 'fleet', url: source.url, credential: source.credential }
  }

  /** Every ref of every repository that the fleet is made from; the fleet's own first. */
  #wanted(source: FleetSource) {
    const fleet = this.#place(source)
    const { model } = this.#state
    const refs: { place: RepositoryPlace; ref: string | undefined }[] = [{ place: fleet, ref: source.branch }]
    if (model === undefined) return refs
    for (const { value } of model.bundles.values()) {
      const { repository, revision } = value.spec.source
      if (repository === undefined && revision === undefined) continue
      const place = placeOf(value, model, fleet)
      if (place !== undefined) refs.push({ place, ref: revision })
    }
    return refs
  }

  async #pass(): Promise<void> {
    const { source, sources, clock, metrics } = this.#options
    if (source === undefined) return
    const fleet = this.#place(source)
    this.#tellRepository(sources.stateOf(fleet, source.branch))
    const commit = revisionIn(sources.stateOf(fleet, source.branch).state)
    // Until the repository was seen once after a start, what is in force is what was stored.
    if (commit === undefined) return
    const began = clock.now()
    const isNew = commit !== this.#state.revision
    if (isNew) await this.#load(fleet, commit)
    if (this.#state.model === undefined) return
    sources.want(this.#wanted(source))
    await this.#decide(this.#state.model, fleet, commit)
    metrics.measureReconcile((clock.now() - began) / 1000)
  }

  /** Brings the model to a commit. A commit that cannot be read leaves the model as it is, and is tried again. */
  async #load(fleet: RepositoryPlace, commit: string): Promise<void> {
    const { sources, store, events, clock } = this.#options
    const loaded = await loadFleetCommit(await sources.repository(fleet), commit).catch((error: unknown) => {
      if (!isFailure(error)) throw error
      return { failure: error }
    })
    if ('failure' in loaded) {
      const { message, hint } = loaded.failure
      const problem: Problem = {
        file: '',
        line: 1,
        subject: 'fleet repository',
        message: redactText(message),
        ...(hint === undefined ? {} : { hint }),
        severity: 'error',
      }
      this.#state = { ...this.#state, problems: [problem] }
      this.#queue.add(pass, retryMs)
      return
    }
    const { model, kept } = keepLastGood(this.#state.model, loaded)
    const before = this.#state.revision
    const record = {
      model,
      revision: commit,
      loadedAt: new Date(clock.now()).toISOString(),
      problems: loaded.problems,
    }
    await saveFleetRecord(store, record)
    this.#state = { ...this.#state, ...record }
    const errors = loaded.problems.filter(({ severity }) => severity === 'error').length
    const notes = [
      ...(errors === 0 ? [] : [`${errors} problems in its files`]),
      ...(kept.length === 0
        ? []
        : [`${kept.map(({ kind, name }) => `${kind} ${name}`).join(', ')} kept as before`]),
    ]
    const what = `fleet at ${commit.slice(0, 12)}${before === undefined ? '' : ` after ${before.slice(0, 12)}`}`
    events.add({ type: 'fleet', message: [what, ...notes].join('; ') })
  }

  /** What a rendering of the fleet as it is now works with; undefined before the first look. */
  evaluation(): Evaluation | undefined {
    const { source } = this.#options
    const { model, revision } = this.#state
    if (source === undefined || model === undefined || revision === undefined) return undefined
    return this.#evaluation(model, this.#place(source), revision)
  }

  #evaluation(model: FleetModel, fleet: RepositoryPlace, commit: string): Evaluation {
    const { sources, board } = this.#options
    const revisionOf = (bundle: Parameters<typeof placeOf>[0]): string | undefined => {
      const { repository, revision } = bundle.spec.source
      if (repository === undefined && revision === undefined) return commit
      const place = placeOf(bundle, model, fleet)
      return place === undefined ? undefined : revisionIn(sources.stateOf(place, revision).state)
    }
    return {
      model,
      readPath: readSources(sources, model, fleet, commit),
      revisionOf,
      capabilitiesOf: (cluster) => capabilitiesOf(board, cluster),
    }
  }

  async #decide(model: FleetModel, fleet: RepositoryPlace, commit: string): Promise<void> {
    const { board, pool, renderings, rollouts, log } = this.#options
    const previous = new Map([...model.clusters.keys()].map((name) => [name, board.assignments(name)]))
    const { render, end } = await renderings.begin(this.#evaluation(model, fleet, commit))
    const decided = await decideAssignments({
      model,
      previous,
      facts: (cluster) => factsOf(board, cluster),
      hasLeft: (cluster, bundle) => board.hasLeft(cluster, bundle),
      render,
    })
    await end()
    this.#state = { ...this.#state, bundleProblems: decided.problems, unknown: decided.unknown }
    this.#passed = rollouts.follow(model, decided.assignments).then(() => pool.follow(model))
    await this.#passed
    this.#options.onDecided(this.#state)
    log.debug('the fleet is decided', { revision: commit, clusters: decided.assignments.size })
  }

  /** Tells of a repository that went away, came back or was rewritten, once each. */
  #tellRepository({ place, state, failure }: SourceState): void {
    const word = failure === undefined ? (state?.kind ?? 'starting') : 'unreachable'
    const key =
      word === 'force-pushed' && state?.kind === 'force-pushed' ? `${word} ${state.revision.commit}` : word
    const before = this.#repository
    this.#repository = key
    if (key === before || word === 'starting' || (before === '' && word === 'ok')) return
    this.#options.events.add({
      type: 'repository',
      message: redactText(`repository ${place.name}: ${sentenceOf(state, failure)}`),
    })
  }
}

/** How a repository stands, as people read it. */
export function sentenceOf(state: SourceState['state'], failure: SourceState['failure']): string {
  if (failure !== undefined) return `cannot be opened: ${reasonOf(failure)}`
  switch (state?.kind) {
    case undefined:
    case 'starting':
      return 'not looked at yet'
    case 'ok':
      return 'reachable'
    case 'force-pushed':
      return `rewritten: ${state.old.slice(0, 12)} is no ancestor of ${state.revision.commit.slice(0, 12)}`
    case 'unreachable':
      return `unreachable: ${state.failure.message}; the fleet stays as it was`
    case 'ref-vanished':
      return `${state.ref} is gone; the fleet stays as it was`
  }
}
