import type { ObjectProjection } from '../core/search/index.ts'
import type { Hook } from '../core/bundle/index.ts'
import type { Attribution, AuditRecord } from '../core/attribution/index.ts'
import type { ClusterFacts } from '../core/facts/index.ts'
import type { EncodedReceipt } from '../core/drift/index.ts'
import type { HealthStatus } from '../core/health/index.ts'
import type { DriftRecord } from '../core/ledger/index.ts'
import type { InventoryEntry, PruneBound } from '../core/inventory/index.ts'
import type { KubeObject } from '../core/object/index.ts'
import type { QuotaUse } from '../core/quota/index.ts'
import type { Plan, PlanRecord, PlanState } from '../core/plan/index.ts'

/**
 * Everything the engine needs from whoever runs it. The hub implements it on its store; an agent implements
 * it on a database of its own. The engine knows no other way out than these and the cluster's API.
 */
export interface SpokePorts {
  readonly journal: Journal
  readonly content: ContentSource
  readonly reports: ReportSink
  readonly keys: KeyedHash
  /** Where quotas, roles and bindings are recorded in full; without it they are not watched. */
  readonly records?: RecordSink
}

export type Mode = 'observe' | 'ask' | 'enforce'

/** What one bundle is to be on one cluster. */
export interface Assignment {
  readonly bundle: string
  /** The Git commit that the rendering came from. */
  readonly revision: string
  /** Content hash of the rendering: what to fetch from the content source. */
  readonly variant: string
  /** False while some declared objects could not be rendered: what is missing then proves nothing. */
  readonly complete: boolean
  readonly mode: Mode
  /** Milliseconds from seeing a difference to healing it: for changes made by people, and for the rest. */
  readonly healAfter: { readonly people: number; readonly others: number }
  readonly additions: 'report' | 'prune' | 'ignore'
  /** `report`: namespaces that no bundle declares are differences of this one. */
  readonly namespaces: 'report' | 'ignore'
  /** Differences that were accepted: `Kind/namespace/name: path`, with `*` for any part. */
  readonly ignore: readonly string[]
  readonly prune: 'auto' | 'confirm' | 'never'
  readonly pruneBound: PruneBound
  /** Milliseconds that one wave may take to be established. */
  readonly waveTimeout: number
  /** For objects that name none; `default` without it. */
  readonly namespace?: string
  readonly createNamespace: boolean
  /** Set when the bundle no longer belongs on this cluster: the positive evidence for removing its objects. */
  readonly withdrawn?: { readonly reason: string }
}

/** One object of a rendering, with the place in Git that it came from. */
export interface ContentObject {
  readonly object: KubeObject
  readonly origin: { readonly file: string; readonly line: number }
  /** sha256 of the canonical object, hexadecimal. */
  readonly hash: string
  /** It runs to an end, before or after the others. */
  readonly hook?: Hook
  /** The order among ordinary objects that an annotation asks for. */
  readonly wave?: number
}

export interface Content {
  readonly variant: string
  readonly objects: readonly ContentObject[]
}

/** Renderings by content hash. Content never changes; undefined means that it is not to be had now. */
export interface ContentSource {
  content(variant: string): Promise<Content | undefined>
}

/** A receipt as it is kept, with the object it belongs to. */
export interface StoredReceipt {
  readonly key: string
  readonly bundle: string
  readonly receipt: EncodedReceipt
}

/** What the journal remembers about one cluster. */
export interface JournalState {
  readonly receipts: readonly StoredReceipt[]
  /** Recorded members per bundle. */
  readonly inventories: ReadonlyMap<string, readonly InventoryEntry[]>
  /** The differences that are open or being healed. */
  readonly drift: readonly DriftRecord[]
  /** The bundle's variant that was last applied whole. */
  readonly applied: ReadonlyMap<string, AppliedMark>
  /** How far the hooks of a bundle's rendering have come. */
  readonly hooks: ReadonlyMap<string, HookRecord>
}

/** Proof that a rendering was applied whole. */
export interface AppliedMark {
  readonly variant: string
  readonly revision: string
  readonly at: string
}

/** How far the delivery of one rendering with hooks or waves has come. */
export interface HookRecord {
  readonly variant: string
  /** How often a person asked for another try of this rendering's hooks. */
  readonly attempt: number
  readonly runs: readonly HookRun[]
  /** The bundle has left the cluster since: when it comes back, its hooks run again. */
  readonly left?: true
  /** What was approved at its beginning: the plan, and each write that it cleared. */
  readonly approved?: { readonly plan: string; readonly writes: readonly string[] }
}

/** One hook that was begun. */
export interface HookRun {
  readonly key: string
  readonly uid: string
  readonly since: string
  readonly state: 'running' | 'succeeded' | 'failed'
  /** How it ended, as people read it. */
  readonly message?: string
}

/**
 * The engine's memory for one cluster. Every promise resolves only when the rows are durable, and rejects
 * with a `fenced` failure when another engine has taken the cluster over in the meantime.
 */
export interface Journal {
  load(): Promise<JournalState>
  saveReceipts(receipts: readonly StoredReceipt[]): Promise<void>
  dropReceipts(keys: readonly string[]): Promise<void>
  saveInventory(bundle: string, entries: readonly InventoryEntry[]): Promise<void>
  saveApplied(bundle: string, mark: AppliedMark): Promise<void>
  saveHooks(bundle: string, record: HookRecord): Promise<void>
  /** Inserts or replaces drift records by id. Resolves before anything overwrites the evidence. */
  saveDrift(records: readonly DriftRecord[]): Promise<void>
  /** Stores a plan as `waiting` or `automatic`, or answers the record of an equal plan that is known. */
  proposePlan(plan: Plan, initial: 'waiting' | 'automatic'): Promise<PlanRecord>
  /** Marks plans of a bundle other than `keep` that still wait or were approved as superseded. */
  supersedePlans(bundle: string, keep: readonly string[]): Promise<void>
  finishPlan(id: string, state: Extract<PlanState, 'executed' | 'failed'>, detail: string): Promise<void>
  /** The fencing epoch of this engine's connection: greater than every epoch before it. */
  readonly epoch: number
}

