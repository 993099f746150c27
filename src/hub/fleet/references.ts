import type { Bundle, Rollout } from '../../core/kinds/index.ts'
import { compilePlacement } from '../../core/placement/index.ts'
import type { Problem } from '../../core/problem.ts'
import { cleanPath } from '../../git/index.ts'
import { checkAccess } from './check-access.ts'
import { checkRolloutChoice, checkRollouts } from './check-rollouts.ts'
import { checkRepositories } from './repositories.ts'
import { didYouMean, ReferenceCheck } from './reference-check.ts'
import type { Declarations } from './load-fleet.ts'
import type { Declared, FleetModel, Unreadable } from './model.ts'

interface Checked {
  readonly model: FleetModel
  readonly problems: readonly Problem[]
  readonly unreadable: readonly Unreadable[]
}

/**
 * Makes the model of what was read: names once each, references between kinds that lead somewhere. What has
 * an error is left out of the model and named as unreadable.
 */
export function checkReferences(folder: string, declared: Declarations): Checked {
  const check = new ReferenceCheck()
  const fleet = check.unique('Fleet', declared.Fleet, true)
  const environments = check.unique('Environment', declared.Environment)
  const clusters = check.unique('Cluster', declared.Cluster)
  const bundles = check.unique('Bundle', declared.Bundle)
  const rollouts = checkRollouts(check, declared.Rollout)
  const [only] = fleet.values()
  if (only !== undefined) check.problems.push(...checkRepositories(only))
  const repositories = (only?.value.spec?.repositories ?? []).map((repository) => repository.name)

  for (const environment of environments.values()) {
    checkRolloutChoice(check, 'Environment', environment, environment.value.spec?.rollout, rollouts)
  }
  for (const cluster of clusters.values()) {
    const { environment, like } = cluster.value.spec
    if (like !== undefined && !clusters.has(like)) {
      check.warn('Cluster', cluster, `like: there is no cluster ${like}`, didYouMean(like, clusters.keys()))
    }
    if (environments.has(environment)) continue
    check.refuse(
      'Cluster',
      cluster,
      `there is no environment ${environment}`,
      didYouMean(environment, environments.keys()),
    )
    clusters.delete(cluster.value.metadata.name)
  }
  const names = [...bundles.keys()]
  for (const bundle of bundles.values()) {
    if (!checkBundle(check, bundle, names, repositories, rollouts)) bundles.delete(bundle.value.metadata.name)
  }
  const inCycle = names.filter((name) => reaches(bundles, name, name))
  for (const name of inCycle) {
    const bundle = bundles.get(name)
    if (bundle === undefined) continue
    check.refuse('Bundle', bundle, `dependsOn leads back to ${name}`, 'break the circle')
  }
  for (const name of inCycle) bundles.delete(name)
  const access = checkAccess(check, declared.Access, environments)
  const model = { folder, fleet: only, environments, clusters, bundles, rollouts, access }
  return { model, problems: check.problems, unreadable: check.unreadable }
}

function checkBundle(
  check: ReferenceCheck,
  bundle: Declared<Bundle>,
  names: readonly string[],
  repositories: readonly string[],
  rollouts: ReadonlyMap<string, Declared<Rollout>>,
): boolean {
  const before = check.unreadable.length
  const { source, dependsOn, placement, rollout } = bundle.value.spec
  if (cleanPath(source.path) === undefined) {
    check.refuse(
      'Bundle',
      bundle,
      'source.path leads outside the repository',
      'write a path relative to its root',
    )
  }
  if (source.repository !== undefined && !repositories.includes(source.repository)) {
    const hint = didYouMean(source.repository, repositories)
    check.refuse('Bundle', bundle, `evenkeel.yaml lists no repository ${source.repository}`, hint)
  }
  for (const name of dependsOn ?? []) {
    if (names.includes(name)) continue
    check.refuse('Bundle', bundle, `dependsOn: there is no bundle ${name}`, didYouMean(name, names))
  }
  if (placement === undefined) {
    check.warn('Bundle', bundle, 'it has no placement and goes to no cluster', 'write placement.where')
  } else {
    const place = { file: bundle.file, line: bundle.line, subject: `Bundle ${bundle.value.metadata.name}` }
    const compiled = compilePlacement(placement.where, place)
    if ('message' in compiled) check.refuse('Bundle', bundle, compiled.message, compiled.hint)
  }
  checkRolloutChoice(check, 'Bundle', bundle, rollout, rollouts)
  return check.unreadable.length === before
}

/** True when following `dependsOn` from `from` arrives at `to`. */
function reaches(bundles: ReadonlyMap<string, Declared<Bundle>>, from: string, to: string): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const next of bundles.get(name)?.value.spec.dependsOn ?? []) {
      if (next === to) return true
      if (!seen.has(next)) open.push(next)
      seen.add(next)
    }
  }
  return false
}
