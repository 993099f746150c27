import { type FieldPath, type FieldSet, PathReader, valueAtPath } from '../fields/index.ts'
import type { Json, KubeObject } from '../object/index.ts'
import { isAtomicAt, type TypeSchema } from '../schema/index.ts'
import type { Finding } from './finding.ts'
import { hashAt } from './hash-list.ts'
import { type Removal, removalsOf } from './group-paths.ts'
import { A_MAP, ABSENT, holds, PRESENT } from './own-hashes.ts'
import { applyEntryOf, fieldsOfEntry, newestHolder, type Owner, othersOf } from './owners.ts'
import type { Hash64, Receipt } from './receipt.ts'

export interface CompareOptions {
  readonly manager: string
  /** The same function that the receipt was made with. */
  readonly hash: Hash64
  /** The type as the cluster serves it now. */
  readonly type?: TypeSchema | undefined
  /** The manifest, for the desired value of each finding. */
  readonly desired?: KubeObject | undefined
}

/** What one own path turned out to be; undefined where receipt and live agree. */
type Raw = 'removed' | 'taken' | 'silent' | 'lost' | undefined

/**
 * Every difference between a receipt and the live object, by the table of engine §3. A removed list item, and
 * a map that disappeared with several levels in it, is one finding; so is a node whose ownership was lost with
 * everything below it. The order is that of FieldsV1.
 */
export function compareLive(live: KubeObject, receipt: Receipt, options: CompareOptions): Finding[] {
  const comparison = new Comparison(live, receipt, options)
  return comparison.findings()
}

class Comparison {
  readonly #live: KubeObject
  readonly #receipt: Receipt
  readonly #options: CompareOptions
  readonly #ours: FieldSet
  readonly #reader: PathReader
  /** True when our entry still holds all that it held: then no path needs to be looked up. */
  readonly #allHeld: boolean
  /** Read only once something differs: most events change nothing of ours. */
  #others: readonly Owner[] | undefined

  constructor(live: KubeObject, receipt: Receipt, options: CompareOptions) {
    this.#live = live
    this.#receipt = receipt
    this.#options = options
    this.#ours = fieldsOfEntry(applyEntryOf(live, options.manager))
    this.#reader = new PathReader(live)
    this.#allHeld = receipt.own.paths.set.minus(this.#ours).isEmpty
  }

  findings(): Finding[] {
    const { paths, keys } = this.#receipt.own.paths
    const raw = paths.map((path, index) => this.#classify(path, index))
    const removals = removalsOf(this.#live, this.#receipt.own.paths, (index) => raw[index] === 'removed')
    const findings: Finding[] = []
    let lostBelow: string | undefined
    for (const [index, path] of paths.entries()) {
      const key = keys[index] ?? ''
      const found = raw[index]
      if (found === undefined) continue
      if (found === 'removed') {
        const removal = removals.get(index)
        if (removal !== undefined) findings.push(this.#removed(removal))
      } else if (found === 'lost') {
        if (lostBelow !== undefined && key.startsWith(lostBelow)) continue
        if (this.#allLostBelow(index, raw)) lostBelow = `${key}\n`
        findings.push(this.#finding(path, found))
      } else {
        findings.push(this.#finding(path, found))
      }
    }
    return findings
  }

  #classify(path: FieldPath, index: number): Raw {
    const own = hashAt(this.#receipt.own.hashes, index) ?? ABSENT
    const values = this.#reader.read(path)
    if (values.length === 0 && own !== ABSENT) return 'removed'
    const held = this.#held(path, own)
    if (holds(values, own, this.#options.hash)) return held ? undefined : 'lost'
    return held && !this.#splitByOthers(path, values) ? 'silent' : 'taken'
  }

  /**
   * Our entry holds the path itself, an ancestor that became atomic, or what is in it since a list became
   * keyed (engine F16f).
   */
  #held(path: FieldPath, own: bigint): boolean {
    if (this.#allHeld || this.#ours.holder(path) !== undefined) return true
    return own !== PRESENT && own !== A_MAP && own !== ABSENT && this.#ours.hasChildren(path)
  }

  /**
   * After a schema change from atomic to keyed our entry still names the whole list (engine F16f). Others then own
   * parts of it: below the path of an old receipt, or the very path of a renewed one.
   */
  #splitByOthers(path: FieldPath, values: readonly Json[]): boolean {
    const holder = this.#ours.holder(path)
    if (holder !== undefined && holder.length < path.length) {
      return this.#ownersOfOthers().some(({ fields }) => fields.has(path) || fields.hasChildren(path))
    }
    if (this.#options.type !== undefined && isAtomicAt(this.#options.type, path, values[0])) return false
    return this.#ownersOfOthers().some(({ fields }) => fields.hasChildren(path))
  }

  #allLostBelow(index: number, raw: readonly Raw[]): boolean {
    const { keys } = this.#receipt.own.paths
    const prefix = `${keys[index]}\n`
    for (let below = index + 1; below < keys.length && keys[below]?.startsWith(prefix); below += 1) {
      if (raw[below] !== 'lost') return false
    }
    return true
  }

  #removed({ path }: Removal): Finding {
    return { ...this.#finding(path, 'removed'), live: undefined }
  }

  #finding(path: FieldPath, found: Exclude<Raw, undefined>): Finding {
    const others = this.#ownersOfOthers()
    const newest = newestHolder(others, path)
    const below = newest === undefined ? others.find(({ fields }) => fields.hasChildren(path)) : undefined
    return {
      path,
      class: found,
      live: valueAtPath(this.#live, path),
      desired: this.#options.desired === undefined ? undefined : valueAtPath(this.#options.desired, path),
      holder: newest?.entry ?? below?.entry,
      holderPath: newest?.at ?? (below === undefined ? undefined : 'descendant'),
      coOwned: this.#ours.has(path) && newest?.at === 'exact',
    }
  }

  #ownersOfOthers(): readonly Owner[] {
    this.#others ??= othersOf(this.#live, this.#options.manager)
    return this.#others
  }
}
