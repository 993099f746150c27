import type { EnvironmentMark, FleetMapQuery, FleetMapView } from '../../../api/index.ts'
import { allows, readable } from '../../../core/access/index.ts'
import { stateWords } from '../../../core/state/index.ts'
import type { OpenDrift } from '../cluster/cluster-board.ts'
import { asOf } from './cluster-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, type FleetCluster, tierOf } from './in-scope.ts'
import { driftAgeFill, quotaFill, versionFill } from './map-fills.ts'
import { namesFor } from './recorded-sight.ts'

/**
 * The fleet as rows for drawing. Remembers of each cluster when its row last looked otherwise, so that whoever has the
 * rows already gets only those that are new; what is placed or named otherwise gives all of them again.
 */
export class FleetMap {
  readonly #rows = new Map<string, { text: string; version: number }>()
  #version = 0
  /** The step of the fullest quota of each cluster, as it was asked for last. */
  #quotas: ReadonlyMap<string, number> = new Map()

  async answer(parts: HubParts, query: FleetMapQuery): Promise<FleetMapView> {
    const clusters = clustersInScope(parts, query)
    const { groups, groupOf } = grouped(clusters, query.group)
    const steps = query.fill === 'quota' ? await quotaStepsOf(parts, clusters) : undefined
    const isLimited = readable(parts.grants) !== undefined
    // What one person may look at says nothing of how full quotas are for everybody.
    if (steps !== undefined && !isLimited) this.#quotas = new Map([...this.#quotas, ...steps])
    const { legend, fillOf } =
      steps === undefined
        ? filled(parts, clusters, query.fill)
        : { legend: [...quotaFill.legend], fillOf: ({ name }: FleetCluster) => steps.get(name) ?? 0 }
    this.#look(parts, clusters)
    const environments = environmentsOf(clusters)
    const frame = JSON.stringify([parts.startedAt, query.group, query.fill, groups, legend, environments])
    const names = clusters.map(({ name }) => name).join()
    const prefix = shortHash(frame + names)
    const since = steps !== undefined && isLimited ? undefined : sinceOf(query.after, prefix)
    const changed =
      since === undefined
        ? clusters
        : clusters.filter(({ name }) => (this.#rows.get(name)?.version ?? 0) > since)
    return {
      version: `${prefix}.${this.#version}`,
      whole: since === undefined,
      states: [...stateWords],
      environments,
      groups,
      labels: labelsOf(clusters),
      legend,
      clusters: changed.map((found) => {
        const { state } = parts.board.standing(found.name)
        return [found.name, groupOf(found), stateWords.indexOf(state), fillOf(found)]
      }),
      total: clusters.length,
      answered: clusters.filter(({ name }) => parts.board.isKnown(name)).length,
      ...asOf(parts, clusters),
    }
  }

  /** Notes which rows look otherwise than when anybody asked last. */
  #look(parts: HubParts, clusters: readonly FleetCluster[]): void {
    const next = this.#version + 1
    const { stepOf } = driftAgeFill(parts.clock.now())
    for (const { name } of clusters) {
      const { state } = parts.board.standing(name)
      const quota = this.#quotas.get(name) ?? 0
      const text = `${state} ${stepOf(oldestDrift(parts, name))} ${versionOf(parts, name)} ${quota}`
      if (this.#rows.get(name)?.text === text) continue
      this.#rows.set(name, { text, version: next })
      this.#version = next
    }
  }
}

/** By cluster, how full its fullest quota is; what was not counted, or is of before, is not known. */
async function quotaStepsOf(
  parts: HubParts,
  clusters: readonly FleetCluster[],
): Promise<ReadonlyMap<string, number>> {
  const filter = { clusters: namesFor(parts, clusters), within: readable(parts.grants) }
  const fullest = new Map<string, number>()
  for (const { cluster, full } of await parts.store.quotas.fullest(filter)) {
    fullest.set(cluster, Math.max(fullest.get(cluster) ?? full, full))
  }
  return new Map(
    [...fullest].map(([cluster, full]) => [
      cluster,
      quotaFill.stepOf(parts.board.isKnown(cluster) ? full : undefined),
    ]),
  )
}

function sinceOf(after: string | undefined, prefix: string): number | undefined {
  const match = after === undefined ? null : /^([0-9a-z]+)\.(\d{1,15})$/.exec(after)
  return match?.[1] === prefix ? Number(match[2]) : undefined
}

function grouped(clusters: readonly FleetCluster[], label: string) {
  const nameOf = ({ cluster }: FleetCluster): string => cluster.spec.labels?.[label] ?? ''
  const pairs = new Map<string, { environment: string; name: string }>()
  for (const found of clusters) {
    const pair = { environment: found.cluster.spec.environment, name: nameOf(found) }
    pairs.set(JSON.stringify([pair.environment, pair.name]), pair)
  }
  const keys = [...pairs.keys()].toSorted()
  const index = new Map(keys.map((key, at) => [key, at]))
  return {
    groups: keys.map((key) => pairs.get(key) ?? { environment: '', name: '' }),
    groupOf: (found: FleetCluster): number =>
      index.get(JSON.stringify([found.cluster.spec.environment, nameOf(found)])) ?? 0,
  }
}

function filled(
  parts: HubParts,
  clusters: readonly FleetCluster[],
  fill: FleetMapQuery['fill'],
): { legend: string[]; fillOf: (found: FleetCluster) => number } {
  if (fill === 'drift-age') {
    const { legend, stepOf } = driftAgeFill(parts.clock.now())
    return {
      legend: [...legend],
      fillOf: ({ name }) => stepOf(oldestDrift(parts, name, seenDrift(parts, name))),
    }
  }
  if (fill === 'version') {
    const { legend, stepOf } = versionFill(clusters.map(({ name }) => versionOf(parts, name)))
    return { legend: [...legend], fillOf: ({ name }) => stepOf(versionOf(parts, name)) }
  }
  return { legend: [], fillOf: () => 0 }
}

function labelsOf(clusters: readonly FleetCluster[]): string[] {
  return [...new Set(clusters.flatMap(({ cluster }) => Object.keys(cluster.spec.labels ?? {})))].toSorted()
}

function versionOf(parts: HubParts, name: string): string {
  return parts.board.entry(name).report?.version ?? ''
}

/** Tells the differences that whoever asks may look at. */
function seenDrift({ grants }: HubParts, cluster: string): (drift: OpenDrift) => boolean {
  return (drift) => allows(grants, 'read', { cluster, bundle: drift.bundle, namespace: drift.namespace })
}

/** When the oldest of the differences on a cluster was first seen. */
function oldestDrift(
  { board }: HubParts,
  cluster: string,
  counts: (drift: OpenDrift) => boolean = () => true,
): string | undefined {
  let oldest: string | undefined
  for (const drift of board.entry(cluster).open.values()) {
    if (counts(drift) && (oldest === undefined || drift.firstSeen < oldest)) oldest = drift.firstSeen
  }
  return oldest
}

function environmentsOf(clusters: readonly FleetCluster[]): EnvironmentMark[] {
  const byName = new Map(clusters.map((found) => [found.cluster.spec.environment, found]))
  return [...byName]
    .map(([name, found]): EnvironmentMark => {
      const { order, colour, mode } = found.environment?.spec ?? {}
      return {
        name,
        tier: tierOf(found),
        ...(order === undefined ? {} : { order }),
        ...(colour === undefined ? {} : { colour }),
        ...(mode === undefined ? {} : { mode }),
      }
    })
    .toSorted((one, two) => (two.order ?? 0) - (one.order ?? 0) || (one.name < two.name ? -1 : 1))
}

/** FNV-1a: tells two frames apart; nothing is decided by it but whether to send all rows. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}
