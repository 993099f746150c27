import type { FleetView } from '../../../api/index.ts'
import { redactText } from '../../../runtime/index.ts'
import { sentenceOf } from '../fleet/fleet-loop.ts'
import type { SourceState } from '../fleet/sources.ts'
import { allProblems, declaredBundles } from './bundle-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, environmentsSeen } from './in-scope.ts'

/** The fleet repository as the hub has it now. */
export function fleetView(parts: HubParts): FleetView {
  const { model, revision, loadedAt } = parts.fleet.state
  const states = parts.sources.states()
  const repositories: FleetView['repositories'] =
    states.length === 0
      ? [{ name: 'fleet', url: '', state: 'none', message: 'hub.yaml names no fleet repository' }]
      : states.map(repositoryView)
  const name = model?.fleet?.value.metadata.name
  return {
    ...(name === undefined ? {} : { name }),
    ...(revision === undefined ? {} : { revision }),
    ...(loadedAt === undefined ? {} : { loadedAt }),
    repositories,
    problems: allProblems(parts).map((problem) => ({ ...problem, message: redactText(problem.message) })),
    environments: environmentsSeen(parts).length,
    clusters: clustersInScope(parts, {}).length,
    bundles: declaredBundles(parts).length,
  }
}

function repositoryView({ place, ref, state, failure }: SourceState): FleetView['repositories'][number] {
  const word =
    failure !== undefined
      ? 'unreachable'
      : state === undefined || state.kind === 'starting'
        ? 'looking'
        : state.kind
  const since = state !== undefined && 'since' in state ? new Date(state.since).toISOString() : undefined
  return {
    name: place.name,
    url: redactText(place.url),
    ...(ref === undefined ? {} : { branch: ref }),
    state: word,
    ...(since === undefined ? {} : { since }),
    ...(word === 'ok' ? {} : { message: redactText(sentenceOf(state, failure)) }),
  }
}
