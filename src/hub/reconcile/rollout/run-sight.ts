import { whyLacking } from '../../../core/facts/index.ts'
import type { Bundle } from '../../../core/kinds/index.ts'
import { nameOf, refOfKey } from '../../../core/object/index.ts'
import {
  compileGate,
  freezeAt,
  type GateAnswer,
  type RunRecord,
  type RunView,
  type Seen,
  type Stage,
} from '../../../core/rollout/index.ts'
import type { Assignment, BundleReport } from '../../../spoke/index.ts'
import type { FleetModel } from '../../fleet/index.ts'
import type { ClusterBoard } from '../cluster/cluster-board.ts'
import type { Freezes } from './freezes.ts'
import { localTime } from './local-time.ts'
import type { MetricGates } from './metric-gates.ts'

/** What runs are looked at with. */
export interface SightOptions {
  readonly board: ClusterBoard
  readonly freezes: Freezes
  readonly gates: MetricGates
  readonly model: () => FleetModel | undefined
  /** What Git says now, by bundle and cluster. */
  readonly target: (bundle: string, cluster: string) => Assignment | undefined
  readonly now: () => number
}

/** Shows runs what is known of their clusters, from what engines reported last. */
export class RunSight {
  readonly #options: SightOptions

  constructor(options: SightOptions) {
    this.#options = options
  }

  /** The view of one step. */
  of(record: RunRecord): RunView {
    const now = this.#options.now()
    const { bundle } = record.run
    return {
      now,
      nowText: new Date(now).toISOString(),
      cluster: (name) => this.seen(bundle, name),
      gate: (stage, gate) => this.#gate(record, stage, gate, now),
      closed: (cluster) => this.closed(cluster, now),
    }
  }

  /** Why nothing may begin for a cluster: somebody's freeze, or a window of its environment. */
  closed(cluster: string, now: number): ReturnType<RunView['closed']> {
    const frozen = this.#options.freezes.on(cluster)
    if (frozen !== undefined) return frozen
    const model = this.#options.model()
    const environment = model?.clusters.get(cluster)?.value.spec.environment ?? ''
    const windows = model?.environments.get(environment)?.value.spec?.freeze?.windows
    if (windows === undefined) return undefined
    const open = freezeAt(windows, now, localTime, Date.parse)
    return open === undefined ? undefined : { ...open, reason: `${environment}: ${open.reason}` }
  }

  seen(bundle: string, cluster: string): Seen {
    const { board, target, freezes } = this.#options
    const wanted = target(bundle, cluster)
    const removed = wanted === undefined || wanted.withdrawn !== undefined
    const entry = board.entry(cluster)
    const report = entry.bundles.get(bundle)
    const blocked = this.#blocked(bundle, cluster)
    const shared = { removed, ...(blocked === undefined ? {} : { blocked }) }
    const away = board.isKnown(cluster) ? undefined : this.#whyAway(cluster)
    if (report === undefined) {
      return { ...shared, ...(away === undefined ? {} : { away }), phase: 'pending', health: 'Unknown' }
    }
    const mark = entry.applied.get(bundle)
    const reason = [report.reason, troubleText(report.troubles[0])].filter(Boolean).join(': ')
    // What a freeze holds up has not failed.
    const frozen = report.phase === 'failed' ? freezes.on(cluster) : undefined
    return {
      ...shared,
      ...(away === undefined ? {} : { away }),
      desired: report.desired.variant,
      ...(mark === undefined ? {} : { applied: mark.variant, appliedAt: Date.parse(mark.at) }),
      phase: frozen === undefined ? report.phase : 'pending',
      // A rendering without objects is as healthy as can be.
      health: report.objects === 0 && report.phase === 'applied' ? 'Current' : report.health,
      ...(reason === '' ? {} : { reason: frozen?.reason ?? reason }),
    }
  }

  /** What a bundle has to wait for on a cluster: an API, or another bundle. */
  #blocked(bundle: string, cluster: string): string | undefined {
    const { board, model, target } = this.#options
    const declared: Bundle | undefined = model()?.bundles.get(bundle)?.value
    const { facts, failedGroups = [] } = board.entry(cluster).report ?? {}
    for (const required of declared?.spec.requires ?? []) {
      const lacking = required.optional === true ? undefined : whyLacking(required, { facts, failedGroups })
      if (lacking !== undefined) return lacking
    }
    for (const name of declared?.spec.dependsOn ?? []) {
      const wanted = target(name, cluster)
      if (wanted === undefined) return `bundle ${name} is not placed on this cluster`
      if (wanted.mode === 'observe') continue
      const report = board.entry(cluster).bundles.get(name)
      if (report?.desired.variant !== wanted.variant || report.phase !== 'applied') {
        return `bundle ${name} is not applied at ${wanted.revision.slice(0, 12)} yet`
      }
      if (report.health !== 'Current' && report.objects > 0) return `bundle ${name} is ${report.health}`
    }
    return undefined
  }

  #whyAway(cluster: string): string {
    const { report } = this.#options.board.entry(cluster)
    return report?.failure?.message ?? 'it has not answered yet'
  }

  #gate(
    { run, progress }: RunRecord,
    stage: Stage,
    gate: Parameters<RunView['gate']>[1],
    now: number,
  ): GateAnswer {
    if ('metric' in gate) {
      const since = (progress.settledAt ?? now) + stage.soakMs
      return this.#options.gates.answer(run.bundle, gate.metric, since)
    }
    const count = (state: string): bigint =>
      BigInt(stage.clusters.filter((name) => progress.members[name]?.state === state).length)
    const compiled = compileGate(gate.cel, { file: '', line: 1, subject: `stage ${stage.name}` })
    if ('message' in compiled) return { kind: 'wait', reason: compiled.message }
    const answer = compiled.answer({
      run: new Map([
        ['bundle', run.bundle],
        ['revision', run.revision],
      ]),
      stage: new Map<string, unknown>([
        ['name', stage.name],
        ['clusters', BigInt(stage.clusters.length)],
        ['healthy', count('healthy')],
        ['failed', count('failed')],
        ['away', count('away')],
      ]),
      now: new Date(now),
    })
    if (answer.kind === 'yes') return { kind: 'pass' }
    const why = answer.kind === 'no' ? 'does not hold' : answer.reason
    return { kind: 'wait', reason: `gate ${gate.cel}: ${why}`, wakeAt: now + 30_000 }
  }
}

/** What is wrong with an object, and which one it is. */
function troubleText(trouble: BundleReport['troubles'][number] | undefined): string {
  if (trouble === undefined) return ''
  const name = nameOf(refOfKey(trouble.key))
  return trouble.message.includes(name) ? trouble.message : `${name}: ${trouble.message}`
}
