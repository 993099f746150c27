import type { EncodedReceipt } from '../../core/drift/index.ts'
import type { InventoryEntry } from '../../core/inventory/index.ts'
import { keyOf, refOfKey } from '../../core/object/index.ts'
import type { DriftRecord } from '../../core/ledger/index.ts'
import type { AppliedMark, HookRecord, Journal, JournalState } from '../../spoke/index.ts'
import { assertEpoch, type ClusterTable } from './cluster-table.ts'
import type { Database, Work } from './database.ts'
import { saveDrift } from './drift-table.ts'
import { fromText, runsOf, toText } from './json-text.ts'
import { finishPlan, proposePlan, supersedePlans } from './plan-table.ts'
import type { Queries } from './schema.ts'

/**
 * Takes a cluster over and answers its journal: from then on the journals that were answered before are
 * fenced. Every call is one transaction that looks at the epoch first (model, "What the hub keeps").
 */
export async function openJournal(
  database: Database,
  clusters: ClusterTable,
  cluster: string,
  now: () => string,
): Promise<Journal> {
  const epoch = await clusters.takeEpoch(cluster, Math.floor(Date.parse(now()) / 1000))
  const fenced = <Result>(work: Work<Result>): Promise<Result> =>
    database.write(async (queries) => {
      await assertEpoch(queries, database.dialect, cluster, epoch)
      return work(queries)
    })
  return {
    epoch,
    load: () => database.read((queries) => load(queries, cluster)),
    saveReceipts: (receipts) =>
      fenced(async (queries) => {
        const rows = receipts.map(({ key, bundle, receipt }) => ({
          cluster,
          object_key: key,
          bundle,
          body: toText(receipt),
        }))
        for (const run of runsOf(rows, 200)) {
          await queries
            .insertInto('receipt')
            .values(run)
            .onConflict((conflict) =>
              conflict.columns(['cluster', 'object_key']).doUpdateSet((row) => ({
                bundle: row.ref('excluded.bundle'),
                body: row.ref('excluded.body'),
              })),
            )
            .execute()
        }
      }),
    dropReceipts: (keys) =>
      fenced(async (queries) => {
        for (const run of runsOf(keys, 500)) {
          await queries
            .deleteFrom('receipt')
            .where('cluster', '=', cluster)
            .where('object_key', 'in', run)
            .execute()
        }
      }),
    saveInventory: (bundle, entries) => fenced((queries) => saveInventory(queries, cluster, bundle, entries)),
    saveApplied: (bundle, mark) => fenced((queries) => saveApplied(queries, cluster, bundle, mark)),
    saveHooks: (bundle, record) => fenced((queries) => saveHooks(queries, cluster, bundle, record)),
    saveDrift: (records) => fenced((queries) => saveDrift(queries, records)),
    proposePlan: (plan, initial) => fenced((queries) => proposePlan(queries, plan, initial, now())),
    supersedePlans: (bundle, keep) => fenced((queries) => supersedePlans(queries, cluster, bundle, keep)),
    finishPlan: (id, state, detail) =>
      fenced((queries) => finishPlan(queries, cluster, id, state, { at: now(), detail })),
  }
}

async function load(queries: Queries, cluster: string): Promise<JournalState> {
  const receipts = await queries
    .selectFrom('receipt')
    .selectAll()
    .where('cluster', '=', cluster)
    .orderBy('object_key')
    .execute()
  const members = await queries
    .selectFrom('inventory')
    .selectAll()
    .where('cluster', '=', cluster)
    .orderBy('object_key')
    .execute()
  const drift = await queries
    .selectFrom('drift')
    .select('body')
    .where('cluster', '=', cluster)
    .where('state', 'in', ['open', 'healing'])
    .orderBy('first_seen')
    .orderBy('id')
    .execute()
  const states = await queries
    .selectFrom('bundle_state')
    .select(['bundle', 'applied', 'hooks'])
    .where('cluster', '=', cluster)
    .execute()
  const inventories = new Map<string, InventoryEntry[]>()
  for (const member of members) {
    const entry = {
      apiVersion: member.api_version,
      ref: refOfKey(member.object_key),
      uid: member.uid ?? undefined,
    }
    const known = inventories.get(member.bundle)
    if (known === undefined) inventories.set(member.bundle, [entry])
    else known.push(entry)
  }
  return {
    receipts: receipts.map((row) => ({
      key: row.object_key,
      bundle: row.bundle,
      receipt: fromText<EncodedReceipt>(row.body),
    })),
    inventories,
    drift: drift.map((row) => fromText<DriftRecord>(row.body)),
    applied: new Map(
      states.flatMap((row) =>
        row.applied === null ? [] : [[row.bundle, fromText<AppliedMark>(row.applied)] as const],
      ),
    ),
    hooks: new Map(
      states.flatMap((row) =>
        row.hooks === null ? [] : [[row.bundle, fromText<HookRecord>(row.hooks)] as const],
      ),
    ),
  }
}

async function saveInventory(
  queries: Queries,
  cluster: string,
  bundle: string,
  entries: readonly InventoryEntry[],
): Promise<void> {
  await queries.deleteFrom('inventory').where('cluster', '=', cluster).where('bundle', '=', bundle).execute()
  const rows = entries.map((entry) => ({
    cluster,
    bundle,
    object_key: keyOf(entry.ref),
    api_group: entry.ref.group,
    kind: entry.ref.kind,
    api_version: entry.apiVersion,
    uid: entry.uid ?? null,
  }))
  for (const run of runsOf(rows, 500)) await queries.insertInto('inventory').values(run).execute()
}

async function saveApplied(
  queries: Queries,
  cluster: string,
  bundle: string,
  mark: AppliedMark,
): Promise<void> {
  const applied = toText(mark)
  await queries
    .insertInto('bundle_state')
    .values({ cluster, bundle, applied, report: null, hooks: null })
    .onConflict((conflict) => conflict.columns(['cluster', 'bundle']).doUpdateSet({ applied }))
    .execute()
}

async function saveHooks(
  queries: Queries,
  cluster: string,
  bundle: string,
  record: HookRecord,
): Promise<void> {
  const hooks = toText(record)
  await queries
    .insertInto('bundle_state')
    .values({ cluster, bundle, applied: null, report: null, hooks })
    .onConflict((conflict) => conflict.columns(['cluster', 'bundle']).doUpdateSet({ hooks }))
    .execute()
}
