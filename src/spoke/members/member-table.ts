import type { InventoryEntry } from '../../core/inventory/index.ts'
import { keyOf, type ObjectRef } from '../../core/object/index.ts'
import { type Declared, Member } from './member.ts'
import { placeOf } from './place.ts'

/** The members of one cluster, by object. */
export class MemberTable {
  readonly #byKey = new Map<string, Member>()
  readonly #inventories = new Map<string, Map<string, InventoryEntry>>()
  readonly #onLeave: (member: Member) => void

  /** `onLeave` hears of every member that is one no more. */
  constructor(onLeave: (member: Member) => void = () => {}) {
    this.#onLeave = onLeave
  }

  get(key: string): Member | undefined {
    return this.#byKey.get(key)
  }

  of(ref: ObjectRef): Member | undefined {
    return this.#byKey.get(keyOf(ref))
  }

  /** The member for a ref, made where there is none yet. */
  ensure(ref: ObjectRef, made: Declared): Member {
    const place = placeOf(ref)
    const known = this.#byKey.get(place.key)
    if (known !== undefined) return known
    const member = new Member(place, made)
    this.#byKey.set(place.key, member)
    return member
  }

  delete(key: string): void {
    const member = this.#byKey.get(key)
    if (member === undefined) return
    this.#byKey.delete(key)
    this.#onLeave(member)
  }

  /** Moves a member to another bundle, with its inventory entry. */
  transfer(member: Member, bundle: string): void {
    const entry = this.inventory(member.bundle).get(member.key)
    this.inventory(member.bundle).delete(member.key)
    if (entry !== undefined) this.inventory(bundle).set(member.key, entry)
    member.bundle = bundle
  }

  all(): IterableIterator<Member> {
    return this.#byKey.values()
  }

  ofBundle(bundle: string): Member[] {
    return [...this.#byKey.values()].filter((member) => member.bundle === bundle)
  }

  /** The recorded members of a bundle: what pruning may ever touch. */
  inventory(bundle: string): Map<string, InventoryEntry> {
    let entries = this.#inventories.get(bundle)
    if (entries === undefined) {
      entries = new Map()
      this.#inventories.set(bundle, entries)
    }
    return entries
  }

  bundlesWithInventory(): string[] {
    return [...this.#inventories].filter(([, entries]) => entries.size > 0).map(([bundle]) => bundle)
  }
}

/** A stand-in for an object that no bundle holds, so that a difference can be recorded about it. */
export function unlistedMember(ref: ObjectRef, bundle: string): Member {
  return new Member(placeOf(ref), { apiVersion: '', bundle, variant: '', index: -1, hash: '' })
}
