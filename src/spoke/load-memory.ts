import { decodeReceipt } from '../core/drift/index.ts'
import type { DriftRecord } from '../core/ledger/index.ts'
import { refOfKey } from '../core/object/index.ts'
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
    const made = { apiVersion: '', bundle, variant: '', index: -1, hash: receipt.manifestHash }
    members.ensure(refOfKey(key), made).receipt = decodeReceipt(receipt)
  }
  for (const [bundle, entries] of state.inventories) {
    const inventory = members.inventory(bundle)
    for (const entry of entries) {
      const member = members.of(entry.ref)
      if (member !== undefined) member.apiVersion = entry.apiVersion
      const { key, ref } = placeOf(entry.ref)
      inventory.set(key, { ...entry, ref })
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
