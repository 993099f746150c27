import type { ObjectHandling, Profile } from '../../apimachinery/index.ts'
import { isMap, type JsonMap } from '../../core/object/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { Policy } from '../access/index.ts'
import { Catalogue, type Release } from '../discovery/index.ts'
import type { ClusterState } from '../state/index.ts'
import { type BaseLayer, ClusterStore, Dependents, derivedUid, type Shapes } from '../store/index.ts'
import { randomLetters, seededRandom } from './random.ts'

export interface ClusterOptions {
  readonly name: string
  readonly release: Release
  readonly handling: ObjectHandling
  readonly clock: Clock
  /** What all that is random in the cluster is made of, together with its name. */
  readonly seed: string
  readonly base?: BaseLayer
  readonly shapes?: Shapes
  readonly historyBytes?: number
  /** What it goes on with, in place of its base. */
  readonly state?: ClusterState
}

/** One simulated cluster: what it stores, what it serves, and who may do what. */
export class Cluster {
  readonly name: string
  /** The path under which it is served. */
  readonly prefix: string
  readonly store: ClusterStore
  /** Who owns what. */
  readonly dependents: Dependents
  readonly catalogue: Catalogue
  readonly policy: Policy
  readonly handling: ObjectHandling
  readonly clock: Clock
  readonly random: () => number
  /** What has to be done about a stored object before its write is answered. */
  beforeAnswer: (storage: string, key: string) => Promise<void> = () => Promise.resolve()
  /** How many replicas the load asks for, by the `namespace/name` of an autoscaler. */
  readonly demand = new Map<string, number>()
  /** How far its clock is ahead of ours, in milliseconds. */
  skewMs = 0
  readonly #identity: string
  #uids = 0

  constructor(options: ClusterOptions) {
    const { name, release, handling, clock, seed, base, shapes, historyBytes, state } = options
    this.name = name
    this.prefix = `/clusters/${name}`
    this.#identity = `${seed}/${name}`
    this.store = new ClusterStore({
      identity: this.#identity,
      ...(base === undefined ? {} : { base }),
      ...(shapes === undefined ? {} : { shapes }),
      ...(historyBytes === undefined ? {} : { historyBytes }),
    })
    if (state !== undefined) this.#goOn(state)
    this.dependents = new Dependents(this.store)
    this.catalogue = new Catalogue(release)
    this.policy = new Policy(this.store)
    this.handling = handling
    this.clock = clock
    // Not the same suffixes again: objects have them already.
    this.random = seededRandom(this.#uids === 0 ? this.#identity : `${this.#identity}/${this.#uids}`)
  }

  get profile(): Profile {
    return this.catalogue.release.profile
  }

  /** The time of the cluster, RFC 3339 in whole seconds. */
  now(): string {
    return new Date(this.clock.now() + this.skewMs).toISOString().replace(/\.\d+Z$/, 'Z')
  }

  /** What it would go on with. */
  state(): ClusterState {
    return { snapshot: this.store.snapshot(), uids: this.#uids, demand: Object.fromEntries(this.demand) }
  }

  newUid(): string {
    this.#uids += 1
    return derivedUid(this.#identity, String(this.#uids))
  }

  /** What is put after `generateName`. */
  newSuffix(): string {
    return randomLetters(this.random, 5)
  }

  /** The object of a body that is not stored. JSON is read here, all else by the object handling. */
  async decode(body: Uint8Array): Promise<JsonMap> {
    if (body[0] === 0x7b) {
      try {
        const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
        if (isMap(value)) return value
      } catch {
        // Whatever it is, the object handling has the words for it.
      }
    }
    return this.handling.decode(body)
  }

  #goOn({ snapshot, uids, demand }: ClusterState): void {
    this.store.restore(snapshot)
    this.#uids = uids
    for (const [autoscaler, replicas] of Object.entries(demand)) this.demand.set(autoscaler, replicas)
  }
}
