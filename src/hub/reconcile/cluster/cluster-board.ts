import type { DriftRecord } from '../../../core/ledger/index.ts'
import { type PartFacts, type Standing, standingOf } from '../../../core/state/index.ts'
import type { Clock } from '../../../runtime/index.ts'
import {
  type AppliedMark,
  type Assignment,
  type BundleReport,
  type ClusterReport,
  sharedApis,
} from '../../../spoke/index.ts'
import type { LastGood, Store } from '../../store/index.ts'

/** What the board remembers of one open difference. */
export interface OpenDrift {
  readonly bundle: string
  readonly namespace: string
  readonly class: DriftRecord['class']
  readonly writerKind: DriftRecord['writer']['kind']
  readonly firstSeen: string
}

/** What is known about one cluster, from its engine and from before. */
export interface ClusterEntry {
  readonly name: string
  report: ClusterReport | undefined
  clusterId: string | undefined
  verifiedAt: string | undefined
  lastGood: LastGood | undefined
  detached: boolean
  readonly bundles: Map<string, BundleReport>
  readonly applied: Map<string, AppliedMark>
  readonly open: Map<string, OpenDrift>
}

/**
 * What the engines said last, in memory: the answers about a thousand clusters are made from here. It begins with
 * what was said before the start, which stands as last known until an engine says otherwise.
 */
