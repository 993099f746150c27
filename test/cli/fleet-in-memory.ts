import {
  apiFailure,
  type BundleDetailView,
  type BundleView,
  type CauseQuery,
  type CauseView,
  type ClusterDetailView,
  compileSelector,
  type Confirmation,
  type DriftPage,
  type DriftQuery,
  type DriftView,
  type EventQuery,
  type EventView,
  type FleetMapQuery,
  type FleetView,
  type HealPreview,
  type HealRequest,
  type HealResult,
  type HealSelection,
  type IdentityQuery,
  type IdentityView,
  type ManifestQuery,
  type ObjectsQuery,
  type NamespaceQuery,
  type NamespaceView,
  type PlanQuery,
  type PlanView,
  type ReconcileRequest,
  type Scope,
  type SearchQuery,
  type SearchView,
  type StatusView,
  type TraceQuery,
  type TraceView,
} from '../../src/api/index.ts'
import { privilegesIn } from '../../src/core/access/index.ts'
import { keyOf, refOfKey } from '../../src/core/object/index.ts'
import { stateWords } from '../../src/core/state/index.ts'
import type { Call, HubService } from '../../src/hub/service.ts'
import { DeliveriesInMemory } from './deliveries-in-memory.ts'
import { namespaceIn } from './namespaces-in-memory.ts'
import {
  causeOf,
  causesOf,
  effectiveOf,
  manifestOf,
  mapOf,
  matches,
  objectsOf,
  pickCauses,
  type RenderedInMemory,
  holdersOf,
  pageOf,
  searchIn,
  textOf,
  unansweredOf,
} from './pages-in-memory.ts'

/**
 * A hub of which everything is known beforehand: the HTTP layer and the command line are tested over it. It holds the
 * contract of `HubService` as far as they can see it, and remembers what was asked of it.
 */
export class FleetInMemory extends DeliveriesInMemory implements HubService {
  clusters_: ClusterDetailView[] = []
  bundles_: BundleDetailView[] = []
  causes_: CauseView[] = []
  drift_: DriftView[] = []
  plans_: PlanView[] = []
  events_: EventView[] = []
  traces = new Map<string, TraceView>()
  /** By bundle. */
  rendered = new Map<string, RenderedInMemory>()
  fleet_: FleetView = { repositories: [], problems: [], environments: 0, clusters: 0, bundles: 0 }
  /** What `verify` finds a cluster to be, where that is not its record. */
  liveIds = new Map<string, string>()
  /** Previews by object key; a heal of an object without one heals the fields of its drift. */
  previews = new Map<string, HealPreview['targets'][number]['objects'][number]>()
  waitingFor: string[] = []
  /** Thrown by every read from now on. */
  broken: Error | undefined
  readonly #listeners = new Set<Parameters<HubService['onEvent']>[0]>()

  get listeners(): number {
    return this.#listeners.size
  }

