/**
 * Audit records of clusters on their way to the engines: from log files that this machine can read, and from
 * audit webhooks.
 *
 * Refuses what no API server sends and what is too much at a time. Key invariant: of an event only what names the write
 * is handed on; bodies, which may be Secrets, are never kept.
 */
export { acceptAuditEvents } from './accept-audit-events.ts'
export { AuditFeeds } from './audit-feed.ts'
export { type Tail, tailAuditLog, type TailOptions } from './tail-audit-log.ts'