export class ClusterBoard {
  readonly #entries = new Map<string, ClusterEntry>()
  readonly #assignments = new Map<string, readonly Assignment[]>()
  readonly #byBundle = new Map<string, ReadonlyMap<string, Assignment>>()
  readonly #clock: Clock
  #pending: (cluster: string) => ReadonlySet<string> = () => new Set()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Reads what is remembered from before. Nothing of it says that a cluster is reachable now. */
  async load(store: Store): Promise<void> {
    for (const row of await store.clusters.all()) {
      const entry = this.entry(row.cluster)
      entry.clusterId = row.clusterId
      entry.verifiedAt = row.verifiedAt
      entry.lastGood = row.lastGood
      entry.detached = row.detachedAt !== undefined
      entry.report = row.report === undefined ? undefined : fromBefore(row.report, this.#clock)
    }
    for (const { cluster, bundle, report, applied } of await store.bundleStates.all()) {
      const entry = this.entry(cluster)
      if (report !== undefined) entry.bundles.set(bundle, report)
      if (applied !== undefined) entry.applied.set(bundle, applied)
    }
    for (const record of await store.drift.select({ states: ['open', 'healing'] })) this.noteDrift(record)
    for (const [cluster, assignments] of await store.assignments.all()) this.assign(cluster, assignments)
  }

  entry(name: string): ClusterEntry {
    let entry = this.#entries.get(name)
    if (entry === undefined) {
      entry = {
        name,
        report: undefined,
        clusterId: undefined,
        verifiedAt: undefined,
        lastGood: undefined,
        detached: false,
        bundles: new Map(),
        applied: new Map(),
        open: new Map(),
      }
      this.#entries.set(name, entry)
    }
    return entry
  }

  /** Where to ask which bundles are to be something else on a cluster, and may not yet. */
  askPending(pending: (cluster: string) => ReadonlySet<string>): void {
    this.#pending = pending
  }

  assign(cluster: string, assignments: readonly Assignment[]): void {
    this.#assignments.set(cluster, assignments)
    this.#byBundle.set(cluster, new Map(assignments.map((one) => [one.bundle, one])))
  }

  assignments(cluster: string): readonly Assignment[] {
    return this.#assignments.get(cluster) ?? []
  }

  assignment(cluster: string, bundle: string): Assignment | undefined {
    return this.#byBundle.get(cluster)?.get(bundle)
  }

  noteDrift(record: DriftRecord): void {
    const { open } = this.entry(record.cluster)
    if (record.state === 'open' || record.state === 'healing') {
      const { bundle, firstSeen, writer } = record
      open.set(record.id, {
        bundle,
        namespace: record.ref.namespace,
        class: record.class,
        writerKind: writer.kind,
        firstSeen,
      })
    } else open.delete(record.id)
  }

  /** Takes the newest report. An engine that has not met its cluster yet takes away nothing that was known before. */
  noteCluster(cluster: string, report: ClusterReport): void {
    const entry = this.entry(cluster)
    const { lastSeen, clusterId, version, facts, factsAt, failedGroups } = entry.report ?? {}
    // Facts of before stand until the cluster is met and looked at again.
    const before = {
      ...(facts === undefined ? {} : { facts }),
      ...(factsAt === undefined ? {} : { factsAt }),
    }
    if (report.lastSeen !== undefined || lastSeen === undefined) {
      entry.report = { ...before, ...report }
      return
    }
    entry.report = {
      lastSeen,
      ...(clusterId === undefined ? {} : { clusterId }),
      ...(version === undefined ? {} : { version }),
      ...before,
      ...report,
      failedGroups: failedGroups ?? [],
    }
  }

  /**
   * Remembers how a cluster that can be reached stands, for the time when it cannot; true when it stands otherwise than
   * before. What is assigned may change meanwhile: only its own word says how it stood.
   */
  noteGood(cluster: string): boolean {
    const entry = this.entry(cluster)
    const { reach, lastSeen } = entry.report ?? {}
    if (reach !== 'reachable' || lastSeen === undefined) return false
    const { state } = this.standing(cluster)
    if (state === 'unreachable') return false
    const before = entry.lastGood
    entry.lastGood = { state, at: lastSeen }
    return before?.state !== state
  }

  noteBundle(cluster: string, report: BundleReport): void {
    const { bundles, applied } = this.entry(cluster)
    bundles.set(report.bundle, report)
    if (report.applied !== undefined) applied.set(report.bundle, report.applied)
  }

  /** True when a withdrawn bundle has left the cluster. */
  hasLeft(cluster: string, bundle: string): boolean {
    return this.entry(cluster).bundles.get(bundle)?.phase === 'withdrawn'
  }

  /** The state of a whole cluster now. */
  standing(cluster: string): Standing {
    const parts = this.assignments(cluster).map((assignment) => this.#partOf(cluster, assignment))
    // Differences of objects that no bundle on this cluster holds count for the cluster all the same.
    const held = this.#byBundle.get(cluster)
    const loose = [...this.entry(cluster).open.values()].filter(
      ({ bundle }) => held?.has(bundle) !== true,
    ).length
    const rest: PartFacts[] =
      loose === 0 ? [] : [{ phase: 'applied', everApplied: true, health: 'Current', drift: loose, leased: 0 }]
    const waiting = this.#pending(cluster).size > 0 ? [waitingPart] : []
    return standingOf({ ...this.#presence(cluster), parts: [...parts, ...rest, ...waiting] })
  }

  /** The state of one bundle on its cluster now. */
  partStanding(cluster: string, assignment: Assignment): Standing {
    const waiting = this.#pending(cluster).has(assignment.bundle) ? [waitingPart] : []
    return standingOf({ ...this.#presence(cluster), parts: [this.#partOf(cluster, assignment), ...waiting] })
  }

  /** True when what is known about the cluster is known now. */
  isKnown(cluster: string): boolean {
    return !standingOf({ ...this.#presence(cluster), parts: [] }).flags.includes('unreachable')
  }

  /** Why what differs is not wholly known, of one bundle or of the whole cluster; undefined when it is. */
  whyBlind(cluster: string, bundle?: string): string | undefined {
    for (const report of this.entry(cluster).bundles.values()) {
      if (bundle !== undefined && report.bundle !== bundle) continue
      const trouble = report.troubles.find(({ code }) => code === 'unrecorded')
      if (trouble !== undefined) return trouble.message
    }
    return undefined
  }

  /** Differences of one bundle, or of the whole cluster. */
  openDrift(cluster: string, bundle?: string, counts?: (drift: OpenDrift) => boolean): number {
    const { open } = this.entry(cluster)
    if (bundle === undefined && counts === undefined) return open.size
    let count = 0
    for (const drift of open.values()) {
      if ((bundle === undefined || drift.bundle === bundle) && (counts?.(drift) ?? true)) count += 1
    }
    return count
  }

  #presence(cluster: string): Pick<Parameters<typeof standingOf>[0], 'reach' | 'silentFor'> {
    const { report } = this.entry(cluster)
    const seen = report?.lastSeen
    return {
      reach: report?.reach ?? 'connecting',
      silentFor: seen === undefined ? undefined : Math.max(0, this.#clock.now() - Date.parse(seen)),
    }
  }

  #partOf(cluster: string, assignment: Assignment): PartFacts {
    const { bundles, applied } = this.entry(cluster)
    const report = bundles.get(assignment.bundle)
    const everApplied = applied.has(assignment.bundle)
    const drift = this.openDrift(cluster, assignment.bundle)
    if (report === undefined) return { phase: 'pending', everApplied, health: 'Unknown', drift, leased: 0 }
    const { desired, health } = report
    const current = desired.variant === assignment.variant && desired.revision === assignment.revision
    return { phase: current ? report.phase : 'pending', everApplied, health, drift, leased: 0 }
  }
}

/** A change that is not released on its cluster yet. */
const waitingPart: PartFacts = {
  phase: 'pending',
  everApplied: false,
  health: 'Unknown',
  drift: 0,
  leased: 0,
}

/** A report of an earlier run: the connection it speaks of is gone. */
function fromBefore(report: ClusterReport, clock: Clock): ClusterReport {
  const { failure: _failure, facts, ...rest } = report
  const known = facts === undefined ? {} : { facts: { ...facts, apis: sharedApis(facts.apis) } }
  return { ...rest, ...known, reach: 'connecting', since: new Date(clock.now()).toISOString() }
}
