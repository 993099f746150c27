import type { HubFailure } from '../failure.ts'
import type { DialectName } from './migrations/index.ts'
import type { Queries } from './schema.ts'

/** Statements that belong together. They use `queries` only, and wait for nothing else. */
export type Work<Result> = (queries: Queries) => Promise<Result>

/** An open database of either dialect, at the schema of this version. */
export interface Database {
  readonly dialect: DialectName
  /** Reads, each for itself. Throws a `HubFailure` for whatever the database does. */
  read<Result>(work: Work<Result>): Promise<Result>
  /** The same for questions that may take long: they keep no other work of this process waiting. */
  readApart<Result>(work: Work<Result>): Promise<Result>
  /**
   * Runs the work as one transaction; when it resolves the rows are durable. When it rejects none of them is
   * kept. Work may run twice where a server asks for that (serialisation), so it changes nothing but rows.
   */
  write<Result>(work: Work<Result>): Promise<Result>
  /** Why nothing can be written any more until a restart; undefined as long as all is well. */
  readonly broken: HubFailure | undefined
  /** Why the last write was refused, as on a full disk where reads still work; undefined once one was not. */
  readonly refusing: HubFailure | undefined
  close(): Promise<void>
}