  /** Records an event and tells the listeners. */
  happen(event: Omit<EventView, 'sequence' | 'id' | 'at'> & { at?: string }): EventView {
    const sequence = this.events_.length + 1
    const whole = { at: new Date().toISOString(), ...event, sequence, id: `act-${sequence.toString(16)}` }
    this.events_.push(whole)
    for (const listener of this.#listeners) listener({ view: whole })
    return whole
  }

  async status(_call: Call, scope: Scope): Promise<StatusView> {
    this.#check()
    const clusters = this.#inScope(scope)
    const states = Object.fromEntries(stateWords.map((word) => [word, 0])) as StatusView['states']
    for (const cluster of clusters) states[cluster.state] += 1
    const away = clusters.filter((cluster) => cluster.state === 'unreachable')
    const seen = clusters.filter((one) => one.state !== 'unreachable').map((one) => one.seen ?? '')
    const shown = this.causes_.slice(0, 8)
    const rest = this.causes_.slice(8)
    return {
      clusters: clusters.length,
      states,
      ...(seen.length === 0 ? {} : { asOf: seen.toSorted()[0] }),
      causes: shown,
      moreCauses: { causes: rest.length, clusters: rest.reduce((sum, cause) => sum + cause.clusters, 0) },
      unanswered: away.map(unansweredOf),
      waitingPlans: this.plans_.filter((plan) => plan.state === 'waiting').length,
      problems: this.fleet_.problems.length,
      ...(this.fleet_.revision === undefined ? {} : { revision: this.fleet_.revision }),
    }
  }

  async fleetMap(_call: Call, query: FleetMapQuery) {
    this.#check()
    return mapOf(this.#inScope(query), query)
  }

  async causes(_call: Call, query: CauseQuery) {
    this.#check()
    return pickCauses(causesOf(this, this.#inScope(query)), query)
  }

  async cause(_call: Call, id: string, scope: Scope) {
    this.#check()
    return causeOf(this, this.#inScope(scope), id)
  }

  async objects(_call: Call, _cluster: string, bundle: string, { limit }: ObjectsQuery) {
    this.#check()
    return objectsOf(this.rendered.get(bundle), limit)
  }

  async manifest(_call: Call, _cluster: string, bundle: string, query: ManifestQuery) {
    this.#check()
    return manifestOf(this.rendered.get(bundle), query)
  }

  async effective(_call: Call, name: string) {
    this.#check()
    const cluster = this.clusters_.find((one) => one.name === name)
    return cluster === undefined ? undefined : effectiveOf(cluster)
  }

  commits: NamespaceView['commits'] = []
  async namespace(_call: Call, name: string, query: NamespaceQuery) {
    this.#check()
    return namespaceIn(this, this.#inScope(query), name, query)
  }

  /** Where it is set, it is what is found, whatever is looked for. */
  found: SearchView['items'] | undefined
  async search(_call: Call, query: SearchQuery): Promise<SearchView> {
    this.#check()
    return searchIn(this.rendered, this.#inScope(query), query, this.found)
  }

  async clusters(
    _call: Call,
    query: Scope & { limit: number; cursor?: string | undefined; state?: string[] | undefined },
  ) {
    this.#check()
    const all = this.#inScope(query).filter((one) => query.state?.includes(one.state) ?? true)
    return pageOf(all, query)
  }

  async cluster(_call: Call, name: string) {
    this.#check()
    return this.clusters_.find((one) => one.name === name)
  }

  async identities(_call: Call, query: IdentityQuery): Promise<IdentityView[]> {
    this.#check()
    return this.clusters_
      .map((one) => one.identity)
      .filter((one) => query.cluster?.includes(one.cluster) ?? true)
      .filter((one) => query.clusterId === undefined || one.clusterId === query.clusterId)
  }

  async verify(_call: Call, name: string): Promise<IdentityView | undefined> {
    this.#check()
    const record = this.clusters_.find((one) => one.name === name)?.identity
    if (record === undefined) return undefined
    const live = this.liveIds.get(name)
    if (live !== undefined && live !== record.clusterId) {
      throw apiFailure('wrong-cluster', `cluster ${name}: answers as ${live}, wanted ${record.clusterId}`)
    }
    return { ...record, verifiedAt: new Date(Date.now() - 2_000).toISOString() }
  }

  async bundles(_call: Call, query: { limit: number; cursor?: string | undefined }) {
    this.#check()
    return pageOf<BundleView>(this.bundles_, query)
  }

  async bundle(_call: Call, name: string) {
    this.#check()
    return this.bundles_.find((one) => one.name === name)
  }

  async drift(_call: Call, query: DriftQuery): Promise<DriftPage> {
    this.#check()
    const clusters = this.#inScope(query)
    const names = new Set(clusters.map((one) => one.name))
    const states = query.state ?? ['open', 'healing']
    const items = this.drift_
      .filter((one) => names.has(one.cluster) && states.includes(one.state))
      .filter((one) => query.bundle === undefined || one.bundle === query.bundle)
      .filter((one) => query.cause === undefined || one.cause === query.cause)
      .filter((one) => matches(one.object, query))
    const away = clusters.filter((one) => one.state === 'unreachable')
    return {
      ...pageOf(items, query),
      answered: clusters.length - away.length,
      unanswered: away.map(unansweredOf),
      asOf: new Date(Date.now() - 250_000).toISOString(),
    }
  }

  async previewHeal(_call: Call, selection: HealSelection): Promise<HealPreview> {
    this.#check()
    const targets = this.clusters_
      .filter((one) => selection.clusters.includes(one.name))
      .map((one) => ({ identity: one.identity, objects: this.#healable(one.name, selection) }))
    return { targets }
  }

  async heal(call: Call, request: HealRequest): Promise<HealResult> {
    this.written.push({ what: 'heal', call, input: request })
    const event = this.happen({ type: 'healed', message: 'healed', actor: call.caller.name })
    const targets = request.targets.map((target) => ({
      cluster: target.cluster,
      objects: target.keys.map((key) => ({
        object: refOfKey(key),
        outcome: this.drift_.some((one) => one.cluster === target.cluster && keyOf(one.object) === key)
          ? ('healed' as const)
          : ('unchanged' as const),
      })),
    }))
    const healed = new Set(
      request.targets.flatMap((target) => target.keys.map((key) => `${target.cluster} ${key}`)),
    )
    this.drift_ = this.drift_.filter((one) => !healed.has(`${one.cluster} ${keyOf(one.object)}`))
    return { activity: event.id, tookMs: 1_200, targets }
  }

  async plans(_call: Call, query: PlanQuery) {
    this.#check()
    const states = query.state ?? ['waiting']
    return pageOf(
      this.plans_.filter((one) => states.includes(one.state)),
      query,
    )
  }

  async plan(_call: Call, id: string) {
    this.#check()
    return this.plans_.find((one) => one.id === id)
  }

  async decide(call: Call, id: string, decision: 'approved' | 'rejected', given: Confirmation) {
    this.written.push({ what: decision, call, input: { id, ...given } })
    const index = this.plans_.findIndex((one) => one.id === id)
    const plan = this.plans_[index]
    if (plan === undefined) return undefined
    if (plan.state !== 'waiting') {
      throw apiFailure('changed', `plan ${id}: cannot be decided: it is ${plan.state}, wanted waiting`)
    }
    const decided = {
      ...plan,
      state: decision,
      decidedBy: call.caller.name,
      decidedAt: new Date().toISOString(),
    }
    this.plans_[index] = decided
    return decided
  }

  async events(_call: Call, query: EventQuery) {
    this.#check()
    const wanted = this.events_
      .filter((one) => query.cluster === undefined || query.cluster.includes(one.cluster ?? ''))
      .filter((one) => query.type?.includes(one.type) ?? true)
      .filter((one) => query.since === undefined || one.at >= query.since)
    const items =
      query.after === undefined
        ? wanted.slice(-query.limit)
        : wanted.filter((one) => one.sequence > (query.after ?? 0)).slice(0, query.limit)
    return { items, last: this.events_.length }
  }

  onEvent(listener: Parameters<HubService['onEvent']>[0]): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async trace(_call: Call, cluster: string, query: TraceQuery) {
    this.#check()
    return this.traces.get(`${cluster} ${query.kind} ${query.namespace}/${query.name}`)
  }

  async reconcile(call: Call, request: ReconcileRequest) {
    this.written.push({ what: 'reconcile', call, input: request })
    return { clusters: request.clusters ?? this.clusters_.map((one) => one.name), repository: true }
  }

  async fleet() {
    this.#check()
    return this.fleet_
  }

  async whoami(call: Call) {
    this.#check()
    return {
      name: call.caller.name,
      privileges: [...privilegesIn(call.caller.grants)],
      hub: { version: '0.1.0', installation: 'i-1', readOnly: false, startedAt: '2026-01-01T00:00:00Z' },
    }
  }

  async names(_call: Call, query: { of: string; prefix: string }) {
    this.#check()
    const all: Readonly<Record<string, string[]>> = {
      clusters: this.clusters_.map((one) => one.name),
      bundles: this.bundles_.map((one) => one.name),
      runs: this.runs_.map((one) => one.id),
      environments: [...new Set(this.clusters_.map((one) => one.environment))],
      plans: this.plans_.map((one) => one.id),
      jobs: this.jobs_.map(({ view }) => view.id),
      causes: this.causes_.map((one) => one.id),
      kinds: [...new Set(this.drift_.map((one) => one.object.kind))],
    }
    return (all[query.of] ?? [])
      .filter((name) => name.startsWith(query.prefix))
      .toSorted()
      .slice(0, 200)
  }

  async acceptAudit(_call: Call, cluster: string, list: unknown) {
    if (!this.clusters_.some((one) => one.name === cluster)) return undefined
    const { items } = list as { items: unknown[] }
    return { accepted: items.length, ignored: 0 }
  }

  async acceptPush(call: Call, payload: unknown) {
    this.written.push({ what: 'push', call, input: payload })
    return { repositories: ['fleet'] }
  }

  async holders(_call: Call, cluster: string): Promise<ReadonlyMap<string, string>> {
    return holdersOf(this.drift_, cluster)
  }

  async readiness() {
    return { ready: this.waitingFor.length === 0, waitingFor: this.waitingFor }
  }

  async metrics(): Promise<string> {
    return '# TYPE evenkeel_cluster_info gauge\nevenkeel_cluster_info{cluster="prod-eu-3"} 1\n'
  }

  #check(): void {
    if (this.broken !== undefined) throw this.broken
  }

  #inScope(scope: Scope): ClusterDetailView[] {
    const selects = compileSelector(scope.labels ?? '')
    return this.clusters_
      .filter((one) => scope.cluster?.includes(one.name) ?? true)
      .filter((one) => scope.environment?.includes(one.environment) ?? true)
      .filter((one) => selects(one.labels))
  }

  #healable(cluster: string, selection: HealSelection): HealPreview['targets'][number]['objects'] {
    const open = this.drift_
      .filter((one) => one.cluster === cluster)
      .filter((one) => selection.bundle === undefined || one.bundle === selection.bundle)
      .filter((one) => selection.cause === undefined || one.cause === selection.cause)
      .filter((one) => selection.object === undefined || keyOf(one.object) === keyOf(selection.object))
    const byKey = new Map<string, DriftView[]>()
    for (const one of open) byKey.set(keyOf(one.object), [...(byKey.get(keyOf(one.object)) ?? []), one])
    return [...byKey].map(
      ([key, drifts]) =>
        this.previews.get(key) ?? {
          object: drifts[0]?.object ?? { group: '', kind: '', namespace: '', name: '' },
          key,
          bundle: drifts[0]?.bundle ?? '',
          fields: drifts.map((one) => ({ path: one.path, from: textOf(one.live), to: textOf(one.desired) })),
          conflicts: [],
        },
    )
  }
}
