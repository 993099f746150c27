import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { SpokeEvent } from '../../spoke/index.ts'
import type { OpenDrift } from './cluster/cluster-board.ts'

/** What the metrics are told about one cluster when they are asked for. */
export interface MeasuredCluster {
  readonly name: string
  readonly environment: string
  readonly tier: string
  readonly version: string
  readonly lastSeenMs: number | undefined
  readonly open: Iterable<OpenDrift>
}

/**
 * How much a difference matters, from its class alone: what is gone or foreign, what has another value, what is only
 * beside what is declared.
 */
function severityOf(drift: OpenDrift): 'high' | 'medium' | 'low' {
  if (drift.class === 'missing' || drift.class === 'unmanaged') return 'high'
  return drift.class === 'addition' || drift.class === 'lost' ? 'low' : 'medium'
}

/** The hub in numbers (cli §2). Names of objects are never labels. */
export class HubMetrics {
  readonly #registry = new Registry()
  readonly #heals = new Counter({
    name: 'evenkeel_heals_total',
    help: 'Heals by their outcome',
    labelNames: ['cluster', 'outcome'],
    registers: [this.#registry],
  })
  readonly #requests = new Counter({
    name: 'evenkeel_requests_total',
    help: 'Questions and orders that the API put to the hub, by operation',
    labelNames: ['operation', 'outcome'],
    registers: [this.#registry],
  })
  readonly #reconciles = new Histogram({
    name: 'evenkeel_reconcile_duration_seconds',
    help: 'From a known revision to decided assignments of the whole fleet',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
    registers: [this.#registry],
  })
  readonly #info = new Gauge({
    name: 'evenkeel_cluster_info',
    help: 'Always 1; who the clusters are',
    labelNames: ['cluster', 'environment', 'tier', 'version'],
    registers: [this.#registry],
  })
  readonly #fields = new Gauge({
    name: 'evenkeel_drift_fields',
    help: 'Differences that are open, by severity and kind of writer',
    labelNames: ['cluster', 'severity', 'owner_kind'],
    registers: [this.#registry],
  })
  readonly #oldest = new Gauge({
    name: 'evenkeel_drift_oldest_seconds',
    help: 'Age of the oldest open difference',
    labelNames: ['cluster'],
    registers: [this.#registry],
  })
  readonly #seen = new Gauge({
    name: 'evenkeel_spoke_last_seen_timestamp_seconds',
    help: 'When the cluster last gave a sign of life',
    labelNames: ['cluster'],
    registers: [this.#registry],
  })

  countEvent(cluster: string, type: SpokeEvent['type']): void {
    if (type === 'healed') this.#heals.inc({ cluster, outcome: 'healed' })
    if (type === 'heal-failed') this.#heals.inc({ cluster, outcome: 'failed' })
  }

  countRequest(operation: string, outcome: 'answered' | 'failed'): void {
    this.#requests.inc({ operation, outcome })
  }

  measureReconcile(seconds: number): void {
    this.#reconciles.observe(seconds)
  }

  /** The metrics in the text format of Prometheus. */
  async text(clusters: Iterable<MeasuredCluster>, now: number): Promise<string> {
    for (const gauge of [this.#info, this.#fields, this.#oldest, this.#seen]) gauge.reset()
    for (const { name, environment, tier, version, lastSeenMs, open } of clusters) {
      this.#info.set({ cluster: name, environment, tier, version }, 1)
      if (lastSeenMs !== undefined) this.#seen.set({ cluster: name }, lastSeenMs / 1000)
      let oldest = now
      for (const drift of open) {
        this.#fields.inc({ cluster: name, severity: severityOf(drift), owner_kind: drift.writerKind })
        oldest = Math.min(oldest, Date.parse(drift.firstSeen))
      }
      this.#oldest.set({ cluster: name }, Math.max(0, now - oldest) / 1000)
    }
    return this.#registry.metrics()
  }
}
