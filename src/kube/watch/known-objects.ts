import { ownText } from '../../core/own-text.ts'
import { compareRevisions, isOlder } from './resource-version.ts'

/** What to do with an event, going by what has been told before. */
export type Verdict =
  /** Tell it; the object was not known. */
  | 'added'
  /** Tell it; the object was known in another state. */
  | 'modified'
  /** Tell it; the object is gone. */
  | 'deleted'
  /** Told before: a repeated frame, or an object that did not change during a gap. */
  | 'repeated'
  /** It lies before what was told already: the order cannot be trusted any more. */
  | 'out-of-order'

/**
 * Which objects a watch has told, each with its revision and nothing else, and up to which revision. It answers
 * what an event means, and after a complete list which objects are gone.
 */
export class KnownObjects {
  readonly #revisions = new Map<string, string | number>()
  #seen: Set<string> | undefined
  #position: string | undefined

  /** Everything up to this revision has been told; undefined before the first complete list. */
  get position(): string | undefined {
    return this.#position
  }

  /** Starts from a revision whose state the caller knows. */
  startAt(position: string): void {
    this.#position = position
  }

  /** A complete list begins: from now on objects are told in no order. */
  beginList(): void {
    this.#seen = new Set()
  }

  /** Revisions mean nothing any more: every object will be told again, by a complete list. */
  forgetRevisions(): void {
    this.#position = undefined
    for (const key of this.#revisions.keys()) this.#revisions.set(key, '')
  }

  /** Whether this state of the object is the one that was told last. */
  has(key: string, revision: string): boolean {
    return this.#revisions.get(key) === compact(revision)
  }

  /** Whether the list that has just ended, and the events since, hold the object. */
  isPresent(key: string): boolean {
    return this.#revisions.has(key)
  }

  /** Takes an object that exists, from a list or an event, and says what it means. */
  put(key: string, revision: string): Verdict {
    this.#seen?.add(key)
    const known = this.#revisions.get(key)
    const kept = compact(revision)
    if (known === kept) return 'repeated'
    if (this.#seen === undefined && this.#isBehind(revision)) return 'out-of-order'
    this.#revisions.set(known === undefined ? ownText(key) : key, kept)
    this.#advance(revision)
    return known === undefined ? 'added' : 'modified'
  }

  /** Takes a deletion and says what it means. */
  remove(key: string, revision: string): Verdict {
    this.#seen?.delete(key)
    const known = this.#revisions.get(key)
    if (this.#seen === undefined) {
      if (known === undefined && this.#isNotAhead(revision)) return 'repeated'
      if (this.#isBehind(revision)) return 'out-of-order'
    } else if (known === undefined) {
      return 'repeated'
    }
    this.#revisions.delete(key)
    this.#advance(revision)
    return 'deleted'
  }

  /** A bookmark; false when it lies before what was told already. */
  moveTo(revision: string): boolean {
    if (this.#isBehind(revision)) return false
    this.#position = revision
    return true
  }

  /** The list is complete at `revision`: the keys that it lacks, which are forgotten here. */
  endList(revision: string): string[] {
    const seen = this.#seen ?? new Set<string>()
    this.#seen = undefined
    this.#position = revision
    const gone = [...this.#revisions.keys()].filter((key) => !seen.has(key))
    for (const key of gone) this.#revisions.delete(key)
    return gone
  }

  #advance(revision: string): void {
    if (this.#seen === undefined) this.#position = revision
  }

  #isBehind(revision: string): boolean {
    return this.#position !== undefined && isOlder(revision, this.#position)
  }

  #isNotAhead(revision: string): boolean {
    const order = this.#position === undefined ? undefined : compareRevisions(revision, this.#position)
    return order !== undefined && order <= 0
  }
}

/** A revision for comparing, as the number that it is nearly always: a text of its own costs more than the rest here. */
function compact(revision: string): string | number {
  const number = Number(revision)
  return String(number) === revision ? number : revision
}
