import type { ClusterReport } from '../../spoke/index.ts'
import type { ClusterFacts } from '../../core/facts/index.ts'
import type { StateWord } from '../../core/state/index.ts'
import { HubFailure } from '../failure.ts'
import type { Database } from './database.ts'
import { fromText, toText } from './json-text.ts'
import type { Queries } from './schema.ts'

/** What a cluster was when it was last known. */
export interface LastGood {
  readonly state: StateWord
  readonly at: string
}

/** What is remembered about a cluster besides its record in Git. */
export interface ClusterRow {
  readonly cluster: string
  /** The identity that it showed at the first contact; a record whose live identity changed is refused. */
  readonly clusterId: string | undefined
  /** When it last answered with that identity. */
  readonly verifiedAt: string | undefined
  readonly report: ClusterReport | undefined
  readonly lastGood: LastGood | undefined
  /** When its record went away from Git; nothing was deleted in the cluster then. */
  readonly detachedAt: string | undefined
}

export class ClusterTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async all(): Promise<ClusterRow[]> {
    const rows = await this.#database.read((queries) =>
      queries.selectFrom('cluster_state').selectAll().orderBy('cluster').execute(),
    )
    return rows.map((row) => ({
      cluster: row.cluster,
      clusterId: row.cluster_id ?? undefined,
      verifiedAt: row.verified_at ?? undefined,
      report: reportOf(row),
      lastGood: row.last_good === null ? undefined : fromText<LastGood>(row.last_good),
      detachedAt: row.detached_at ?? undefined,
    }))
  }

  /**
   * Remembers the identity at the first contact, and when it was seen. Answers the identity that is on record
   * then: another one than was given means that the cluster is not the one it was.
   */
  async identify(cluster: string, clusterId: string, at: string): Promise<string> {
    return this.#database.write(async (queries) => {
      await addCluster(queries, cluster)
      await queries
        .updateTable('cluster_state')
        .set({ cluster_id: clusterId })
        .where('cluster', '=', cluster)
        .where('cluster_id', 'is', null)
        .execute()
      await queries
        .updateTable('cluster_state')
        .set({ verified_at: at })
        .where('cluster', '=', cluster)
        .where('cluster_id', '=', clusterId)
        .execute()
      const row = await queries
        .selectFrom('cluster_state')
        .select('cluster_id')
        .where('cluster', '=', cluster)
        .executeTakeFirst()
      return row?.cluster_id ?? clusterId
    })
  }

  /** Facts are left out: they are large, change seldom, and have a method of their own. */
  async saveReport(cluster: string, all: ClusterReport, lastGood: LastGood | undefined): Promise<void> {
    const { facts: _facts, ...report } = all
    const columns = {
      report: toText(report),
      ...(lastGood === undefined ? {} : { last_good: toText(lastGood) }),
    }
    await this.#database.write(async (queries) => {
      await addCluster(queries, cluster)
      await queries.updateTable('cluster_state').set(columns).where('cluster', '=', cluster).execute()
    })
  }

  async saveFacts(cluster: string, facts: ClusterFacts): Promise<void> {
    await this.#database.write(async (queries) => {
      await addCluster(queries, cluster)
      const columns = { facts: toText(facts) }
      await queries.updateTable('cluster_state').set(columns).where('cluster', '=', cluster).execute()
    })
  }

  /** Notes that the record went away at `at`, or with undefined that it is there again. */
  async setDetached(cluster: string, at: string | undefined): Promise<void> {
    await this.#database.write(async (queries) => {
      await addCluster(queries, cluster)
      await queries
        .updateTable('cluster_state')
        .set({ detached_at: at ?? null })
        .where('cluster', '=', cluster)
        .execute()
    })
  }

  /**
   * Takes the cluster over: answers an epoch greater than every epoch before it. It is at least `floor`, the time
   * in seconds, so that a store that was lost or restored does not stay behind what stands in the cluster.
   */
  async takeEpoch(cluster: string, floor: number): Promise<number> {
    return this.#database.write(async (queries) => {
      await addCluster(queries, cluster)
      const known = queries.selectFrom('cluster_state').select('epoch').where('cluster', '=', cluster)
      const locked = this.#database.dialect === 'postgres' ? known.forUpdate() : known
      const { epoch: last } = await locked.executeTakeFirstOrThrow()
      const epoch = Math.max(last + 1, floor)
      await queries.updateTable('cluster_state').set({ epoch }).where('cluster', '=', cluster).execute()
      return epoch
    })
  }
}

function reportOf(row: { readonly report: string | null; readonly facts: string | null }) {
  if (row.report === null) return undefined
  const report = fromText<ClusterReport>(row.report)
  return row.facts === null ? report : { ...report, facts: fromText<ClusterFacts>(row.facts) }
}

/**
 * Throws `fenced` unless `epoch` is the cluster's newest. In PostgreSQL the row stays locked until the transaction
 * ends, so nobody takes the cluster over between this look and the commit.
 */
export async function assertEpoch(
  queries: Queries,
  dialect: Database['dialect'],
  cluster: string,
  epoch: number,
): Promise<void> {
  const query = queries.selectFrom('cluster_state').select('epoch').where('cluster', '=', cluster)
  const row = await (dialect === 'postgres' ? query.forShare() : query).executeTakeFirst()
  if (row?.epoch === epoch) return
  const newest = row === undefined ? 'it is not known any more' : `epoch ${row.epoch} has taken it over`
  throw new HubFailure('fenced', `cluster ${cluster}: cannot write as epoch ${epoch}: ${newest}`, {
    subject: `cluster ${cluster}`,
    hint: 'nothing is lost: the newer engine goes on; stop this hub if two are meant to run apart',
  })
}

async function addCluster(queries: Queries, cluster: string): Promise<void> {
  await queries
    .insertInto('cluster_state')
    .values({ cluster, epoch: 0 })
    .onConflict((conflict) => conflict.column('cluster').doNothing())
    .execute()
}
