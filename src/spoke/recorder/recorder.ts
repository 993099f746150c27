import type { AuditIndex, AuditRecord } from '../../core/attribution/index.ts'
import { keyOf } from '../../core/object/index.ts'
import { type RecordedKind, recordedKinds } from '../../core/recorded/index.ts'
import { type ApiResource, type Watch, type WatchHandler, watchObjects } from '../../kube/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { RecordedKindState, RecordSink } from '../ports.ts'
import { Hearing } from '../watch/index.ts'
import { ChangeTeller } from './change-teller.ts'

/** A kind that may not be read, or is not served, is tried again after so long. */
const againMs = 15 * 60_000

/**
 * These kinds change seldom, and a server sends no sign of life of a kind that never changed: a stream of theirs may be
 * silent until its agreed end, ten minutes at the most. Whether the cluster answers at all is asked each minute.
 */
const idleMs = 12 * 60_000

/** What was recorded of a kind before. */
interface Known {
  readonly versions: ReadonlyMap<string, string>
  /** True when not all of its objects were ever recorded. */
  readonly isFirst: boolean
}

const nothing: Known = { versions: new Map(), isFirst: true }

/** One watch for each recorded kind of a cluster, over all of its objects. */
export class Recorder {
  readonly #context: EngineContext
  readonly #records: RecordSink | undefined
  readonly #teller: ChangeTeller | undefined
  readonly #watches = new Map<RecordedKind, Watch>()
  /** Kinds that are not watched: when they were tried last, and what was in the way. */
  readonly #left = new Map<
    RecordedKind,
    { readonly at: number; readonly state: RecordedKindState['state'] }
  >()
  readonly #hearing: Hearing
  #begun: Promise<void> | undefined

  constructor(context: EngineContext, audit: AuditIndex | undefined) {
    this.#context = context
    this.#records = context.ports.records
    this.#hearing = new Hearing(context.clock, (name) => this.#noteHearing(name))
    if (this.#records !== undefined) this.#teller = new ChangeTeller(context, this.#records, audit)
  }

  /** A connection was made. */
  start(): void {
    if (this.#records === undefined || this.#begun !== undefined) return
    this.#begun = this.#begin(this.#records).catch((error: unknown) =>
      this.#context.unexpected('recording quotas, roles and bindings', error),
    )
  }

  /** Called about each minute while connected. */
  tick(): void {
    const now = this.#context.clock.now()
    for (const [kind, { at, state }] of this.#left) {
      const isServedNow = state !== 'unreadable' && this.#context.session().resourceOf(kind) !== undefined
      if (isServedNow || now - at >= againMs) this.#watch(kind, nothing)
    }
  }

  /** An audit record came in, which may say who wrote something that is recorded. */
  explain(record: AuditRecord): void {
    this.#teller?.explain(record)
  }

  async stop(): Promise<void> {
    const begun = this.#begun
    this.#begun = undefined
    await begun
    this.#left.clear()
    const watches = [...this.#watches.values()]
    this.#watches.clear()
    this.#hearing.stop()
    await Promise.all(watches.map((watch) => watch.stop()))
  }

  async #begin(records: RecordSink): Promise<void> {
    const { versions, kinds } = await records.known()
    if (this.#begun === undefined) return
    for (const kind of recordedKinds) {
      const prefix = keyOf({ ...kind, namespace: '', name: '' }).slice(0, -2)
      this.#watch(kind, {
        versions: new Map([...versions].filter(([key]) => key.startsWith(`${prefix}/`))),
        isFirst: !kinds.has(keyOfKind(kind)),
      })
    }
  }

  #watch(kind: RecordedKind, known: Known): void {
    if (this.#watches.has(kind)) return
    const session = this.#context.session()
    const resource = session.resourceOf(kind)
    if (resource?.verbs.includes('watch') === true) {
      this.#left.delete(kind)
      this.#hearing.take(keyOfKind(kind), undefined)
      this.#watches.set(
        kind,
        watchObjects(session.client, resource, { idleMs }, this.#handler(kind, resource, known)),
      )
      return
    }
    const gap = session.discovery.gapFor(kind.group, kind.kind)
    this.#leave(kind, gap === undefined ? 'not-served' : 'unknown', gap?.message)
  }

  #handler(kind: RecordedKind, resource: ApiResource, { versions, isFirst }: Known): WatchHandler {
    /** What was recorded before this watch, until its first complete list. */
    let before: ReadonlyMap<string, string> | undefined = versions
    const { group, kind: name } = resource
    const keyFor = (namespace: string, of: string): string =>
      keyOf({ group, kind: name, namespace, name: of })
    return {
      isKnown: (namespace, of, resourceVersion) =>
        before !== undefined && before.get(keyFor(namespace, of)) === resourceVersion,
      onEvent: (event) => {
        const key = keyFor(event.namespace, event.name)
        const isChange = before === undefined || !isFirst
        const seen = { key, plural: kind.plural, watched: before === undefined, isChange }
        if (event.type === 'DELETED') this.#teller?.gone(seen, event.object)
        else this.#teller?.there(seen, event.object)
      },
      onSynced: (_, isPresent) => {
        const recorded = before
        before = undefined
        for (const key of recorded?.keys() ?? []) {
          const [, , namespace = '', of = ''] = key.split('/')
          const seen = { key, plural: kind.plural, watched: false, isChange: true }
          if (!isPresent(namespace, of)) this.#teller?.gone(seen, undefined)
        }
        this.#tell(kind, 'complete')
      },
      onState: (state) => {
        if (state.kind === 'denied') this.#leave(kind, 'unreadable', state.failure?.message)
        else if (state.kind === 'gone-kind') this.#leave(kind, 'not-served', state.failure?.message)
        else this.#hearing.take(keyOfKind(kind), state)
      },
      onProgress: () => undefined,
    }
  }

  /** Gives a kind up until it is tried again: a watch that is refused would ask every two minutes. */
  #leave(kind: RecordedKind, state: RecordedKindState['state'], reason: string | undefined): void {
    this.#left.set(kind, { at: this.#context.clock.now(), state })
    const watch = this.#watches.get(kind)
    this.#watches.delete(kind)
    this.#hearing.forget(keyOfKind(kind))
    void watch?.stop()
    this.#tell(kind, state, reason)
  }

  /** The silence of a watch began or ended: what it showed is then not known, or known again. */
  #noteHearing(name: string): void {
    for (const kind of this.#watches.keys()) {
      if (keyOfKind(kind) !== name) continue
      const why = this.#hearing.silence(name)
      this.#tell(kind, why === undefined ? 'complete' : 'unknown', why)
    }
  }

  #tell({ group, kind }: RecordedKind, state: RecordedKindState['state'], reason?: string): void {
    const at = new Date(this.#context.clock.now()).toISOString()
    this.#records?.kind({ group, kind, state, at, ...(reason === undefined ? {} : { reason }) })
  }
}

const keyOfKind = ({ group, kind }: RecordedKind): string => `${group}/${kind}`
