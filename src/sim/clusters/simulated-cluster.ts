import { AuditLog } from '../access/audit.ts'
import type { Tokens } from '../access/index.ts'
import { type Controllers, runControllers, type ControllerName } from '../controllers/index.ts'
import { FaultyCluster } from '../faults/index.ts'
import { type Answer, type Incoming, refusalAnswer } from '../http/answer.ts'
import { clusterAnswer, understand } from '../http/cluster-answer.ts'
import type { Stream } from '../http/serve.ts'
import type { Snapshot } from '../store/index.ts'
import { Cluster, type ClusterOptions } from './cluster.ts'

export interface SimulatedClusterOptions extends ClusterOptions {
  readonly tokens: Tokens
  /** The controllers that run in it. */
  readonly controllers: readonly ControllerName[]
  readonly onError: (message: string, error: unknown) => void
}

/** A cluster with everything around it: controllers, audit, faults. */
export class SimulatedCluster {
  readonly cluster: Cluster
  readonly audit: AuditLog
  readonly faults: FaultyCluster
  readonly controllers: Controllers
  readonly #tokens: Tokens
  readonly #onError: (message: string, error: unknown) => void
  #backup: Snapshot | undefined

  constructor(options: SimulatedClusterOptions) {
    this.cluster = new Cluster(options)
    this.audit = new AuditLog(this.cluster.name, this.cluster.clock)
    this.faults = new FaultyCluster(this.cluster)
    this.#tokens = options.tokens
    this.#onError = (message, error) => options.onError(`${this.cluster.name}: ${message}`, error)
    this.controllers = runControllers(this.cluster, options.controllers, this.#onError)
  }

  /** Answers one request, faults included, and records it. */
  async answer(incoming: Incoming): Promise<Answer> {
    const { clock } = this.cluster
    const received = clock.now()
    const understood = understand(incoming, this.#tokens)
    const refused = await this.faults.before(understood.user?.name ?? '')
    const answer =
      refused === undefined
        ? await clusterAnswer(this.cluster, incoming, understood, this.#tokens)
        : refusalAnswer(refused)
    this.audit.record(incoming, understood, answer, received)
    return this.faults.after(answer, understood.verb)
  }

  /** Keeps what the cluster holds now, in place of what was kept before. */
  backUp(): void {
    this.#backup = this.cluster.store.snapshot()
  }

  /**
   * The cluster is again what it was when it was backed up, its revisions too, and every watch breaks. False when it was
   * never backed up. Custom resource definitions that came or went since are not followed in discovery.
   */
  restore(): boolean {
    if (this.#backup === undefined) return false
    this.faults.dropWatches()
    this.cluster.store.restore(this.#backup)
    return true
  }

  /** Lets a watch begin; the answer ends it. */
  begin({ watch }: Extract<Answer, { watch: unknown }>, to: Stream): () => void {
    const stream = this.faults.stream(to)
    const stop = watch.start({
      send: (frame) => {
        // Who does not read is cut off, as by the watch cache of an API server.
        if (!stream.line(`${JSON.stringify(frame)}\n`)) stream.break()
      },
      end: () => stream.end(),
    })
    return () => {
      stop()
      this.faults.closed(stream)
    }
  }

  async close(): Promise<void> {
    // A silent cluster would keep its clients waiting for ever.
    this.faults.set({})
    await this.controllers.stop()
  }
}
