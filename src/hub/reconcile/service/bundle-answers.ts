import type { BundleDetailView, BundleQuery, BundleView, PlacedBundleView } from '../../../api/index.ts'
import { readable } from '../../../core/access/index.ts'
import { hasErrors, type Problem } from '../../../core/problem.ts'
import { worstState } from '../../../core/state/index.ts'
import type { Page } from '../../service.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, fleetCluster, narrows, pageByName, seesPlaced, seesUnplaced } from './in-scope.ts'
import { placedBundles } from './placed-bundle.ts'

/** The bundles of the fleet with how they stand on the clusters in scope, and those that are being withdrawn. */
export function listBundles(parts: HubParts, query: BundleQuery): Page<BundleView> {
  const placed = placedByBundle(parts, query)
  const declared = parts.fleet.state.model?.bundles.keys() ?? []
  const names = [...new Set([...declared, ...placed.keys()])]
    .filter((name) => placed.has(name) || (!narrows(query) && seesUnplaced(parts, name)))
    .toSorted()
    .map((name) => ({ name }))
  const { page, next } = pageByName(names, query)
  return {
    items: page.map(({ name }) => bundleView(parts, name, placed.get(name) ?? [])),
    total: names.length,
    ...next,
  }
}

/** The names of the bundles that the fleet declares, as far as whoever asks may know of them. */
export function declaredBundles(parts: HubParts): string[] {
  const declared = [...(parts.fleet.state.model?.bundles.keys() ?? [])]
  const placed = placedByBundle(parts, {})
  return declared.filter((name) => placed.has(name) || seesUnplaced(parts, name))
}

export function describeBundle(parts: HubParts, name: string): BundleDetailView | undefined {
  const placed = placedByBundle(parts, {}).get(name) ?? []
  const isDeclared = parts.fleet.state.model?.bundles.has(name) === true
  if (placed.length === 0 && !(isDeclared && seesUnplaced(parts, name))) return undefined
  const undecided = parts.fleet.state.unknown.get(name) ?? []
  const unknown = undecided.filter(({ cluster }) => seesPlaced(parts, cluster, name))
  return { ...bundleView(parts, name, placed), placed, unknown: [...unknown] }
}

function placedByBundle(parts: HubParts, scope: Parameters<typeof clustersInScope>[1]) {
  const all = new Map<string, PlacedBundleView[]>()
  for (const cluster of clustersInScope(parts, scope)) {
    for (const view of placedBundles(parts, cluster)) {
      const known = all.get(view.bundle)
      if (known === undefined) all.set(view.bundle, [view])
      else known.push(view)
    }
  }
  return all
}

function bundleView(parts: HubParts, name: string, placed: readonly PlacedBundleView[]): BundleView {
  const declared = parts.fleet.state.model?.bundles.get(name)
  const spec = declared?.value.spec
  const states: Partial<Record<BundleView['state'], number>> = {}
  for (const { state } of placed) states[state] = (states[state] ?? 0) + 1
  const problems = problemsOf(parts, name)
  const isBroken = hasErrors(problems)
  const isUndecided = (parts.fleet.state.unknown.get(name) ?? []).length > 0
  // What is nowhere because it cannot be rendered or placed is not nowhere because it is to be nowhere.
  const isNowhere = placed.length === 0
  const members = [
    ...placed.map(({ state }) => state),
    ...(isBroken ? (['failed'] as const) : []),
    ...(isNowhere && isUndecided ? (['unreachable'] as const) : []),
  ]
  const isUnknown = isNowhere && (isBroken || isUndecided)
  const drift =
    isUnknown || placed.some((one) => one.drift === null)
      ? null
      : placed.reduce((sum, one) => sum + (one.drift ?? 0), 0)
  const known = placed.filter(({ state }) => state !== 'unreachable')
  const asOf = known.flatMap(({ seen }) => seen ?? []).toSorted()[0]
  const revision = placed.find(({ desired }) => desired.revision === parts.fleet.state.revision) ?? placed[0]
  const { source } = spec ?? { source: { path: '' } }
  return {
    name,
    state: worstState(members),
    source: {
      path: source.path,
      ...(source.repository === undefined ? {} : { repository: source.repository }),
      ...(source.revision === undefined ? {} : { revision: source.revision }),
    },
    ...(spec?.owner === undefined ? {} : { owner: spec.owner }),
    ...(spec?.placement === undefined ? {} : { placement: spec.placement.where }),
    ...(spec?.mode === undefined ? {} : { mode: spec.mode }),
    clusters: placed.length,
    states,
    ...(revision === undefined ? {} : { revision: revision.desired.revision }),
    ...(placed.length === 0 ? {} : { objects: Math.max(...placed.map(({ objects }) => objects)) }),
    drift,
    problems,
    ...(asOf === undefined ? {} : { asOf }),
  }
}

/** What is wrong with a bundle: in its own file, and in its source. */
function problemsOf(parts: HubParts, bundle: string): Problem[] {
  const { problems, bundleProblems } = parts.fleet.state
  const own = problems.filter(({ subject }) => subject === `Bundle ${bundle}`)
  const stuck = parts.rollouts.problem(bundle)
  const place = parts.fleet.state.model?.bundles.get(bundle)
  const { file, line } = place ?? { file: '', line: 1 }
  const subject = `Bundle ${bundle}`
  const noRun: Problem[] = stuck === undefined ? [] : [{ file, line, subject, ...stuck, severity: 'error' }]
  return [...own, ...(bundleProblems.get(bundle) ?? []), ...noRun]
}

/** Everything that is wrong in the fleet, each thing once, as far as whoever asks may know of what it is about. */
export function allProblems(parts: HubParts): Problem[] {
  const { problems, bundleProblems } = parts.fleet.state
  const all = [...problems, ...[...bundleProblems.values()].flat()]
  const once = [...new Map(all.map((problem) => [JSON.stringify(problem), problem])).values()]
  if (readable(parts.grants) === undefined) return once
  return once.filter(({ subject }) => {
    const [kind, name = ''] = subject.split(' ')
    if (kind === 'Cluster') return fleetCluster(parts, name) !== undefined
    return kind === 'Bundle' && describeBundle(parts, name) !== undefined
  })
}
