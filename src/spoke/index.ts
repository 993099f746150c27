/**
 * The spoke engine: one cluster is kept on its assignments. It applies, watches, names differences with
 * their writers, heals, prunes by inventory, and reports.
 *
 * It renders nothing, reads no Git and no store: what it needs comes through `ports.ts`. Key invariants:
 * evidence is durable before a heal overwrites it; nothing is deleted without a stored plan, a uid and a
 * complete rendering; nothing is sent to a cluster whose identity is not the expected one.
 */
export { mostTroubles } from './bundle/bundle-report.ts'
export { ClusterEngine, type ClusterEngineOptions } from './cluster-engine.ts'
export type { HealOrder, HealPreview, HealResult } from './drift/index.ts'
export { sharedApis } from './facts/index.ts'
export type { SpokeCode } from './failure.ts'
export type * from './ports.ts'
export type { TraceStep } from './trace.ts'
