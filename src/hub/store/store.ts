import { randomUUID } from 'node:crypto'
import type { Clock, Redacted } from '../../runtime/index.ts'
import type { Journal } from '../../spoke/index.ts'
import { HubFailure } from '../failure.ts'
import type { HubKeys } from '../keys/index.ts'
import { AnswerTable } from './answer-table.ts'
import { AssignmentTable } from './assignment-table.ts'
import { BundleStateTable } from './bundle-state-table.ts'
import { ClusterTable } from './cluster-table.ts'
import { ContentTable } from './content-table.ts'
import type { Database } from './database.ts'
import { DriftTable } from './drift-table.ts'
import { openEmbedded } from './embedded.ts'
import { EventTable } from './event-table.ts'
import { FailedSignInTable } from './failed-sign-in-table.ts'
import { FreezeTable } from './freeze-table.ts'
import { InventoryTable } from './inventory-table.ts'
import { JobTable } from './job-table.ts'
import { openJournal } from './journal.ts'
import { claimMeta, type MetaKey, readMeta, writeMeta } from './meta-table.ts'
import { hasTable } from './migrate.ts'
import type { DialectName, Migration } from './migrations/index.ts'
import { OneTimeTable } from './one-time-table.ts'
import { PlanTable } from './plan-table.ts'
import { openPostgres } from './postgres.ts'
import { QuotaTable } from './quota-table.ts'
import { RecordedTable } from './recorded-table.ts'
import { RunTable } from './run-table.ts'
import type { Queries } from './schema.ts'
import { SearchTable } from './search-table.ts'
import { SessionTable } from './session-table.ts'
import { TokenTable } from './token-table.ts'

/** Where the data are. */
export type StoreLocation =
  | { readonly kind: 'embedded'; readonly folder: string }
  /** With the folder for what is not in the database; it becomes this process's alone too. */
  | { readonly kind: 'postgres'; readonly url: Redacted; readonly folder?: string }

export interface StoreOptions {
  readonly location: StoreLocation
  readonly clock: Clock
  /** The keys; `hasData` says that there are data, so that no new key may be made. */
  readonly keys: (options: { readonly hasData: boolean }) => Promise<HubKeys>
  /** The schema's steps, for tests of an upgrade; those of this version without it. */
  readonly steps?: readonly Migration[]
}

/**
 * Opens the data. Throws a `HubFailure`: locked, corrupt, newer, unreachable, without its key or with another
 * one. What it throws for it leaves as it found.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { location, clock, steps } = options
  let keys: HubKeys | undefined
  const shared = {
    clock,
    ...(steps === undefined ? {} : { steps }),
    beforeMigration: async (queries: Queries) => {
      keys = await fittingKeys(queries, location.kind === 'postgres' ? 'postgres' : 'sqlite', options.keys)
    },
  }
  const database =
    location.kind === 'embedded'
      ? await openEmbedded({ ...shared, folder: location.folder })
      : await openPostgres({
          ...shared,
          url: location.url,
          ...(location.folder === undefined ? {} : { folder: location.folder }),
        })
  try {
    if (keys === undefined) throw new Error('a database was opened without asking for its keys')
    const { check } = keys
    const kept = await database.write((queries) => claimMeta(queries, 'key-check', check))
    if (kept !== check) throw wrongKey()
    const installation = await database.write((queries) => claimMeta(queries, 'installation', randomUUID()))
    return new Store(database, keys, clock, installation)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function fittingKeys(
  queries: Queries,
  dialect: DialectName,
  load: StoreOptions['keys'],
): Promise<HubKeys> {
  const known = (await hasTable(queries, dialect, 'meta')) ? await readMeta(queries, 'key-check') : undefined
  const keys = await load({ hasData: known !== undefined })
  if (known !== undefined && known !== keys.check) throw wrongKey()
  return keys
}

function wrongKey(): HubFailure {
  return new HubFailure('wrong-key', 'database: it was written with another secret key than the one given', {
    hint: 'give the hub the key that belongs to these data, or start on an empty data folder',
  })
}

/** What the hub keeps, one member a noun. Every promise of a write resolves when its rows are durable. */
export class Store {
  readonly keys: HubKeys
  /** The random id of this installation. */
  readonly installation: string
  readonly content: ContentTable
  readonly clusters: ClusterTable
  readonly assignments: AssignmentTable
  readonly bundleStates: BundleStateTable
  readonly inventory: InventoryTable
  readonly drift: DriftTable
  readonly plans: PlanTable
  readonly runs: RunTable
  readonly freezes: FreezeTable
  readonly jobs: JobTable
  readonly events: EventTable
  readonly tokens: TokenTable
  readonly sessions: SessionTable
  readonly oneTime: OneTimeTable
  readonly answers: AnswerTable
  readonly search: SearchTable
  readonly recorded: RecordedTable
  readonly quotas: QuotaTable
  readonly failedSignIns: FailedSignInTable
  readonly #database: Database
  readonly #now: () => string

  constructor(database: Database, keys: HubKeys, clock: Clock, installation: string) {
    this.#database = database
    this.#now = () => new Date(clock.now()).toISOString()
    this.keys = keys
    this.installation = installation
    this.content = new ContentTable(database, keys, clock)
    this.clusters = new ClusterTable(database)
    this.assignments = new AssignmentTable(database)
    this.bundleStates = new BundleStateTable(database)
    this.inventory = new InventoryTable(database)
    this.drift = new DriftTable(database)
    this.plans = new PlanTable(database)
    this.runs = new RunTable(database)
    this.freezes = new FreezeTable(database)
    this.jobs = new JobTable(database)
    this.events = new EventTable(database, keys)
    this.tokens = new TokenTable(database, keys)
    this.sessions = new SessionTable(database, keys)
    this.oneTime = new OneTimeTable(database, keys)
    this.answers = new AnswerTable(database, keys)
    this.search = new SearchTable(database)
    this.recorded = new RecordedTable(database)
    this.quotas = new QuotaTable(database)
    this.failedSignIns = new FailedSignInTable(database)
  }

  get dialect(): DialectName {
    return this.#database.dialect
  }

  /** Why nothing can be written until a restart; undefined as long as all is well. */
  get broken(): HubFailure | undefined {
    return this.#database.broken
  }

  /** Takes a cluster over; the journals of it that were opened before are fenced from now on. */
  openJournal(cluster: string): Promise<Journal> {
    return openJournal(this.#database, this.clusters, cluster, this.#now)
  }

  async readMeta(key: MetaKey): Promise<string | undefined> {
    return this.#database.read((queries) => readMeta(queries, key))
  }

  async writeMeta(key: MetaKey, value: string): Promise<void> {
    await this.#database.write((queries) => writeMeta(queries, key, value))
  }

  /** Throws when the database does not answer now, or refused the last write. */
  async ping(): Promise<void> {
    if (this.broken !== undefined) throw this.broken
    await this.#database.read((queries) => readMeta(queries, 'installation'))
    if (this.#database.refusing !== undefined) throw this.#database.refusing
  }

  close(): Promise<void> {
    return this.#database.close()
  }
}
