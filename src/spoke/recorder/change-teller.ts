import {
  type Attribution,
  type AuditIndex,
  type AuditRecord,
  attribute,
} from '../../core/attribution/index.ts'
import { canonicalJson, type Json, type KubeObject, refOfKey } from '../../core/object/index.ts'
import { readQuota } from '../../core/quota/index.ts'
import { lastWriterEntry, recordedContent } from '../../core/recorded/index.ts'
import type { EngineContext } from '../engine-context.ts'
import type { RecordedChange, RecordSink } from '../ports.ts'

/** How long after a change an audit record may still come in. */
const awaitMs = 120_000
const mostAwaited = 1_000

/** One sight of a recorded object. */
interface Seen {
  readonly key: string
  readonly plural: string
  /** True when it was seen as it happened, and not found afterwards. */
  readonly watched: boolean
  readonly isChange: boolean
}

interface Sight {
  readonly seen: Seen
  /** As it is, or as it was when it went. */
  readonly object: KubeObject | undefined
  readonly isGone: boolean
  readonly at: number
}

interface Awaited extends Sight {
  readonly change: RecordedChange
}

/** Tells what changed of recorded objects with its writer, and again when audit names a person later. */
export class ChangeTeller {
  readonly #context: EngineContext
  readonly #records: RecordSink
  readonly #audit: AuditIndex | undefined
  /** Changes whose writer audit may still name, the oldest first. */
  readonly #awaited = new Map<string, Awaited>()

  constructor(context: EngineContext, records: RecordSink, audit: AuditIndex | undefined) {
    this.#context = context
    this.#records = records
    this.#audit = audit
  }

  there(seen: Seen, object: KubeObject): void {
    const content = recordedContent(object)
    const { resourceVersion = '', uid = '' } = object.metadata
    const hash = this.#context.ports.keys.hash128(canonicalJson(content as unknown as Json))
    const quota = object.kind === 'ResourceQuota' ? { quota: readQuota(object) } : {}
    this.#tell(seen, object, { resourceVersion, uid, content, hash, ...quota })
  }

  /** `last` is how the object stood, where the cluster said so. */
  gone(seen: Seen, last: KubeObject | undefined): void {
    this.#tell(seen, last, undefined)
  }

  /** An audit record that says more about a change than was known: the change is told again. */
  explain({ target }: AuditRecord): void {
    for (const awaited of this.#awaited.values()) {
      const { seen, change } = awaited
      const { group, namespace, name } = refOfKey(seen.key)
      const isSame = target.name === name && target.namespace === namespace
      if (!isSame || target.group !== group || target.resource !== seen.plural) continue
      const writer = this.#writerOf(awaited)
      if (writer.person === change.writer.person && writer.sure === change.writer.sure) continue
      const named = { ...change, writer }
      this.#awaited.set(seen.key, { ...awaited, change: named })
      this.#records.object(named)
    }
  }

  #tell(seen: Seen, object: KubeObject | undefined, now: RecordedChange['now']): void {
    const at = this.#context.clock.now()
    const sight = { seen, object, at, isGone: now === undefined }
    const { key, isChange } = seen
    const change = { key, now, writer: this.#writerOf(sight), at: new Date(at).toISOString(), isChange }
    if (seen.watched) this.#await({ ...sight, change })
    this.#records.object(change)
  }

  #await(awaited: Awaited): void {
    for (const [key, { at }] of this.#awaited) {
      if (awaited.at - at <= awaitMs && this.#awaited.size < mostAwaited) break
      this.#awaited.delete(key)
    }
    this.#awaited.delete(awaited.seen.key)
    this.#awaited.set(awaited.seen.key, awaited)
  }

  #writerOf({ seen, object, isGone, at }: Sight): Attribution {
    const { group, namespace, name } = refOfKey(seen.key)
    const holder = object === undefined || isGone ? undefined : lastWriterEntry(object)
    const uid = object?.metadata.uid
    const audit = seen.watched
      ? this.#audit?.find({
          ref: { group, resource: seen.plural, namespace, name },
          around: at,
          ...(isGone ? { uid: uid ?? '' } : { resourceVersion: object?.metadata.resourceVersion }),
          ...(holder?.manager === undefined ? {} : { manager: holder.manager }),
        })
      : undefined
    const evidence = {
      class: isGone ? ('missing' as const) : ('taken' as const),
      holder,
      holderPath: holder === undefined ? undefined : ('exact' as const),
    }
    return attribute(evidence, {
      observedAt: new Date(at).toISOString(),
      watched: seen.watched,
      audit,
      overrides: this.#context.overrides,
    })
  }
}
