import type { Receipt } from '../../core/drift/index.ts'
import type { HealthStatus } from '../../core/health/index.ts'
import type { DriftRecord } from '../../core/ledger/index.ts'
import type { KubeObject, ObjectRef } from '../../core/object/index.ts'
import type { Place } from './place.ts'

/** Which desired object a member stands for. */
export interface Declared {
  apiVersion: string
  bundle: string
  /** Where the desired object stands: a rendering and the position in it. */
  variant: string
  index: number
  /** The desired object's hash in that rendering. */
  hash: string
}

/** What is known of the live object: its state, or that it left the watch. */
export type LiveState = { readonly kind: 'object'; readonly object: KubeObject } | { readonly kind: 'left' }

/** What most members never have: it costs memory only where it is. */
interface Aside {
  readonly observedOnly?: true
  readonly orphaned?: true
  readonly busy?: true
  readonly unheard?: string
  readonly unrecorded?: string
  readonly trouble?: { readonly code: string; readonly message: string }
  readonly drift?: Map<string, DriftRecord>
  readonly waiting?: LiveState
}

/**
 * One object that a bundle holds on this cluster, in memory. Kept small, because a fleet has one for each object of
 * each cluster: the desired object stays in the content source, and of the live one only what the next event is
 * compared with.
 */
export class Member implements Declared {
  apiVersion: string
  bundle: string
  variant: string
  index: number
  hash: string
  health: HealthStatus = 'Unknown'
  healthMessage: string | undefined = undefined
  /**
   * A digest of what stood where we own something when nothing differed from the receipt; undefined where something
   * differs, or with another receipt.
   */
  agreed: bigint | undefined = undefined
  /** A hash of what was told last of what it is found by; undefined before that. */
  projected: bigint | undefined = undefined
  /** How far looks at its events have used up the time, by the clock. */
  takenUntil = 0
  /** When its state was last known, by a look or by a reply to a write of ours; by the clock. */
  knownAt = 0
  readonly #place: Place
  #receipt: Receipt | undefined = undefined
  #seen: string | undefined = undefined
  #aside: Aside | undefined = undefined

  constructor(place: Place, { apiVersion, bundle, variant, index, hash }: Declared) {
    this.#place = place
    this.apiVersion = apiVersion
    this.bundle = bundle
    this.variant = variant
    this.index = index
    this.hash = hash
  }

  get key(): string {
    return this.#place.key
  }

  get ref(): ObjectRef {
    return this.#place.ref
  }

  get receipt(): Receipt | undefined {
    return this.#receipt
  }

  set receipt(receipt: Receipt | undefined) {
    this.#receipt = receipt
    this.agreed = undefined
  }

  /** The last live resourceVersion that was looked at. */
  get seen(): string | undefined {
    return this.#seen
  }

  set seen(version: string | undefined) {
    const applied = this.#receipt?.resourceVersion
    // One text for both, most of the time.
    this.#seen = version === applied ? applied : version
  }

  /**
   * True where the receipt comes from a dry-run of something that was never applied (mode observe): then
   * ownership says nothing, only values count.
   */
  get observedOnly(): boolean {
    return this.#aside?.observedOnly === true
  }

  set observedOnly(is: boolean) {
    this.#put('observedOnly', is ? true : undefined)
  }

  /** True when no rendering declares it any more: it is to be pruned, and what differs in it is no drift. */
  get orphaned(): boolean {
    return this.#aside?.orphaned === true
  }

  set orphaned(is: boolean) {
    this.#put('orphaned', is ? true : undefined)
  }

  /** Set while a write of ours is under way: events that come meanwhile wait for its reply. */
  get busy(): boolean {
    return this.#aside?.busy === true
  }

  set busy(is: boolean) {
    this.#put('busy', is ? true : undefined)
  }

  /** Why nothing was heard of it for too long: then its health is unknown, whatever it was. */
  get unheard(): string | undefined {
    return this.#aside?.unheard
  }

  set unheard(why: string | undefined) {
    this.#put('unheard', why)
  }

  /** Why what was last seen of it could not be recorded: until it is, nothing of it is known. */
  get unrecorded(): string | undefined {
    return this.#aside?.unrecorded
  }

  set unrecorded(why: string | undefined) {
    this.#put('unrecorded', why)
  }

  get trouble(): { readonly code: string; readonly message: string } | undefined {
    return this.#aside?.trouble
  }

  set trouble(trouble: { readonly code: string; readonly message: string } | undefined) {
    this.#put('trouble', trouble)
  }

  /** Open differences, by record id; undefined while there are none. */
  get drift(): Map<string, DriftRecord> | undefined {
    return this.#aside?.drift
  }

  set drift(records: Map<string, DriftRecord> | undefined) {
    this.#put('drift', records)
  }

  /** The newest thing that came while busy or soon after the last look. */
  get waiting(): LiveState | undefined {
    return this.#aside?.waiting
  }

  set waiting(state: LiveState | undefined) {
    this.#put('waiting', state)
  }

  #put<Name extends keyof Aside>(name: Name, value: Aside[Name] | undefined): void {
    if (this.#aside?.[name] === value) return
    const { [name]: _, ...others } = this.#aside ?? {}
    const all = value === undefined ? others : { ...others, [name]: value }
    this.#aside = Object.keys(all).length === 0 ? undefined : all
  }
}