/** Keyed hashing with the hub's key, so that stored hashes reveal nothing. */
export interface KeyedHash {
  /** 64 bits, for receipts. */
  readonly hash64: (text: string) => bigint
  /** Hexadecimal text of 128 bits, for evidence and ids. */
  readonly hash128: (text: string) => string
}

export type ReachState = 'connecting' | 'reachable' | 'unreachable' | 'refused'

/** What the engine says about a whole cluster. */
export interface ClusterReport {
  readonly reach: ReachState
  /** When the cluster last gave a sign of life; undefined before the first. */
  readonly lastSeen?: string
  /** Since when it has been in this state of reach. */
  readonly since: string
  /** Why it is not reachable or was refused, in one sentence with its hint. */
  readonly failure?: { readonly code: string; readonly message: string; readonly hint?: string }
  readonly clusterId?: string
  readonly version?: string
  /** What was discovered about it. Equal facts are one value, report after report. */
  readonly facts?: ClusterFacts
  /** When the facts were looked at last. */
  readonly factsAt?: string
  /** The groups whose discovery failed: nothing of theirs is known or pruned. */
  readonly failedGroups: readonly string[]
}

/** What the engine says about one bundle on one cluster. */
export interface BundleReport {
  readonly bundle: string
  readonly desired: { readonly revision: string; readonly variant: string }
  readonly applied?: AppliedMark
  readonly phase: 'pending' | 'applying' | 'applied' | 'blocked' | 'failed' | 'withdrawn'
  /** Why it is pending, blocked or failed, in one sentence. */
  readonly reason?: string
  readonly objects: number
  readonly health: HealthStatus
  /** The objects that are not Current or could not be applied. At most 50. */
  readonly troubles: readonly ObjectTrouble[]
}

export interface ObjectTrouble {
  readonly key: string
  readonly health: HealthStatus
  readonly message: string
  readonly code?: string
}

/** Something that happened, for the activity log. */
export interface SpokeEvent {
  readonly at: string
  readonly type:
    | 'applied'
    | 'apply-failed'
    | 'drift'
    | 'healed'
    | 'heal-failed'
    | 'fight'
    | 'pruned'
    | 'prune-skipped'
    | 'adopted'
    | 'plan'
    | 'reachable'
    | 'unreachable'
    | 'refused'
    | 'readopted'
    | 'gone'
    /** The server keeps other values than were sent: canonical forms, or admission. */
    | 'noted'
  readonly bundle?: string
  readonly key?: string
  readonly message: string
  /** The person on whose word it was done, where it was not done by rule. */
  readonly actor?: string
  readonly requestId?: string
}

/** Where the engine tells what it sees. Calls never fail and never wait. */
export interface ReportSink {
  cluster(report: ClusterReport): void
  bundle(report: BundleReport): void
  /** Called after the journal has the records. */
  drift(records: readonly DriftRecord[]): void
  event(event: SpokeEvent): void
  /** What an object is found by is another, or the object is not there any more. */
  object(change: ObjectChange): void
}

export interface ObjectChange {
  /** `keyOf` the object. */
  readonly key: string
  readonly bundle: string
  readonly projection: ObjectProjection | undefined
  /** It was told of before by this engine, so that this is news of it. */
  readonly isNews: boolean
}

/** Where every object of some kinds is recorded, managed or not. Calls that tell never fail and never wait. */
export interface RecordSink {
  /** What is recorded of this cluster so far. */
  known(): Promise<KnownRecords>
  object(change: RecordedChange): void
  /** Called after the objects that it is about. */
  kind(told: RecordedKindState): void
}

/** What is recorded of a cluster already. */
export interface KnownRecords {
  /** The versions of the objects by their keys. */
  readonly versions: ReadonlyMap<string, string>
  /** The kinds, as `group/kind`, of which all objects were recorded once: what is new of them has come since. */
  readonly kinds: ReadonlySet<string>
}

/** One recorded object is another than it was, or not there any more. Told again when more is known of its writer. */
export interface RecordedChange {
  /** `keyOf` the object. */
  readonly key: string
  /** Undefined when it is gone. */
  readonly now:
    | {
        readonly resourceVersion: string
        readonly uid: string
        /** Without what a server adds to each object of its own. */
        readonly content: KubeObject
        /** Equal for equal contents, on any cluster. */
        readonly hash: string
        /** Of a ResourceQuota: what it bounds, with the use that the cluster counted. */
        readonly quota?: readonly QuotaUse[]
      }
    | undefined
  readonly writer: Attribution
  /** RFC 3339: when it was seen. */
  readonly at: string
  /** False for what stood there when its kind was looked at for the first time: that is no change. */
  readonly isChange: boolean
}

/** Whether all objects of a recorded kind are recorded. */
export interface RecordedKindState {
  readonly group: string
  readonly kind: string
  /** unreadable: the credential may not list it; unknown: the cluster cannot tell whether it serves it. */
  readonly state: 'complete' | 'unreadable' | 'not-served' | 'unknown'
  readonly reason?: string
  /** RFC 3339. */
  readonly at: string
}

/** Where audit records of one cluster come from, where there are any. */
export interface AuditSource {
  /** Calls `listener` for each record; the answer ends that. */
  subscribe(listener: (record: AuditRecord) => void): () => void
}
