/**
 * What the engine holds in memory about a cluster: its members and the recorded inventories.
 *
 * Refuses to hold whole live or desired objects. Key invariant: a key belongs to at most one bundle.
 */
export { type LiveState, Member } from './member.ts'
export { MemberTable, unlistedMember } from './member-table.ts'
export { placeOf } from './place.ts'
export { tellProjection } from './tell-projection.ts'
