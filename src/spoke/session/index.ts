/**
 * A connection to one cluster, with its identity confirmed, what it serves, and its types.
 *
 * Refuses to hand out a session for a cluster that is not the expected one. Key invariant: "not served" is
 * only said where discovery told the whole group.
 */
export { gapsIn } from './gaps-in.ts'
export { noticeRefusal } from './notice-refusal.ts'
export { type KindSchema } from './schema-book.ts'
export { openSession, Session, type Target } from './session.ts'
