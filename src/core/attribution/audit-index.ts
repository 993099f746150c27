import type { AuditMatch, AuditTarget } from './audit-match.ts'
import type { AuditRecord } from './audit-record.ts'

/** How far a Metadata-level record may lie from the event that it explains. */
const JOIN_MS = 2000

/** What is known about the write that somebody asks for. */
export interface AuditQuery {
  readonly ref: AuditTarget
  /** Of the watch event that showed the change. */
  readonly resourceVersion?: string | undefined
  /** Of an object that was deleted. */
  readonly uid?: string | undefined
  /** When the event arrived, in milliseconds since 1970. */
  readonly around: number
  /** The manager of the entry that holds the field, where there is one. */
  readonly manager?: string | undefined
  /**
   * When the object was last known without this change, on the clock that `add` was given: a record that had come
   * in by then tells of an earlier write.
   */
  readonly since?: number | undefined
}

interface Arrived {
  readonly record: AuditRecord
  /** When it came in, in milliseconds since 1970 on the reader's clock. */
  readonly at: number
  /** The write that it explained by time alone: it explains no other one. */
  claim: string | undefined
}

/** The latest audit records of one cluster, at most `limit` of them: the oldest are forgotten. */
export class AuditIndex {
  readonly #own: string | undefined
  readonly #limit: number
  readonly #byTarget = new Map<string, Arrived[]>()
  /** In order of arrival. */
  #arrived: Arrived[] = []
  #forgotten = 0

  /** `own`: our field manager, whose writes never are what somebody asks for. */
  constructor(own?: string, limit = 20_000) {
    this.#own = own
    this.#limit = limit
  }

  get size(): number {
    return this.#arrived.length - this.#forgotten
  }

  /**
   * Writes of status are left out: they are never drift, and would be blamed for what came just before. `at`: when
   * the record came in, in milliseconds since 1970.
   */
  add(record: AuditRecord, at = Number.POSITIVE_INFINITY): void {
    if (record.subresource === 'status' || record.manager === this.#own) return
    const key = keyOfTarget(record.target)
    const records = this.#byTarget.get(key)
    const arrived = { record, at, claim: undefined }
    if (records === undefined) this.#byTarget.set(key, [arrived])
    else if (record.id !== '' && records.some((known) => known.record.id === record.id)) return
    else records.push(arrived)
    this.#arrived.push(arrived)
    if (this.size > this.#limit) this.#forgetOldest()
  }

  /**
   * The record of a write: exact where its resourceVersion or the deleted uid is in it; else, among those that say
   * neither, the nearest in time by that manager, provided that all of them name one person. A resourceVersion is
   * repeated by later writes without effect, so the earliest record counts. A record that was answered by time
   * alone belongs to that write from then on.
   */
  find(query: AuditQuery): AuditMatch | undefined {
    const arrived = this.#byTarget.get(keyOfTarget(query.ref)) ?? []
    const exact = earliest(arrived.map(({ record }) => record).filter((record) => isSameWrite(record, query)))
    if (exact !== undefined) return matchOf(exact, 'exact')
    const collections = this.#byTarget.get(keyOfTarget({ ...query.ref, name: '' })) ?? []
    const write = query.uid ?? query.resourceVersion
    const near = [...arrived, ...collections].filter(
      ({ record, at, claim }) =>
        (claim === undefined || claim === write) && at > (query.since ?? 0) && mayBe(record, query),
    )
    if (new Set(near.map(({ record }) => record.user)).size > 1) return undefined
    const distance = ({ record }: Arrived): number => Math.abs(record.timeMs - query.around)
    const nearest = near.sort((a, b) => distance(a) - distance(b))[0]
    if (nearest === undefined) return undefined
    // One request deletes many objects of a collection.
    if (nearest.record.target.name !== '') nearest.claim = write
    return matchOf(nearest.record, 'observed')
  }

  #forgetOldest(): void {
    const oldest = this.#arrived[this.#forgotten]
    this.#forgotten += 1
    if (oldest !== undefined) {
      const key = keyOfTarget(oldest.record.target)
      const left = (this.#byTarget.get(key) ?? []).filter((known) => known !== oldest)
      if (left.length === 0) this.#byTarget.delete(key)
      else this.#byTarget.set(key, left)
    }
    if (this.#forgotten < this.#limit) return
    this.#arrived = this.#arrived.slice(this.#forgotten)
    this.#forgotten = 0
  }
}

function isSameWrite(record: AuditRecord, query: AuditQuery): boolean {
  if (query.uid !== undefined && record.uid === query.uid) return true
  return query.resourceVersion !== undefined && record.resourceVersion === query.resourceVersion
}

/** A record that names another version or uid is of another write. */
function mayBe(record: AuditRecord, query: AuditQuery): boolean {
  const isDeletion = record.verb === 'delete' || record.verb === 'deletecollection'
  if (isDeletion !== (query.uid !== undefined)) return false
  if (record.resourceVersion !== undefined || record.uid !== undefined) return false
  if (Math.abs(record.timeMs - query.around) > JOIN_MS) return false
  return query.manager === undefined || record.manager === query.manager
}

function earliest(records: readonly AuditRecord[]): AuditRecord | undefined {
  return records.reduce<AuditRecord | undefined>(
    (first, record) => (first === undefined || record.timeMs < first.timeMs ? record : first),
    undefined,
  )
}

function matchOf(record: AuditRecord, sure: 'exact' | 'observed'): AuditMatch {
  return {
    person: record.user,
    isServiceAccount: record.user.startsWith('system:serviceaccount:'),
    verb: record.verb,
    time: record.time,
    manager: record.manager,
    subresource: record.subresource,
    sure,
  }
}

function keyOfTarget({ group, resource, namespace, name }: AuditTarget): string {
  return `${group}/${resource}/${namespace}/${name}`
}
