import type { ClassificationRule } from '../core/attribution/index.ts'
import type { InventoryEntry } from '../core/inventory/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { ApplySet } from './apply-set/index.ts'
import type { MemberTable } from './members/index.ts'
import type { Assignment, Content, SpokeEvent, SpokePorts } from './ports.ts'
import type { Session } from './session/index.ts'

/** What the parts of one cluster's engine share. */
export interface EngineContext {
  readonly name: string
  readonly clock: Clock
  readonly ports: SpokePorts
  readonly members: MemberTable
  /** Classes of managers that this cluster sees differently; they go before the shipped ones. */
  readonly overrides: readonly ClassificationRule[]
  /** The connected cluster; throws `not-connected` while there is none. */
  session(): Session
  assignment(bundle: string): Assignment | undefined
  applySet(bundle: string): ApplySet
  /** A rendering; throws `no-content` where it is not to be had. */
  content(variant: string): Promise<Content>
  /** Why none of these recorded objects may be deleted now: what is known of them is not of the cluster's present state. */
  outdated(entries: readonly InventoryEntry[]): Promise<string | undefined>
  /** Throws `read-only` while nothing may be written. */
  assertWritable(): void
  /** The same, and throws `superseded` once the bundle is to be something else than this. */
  assertWanted(assignment: Assignment): void
  emit(event: Omit<SpokeEvent, 'at'>): void
  /** Reports a failure that nobody waits for. */
  readonly unexpected: (what: string, error: unknown) => void
}
