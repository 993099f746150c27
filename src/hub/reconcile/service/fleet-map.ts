import type { EnvironmentMark, FleetMapQuery, FleetMapView } from '../../../api/index.ts'
import { stateWords } from '../../../core/state/index.ts'
import { asOf } from './cluster-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, type FleetCluster, tierOf } from './in-scope.ts'

const driftAges = ['nothing differs', 'under 10 min', 'under 1 h', 'under 24 h', 'longer'] as const
const minutes = [10, 60, 24 * 60] as const
const shownVersions = 4

/**
 * The fleet as rows for drawing. Remembers of each cluster when its row last looked otherwise, so that whoever has the
 * rows already gets only those that are new; what is placed or named otherwise gives all of them again.
 */
export class FleetMap {
  readonly #rows = new Map<string, { text: string; version: number }>()
  #version = 0

  answer(parts: HubParts, query: FleetMapQuery): FleetMapView {
    const clusters = clustersInScope(parts, query)
    const { groups, groupOf } = grouped(clusters, query.group)
    const { legend, fillOf } = filled(parts, clusters, query.fill)
    this.#look(parts, clusters)
    const environments = environmentsOf(clusters)
    const frame = JSON.stringify([parts.startedAt, query.group, query.fill, groups, legend, environments])
    const names = clusters.map(({ name }) => name).join()
    const prefix = shortHash(frame + names)
    const since = sinceOf(query.after, prefix)
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
    for (const { name } of clusters) {
      const { state } = parts.board.standing(name)
      const text = `${state} ${driftAge(parts, name)} ${versionOf(parts, name)}`
      if (this.#rows.get(name)?.text === text) continue
      this.#rows.set(name, { text, version: next })
      this.#version = next
    }
  }
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
  if (fill === 'drift-age') return { legend: [...driftAges], fillOf: ({ name }) => driftAge(parts, name) }
  if (fill === 'version') {
    const counts = new Map<string, number>()
    for (const { name } of clusters) {
      const version = versionOf(parts, name)
      counts.set(version, (counts.get(version) ?? 0) + 1)
    }
    const all = [...counts.keys()].filter((version) => version !== '').toSorted(byNumbers)
    const shown = all.slice(0, shownVersions)
    const legend = [...shown, ...(all.length > shown.length ? ['older'] : []), 'not known']
    return {
      legend,
      fillOf: ({ name }) => {
        const version = versionOf(parts, name)
        if (version === '') return legend.length - 1
        const at = shown.indexOf(version)
        return at < 0 ? shown.length : at
      },
    }
  }
  return { legend: [], fillOf: () => 0 }
}

/** Newest first. */
function byNumbers(one: string, two: string): number {
  return two.localeCompare(one, 'en', { numeric: true })
}

function versionOf(parts: HubParts, name: string): string {
  return parts.board.entry(name).report?.version ?? ''
}

function driftAge(parts: HubParts, name: string): number {
  const first = [...parts.board.entry(name).open.values()].map(({ firstSeen }) => firstSeen).toSorted()[0]
  if (first === undefined) return 0
  const age = (parts.clock.now() - Date.parse(first)) / 60_000
  const step = minutes.findIndex((most) => age < most)
  return step < 0 ? driftAges.length - 1 : step + 1
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
