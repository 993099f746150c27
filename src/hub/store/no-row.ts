import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** A condition that no row meets: PostgreSQL has no empty list for `in`. */
export const noRow: RawBuilder<SqlBool> = sql<SqlBool>`1 = 0`
