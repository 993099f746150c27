import type { PlanRecord } from '../../src/core/plan/index.ts'
import type { AppliedMark, Journal, StoredReceipt, KeyedHash } from '../../src/spoke/index.ts'
import type { DriftRecord } from '../../src/core/ledger/index.ts'
import type { InventoryEntry } from '../../src/core/inventory/index.ts'
interface Rows {
  receipts: Map<string, StoredReceipt>
  inv: Map<string, readonly InventoryEntry[]>
  drift: Map<string, DriftRecord>
  applied: Map<string, AppliedMark>
  plans: Map<string, PlanRecord>
}
const all = new Map<string, Rows>()
let epoch = Date.now()
export async function openJournal(folder: string, _cluster: string, _keys: KeyedHash) {
  let rows = all.get(folder)
  if (!rows) {
    rows = { receipts: new Map(), inv: new Map(), drift: new Map(), applied: new Map(), plans: new Map() }
    all.set(folder, rows)
  }
  const r = rows
  const journal: Journal = {
    epoch: ++epoch,
    load: async () => ({
      receipts: [...r.receipts.values()],
      inventories: r.inv,
      drift: [...r.drift.values()].filter((d) => d.state === 'open'),
      applied: r.applied,
    }),
    saveReceipts: async (list) => {
      for (const x of list) r.receipts.set(x.key, x)
    },
    dropReceipts: async (keys) => {
      for (const k of keys) r.receipts.delete(k)
    },
    saveInventory: async (b, e) => {
      r.inv.set(b, [...e])
    },
    saveApplied: async (b, m) => {
      r.applied.set(b, m)
    },
    saveDrift: async (list) => {
      for (const x of list) r.drift.set(x.id, x)
    },
    proposePlan: async (plan, initial) => {
      let p = r.plans.get(plan.id)
      if (!p || p.state === 'superseded') {
        p = { plan, state: initial, createdAt: new Date().toISOString() }
        r.plans.set(plan.id, p)
      }
      return p
    },
    supersedePlans: async (b, keep) => {
      for (const [id, p] of r.plans)
        if (p.plan.bundle === b && !keep.includes(id) && (p.state === 'waiting' || p.state === 'approved'))
          r.plans.set(id, { ...p, state: 'superseded' })
    },
    finishPlan: async (id, state) => {
      const p = r.plans.get(id)
      if (p) r.plans.set(id, { ...p, state })
    },
  }
  return {
    journal,
    plans: async () => [...r.plans.values()],
    decide: async (id: string, state: 'approved' | 'rejected') => {
      const p = r.plans.get(id)
      if (p) r.plans.set(id, { ...p, state, decidedBy: 'alice' })
    },
    close: async () => undefined,
  }
}
