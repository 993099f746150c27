/**
 * Differences between receipts and live objects, from the event to the heal (engine §3–§5).
 *
 * Renders nothing and prunes no object. Key invariants: a record is durable before anything overwrites what it
 * tells; a heal sends the complete object of the rendering that was applied; what cannot be healed is held
 * with its reason instead of being tried for ever.
 */
export { DriftBook } from './drift-book.ts'
export { Fights } from './fights.ts'
export { accept, receiptFrom, renewReceipt } from './heal-object.ts'
export { Healer, type HealOrder, type HealResult } from './healer.ts'
export { Observer } from './observer.ts'
export { type HealPreview, previewHeals } from './preview-heals.ts'
