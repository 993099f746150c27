import { decodeReceipt } from '../core/drift/index.ts'
import type { DriftRecord } from '../core/ledger/index.ts'
import { refOfKey } from '../core/object/index.ts'
import { ownText } from '../core/own-text.ts'
import { type MemberTable, placeOf } from './members/index.ts'
import type { AppliedMark, HookRecord, Journal } from './ports.ts'

/** Where the journal's memory goes. */
export interface Memory {
  readonly members: MemberTable
  readonly applied: Map<string, AppliedMark>
  readonly hooks: Map<string, HookRecord>
  /** Takes an open difference of an object that is no member. */
  readonly adopt: (record: DriftRecord) => void
}

/** Reads what the journal remembers of a cluster: members with receipts, inventories, open differences. */
export async function loadMemory(
  journal: Journal,
  { members, applied, hooks, adopt }: Memory,
): Promise<void> {
  const state = await journal.load()
  for (const { key, bundle, receipt } of state.receipts) {
    const read = decodeReceipt(receipt)
    const made = { apiVersion: '', bundle: ownText(bundle), variant: '', index: -1, hash: read.manifestHash }
    members.ensure(refOfKey(key), made).receipt = read
  }
  for (const [bundle, entries] of state.inventories) {
    const inventory = members.inventory(bundle)
    for (const entry of entries) {
      const { key, ref } = placeOf(entry.ref)
      const member = members.get(key)
      const apiVersion = ownText(entry.apiVersion)
      if (member !== undefined) member.apiVersion = apiVersion
      const known = member?.receipt?.uid
      inventory.set(key, { ref, apiVersion, uid: known === entry.uid ? known : entry.uid })
    }
  }
  for (const [bundle, mark] of state.applied) applied.set(bundle, mark)
  for (const [bundle, record] of state.hooks) hooks.set(bundle, record)
  for (const record of state.drift) {
    const member = members.of(record.ref)
    if (member === undefined) {
      adopt(record)
      continue
    }
    member.drift ??= new Map()
    member.drift.set(record.id, record)
  }
}
