import type { AppliedMark, BundleReport } from '../../spoke/index.ts'
import type { Database } from './database.ts'
import { fromText, toText } from './json-text.ts'

/** What an engine said last about one bundle on its cluster. */
export interface BundleStateRow {
  readonly cluster: string
  readonly bundle: string
  readonly applied: AppliedMark | undefined
  readonly report: BundleReport | undefined
}

export class BundleStateTable {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async all(): Promise<BundleStateRow[]> {
    const rows = await this.#database.read((queries) =>
      queries.selectFrom('bundle_state').selectAll().orderBy('cluster').orderBy('bundle').execute(),
    )
    return rows.map((row) => ({
      cluster: row.cluster,
      bundle: row.bundle,
      applied: row.applied === null ? undefined : fromText<AppliedMark>(row.applied),
      report: row.report === null ? undefined : fromText<BundleReport>(row.report),
    }))
  }

  async saveReport(cluster: string, report: BundleReport): Promise<void> {
    const text = toText(report)
    await this.#database.write((queries) =>
      queries
        .insertInto('bundle_state')
        .values({ cluster, bundle: report.bundle, report: text, applied: null, hooks: null })
        .onConflict((conflict) => conflict.columns(['cluster', 'bundle']).doUpdateSet({ report: text }))
        .execute(),
    )
  }

  /** The renderings that were last applied whole somewhere. */
  async appliedVariants(): Promise<Set<string>> {
    const rows = await this.#database.read((queries) =>
      queries
        .selectFrom('bundle_state')
        .select('applied')
        .distinct()
        .where('applied', 'is not', null)
        .execute(),
    )
    return new Set(
      rows.flatMap(({ applied }) => (applied === null ? [] : [fromText<AppliedMark>(applied).variant])),
    )
  }

  /** Forgets a bundle that is neither assigned nor has members left. */
  async forget(cluster: string, bundle: string): Promise<void> {
    await this.#database.write((queries) =>
      queries
        .deleteFrom('bundle_state')
        .where('cluster', '=', cluster)
        .where('bundle', '=', bundle)
        .where((where) =>
          where.not(
            where.exists(
              where
                .selectFrom('inventory')
                .select('object_key')
                .where('cluster', '=', cluster)
                .where('bundle', '=', bundle),
            ),
          ),
        )
        .execute(),
    )
  }
}
