import type { Bundle, Cluster } from '../core/kinds/index.ts'
import { type ClusterView, placementDecision } from '../core/placement/index.ts'
import { formatProblem, type Problem } from '../core/problem.ts'
import {
  type Declared,
  type FleetModel,
  type ReadPath,
  renderBundle,
  type RenderResult,
} from '../hub/fleet/index.ts'
import type { Renderer } from '../render/index.ts'
import type { Apimachinery } from '../apimachinery/index.ts'
import { lintManifests, type LintedRendering } from './lint-manifests.ts'

/** What a chart is told where no cluster can be asked. */
const assumedVersion = 'v1.36.0'

/** What the sources of the bundles are found to be. */
export interface SourceFindings {
  readonly problems: readonly Problem[]
  /** Bundles whose source lies elsewhere, which only a hub fetches. */
  readonly elsewhere: readonly string[]
}

/**
 * Renders every bundle for the clusters that it goes to, or may go to as long as nothing is known about them, and collects
 * what is wrong: each problem once, however many clusters it touches. Where there is `apimachinery`, every object is
 * held against the rules of Kubernetes as well.
 */
export async function lintSources(
  model: FleetModel,
  readPath: ReadPath,
  renderer: Renderer,
  apimachinery?: Apimachinery,
): Promise<SourceFindings> {
  const clusters = [...model.clusters.values()].map((one) => one.value)
  const views = clusters.map(viewOf)
  const read = remembered(readPath)
  const found = new Map<string, Problem>()
  const elsewhere: string[] = []
  const renderings: LintedRendering[] = []
  for (const bundle of model.bundles.values()) {
    if (isElsewhere(bundle.value)) {
      elsewhere.push(bundle.value.metadata.name)
      continue
    }
    const { chosen, unknown } = placementDecision(bundle.value, views)
    const wanted = new Set([...chosen, ...unknown.map((one) => one.cluster)])
    for (const cluster of clusters.filter((one) => wanted.has(one.metadata.name))) {
      const result = await resultOf(model, bundle, cluster, read, renderer)
      const problems = result.rendered ? [...result.refused, ...result.warnings] : result.problems
      for (const problem of problems) found.set(formatProblem(problem), problem)
      if (!result.rendered) continue
      const { variant, objects } = result
      renderings.push({
        bundle: bundle.value.metadata.name,
        cluster: cluster.metadata.name,
        variant: variant.hash,
        objects,
      })
    }
  }
  const refused = apimachinery === undefined ? [] : await lintManifests(renderings, apimachinery, read)
  for (const problem of refused) found.set(formatProblem(problem), problem)
  return { problems: [...found.values()], elsewhere }
}

async function resultOf(
  model: FleetModel,
  bundle: Declared<Bundle>,
  cluster: Cluster,
  readPath: ReadPath,
  renderer: Renderer,
): Promise<RenderResult> {
  // What is drawn at random is not looked at; a chart that asks for the cluster's version gets a recent one.
  const tools = { renderer, seed: () => new Uint8Array(32), clock: () => 0 }
  return await renderBundle(model, bundle, cluster, readPath, tools, { kubeVersion: assumedVersion })
}

function isElsewhere(bundle: Bundle): boolean {
  const { repository, revision, chart } = bundle.spec.source
  return repository !== undefined || revision !== undefined || chart !== undefined
}

function viewOf(cluster: Cluster): ClusterView {
  const { environment, labels = {} } = cluster.spec
  return { name: cluster.metadata.name, environment, labels, facts: undefined }
}

/** Reads every path once. */
function remembered(readPath: ReadPath): ReadPath {
  const known = new Map<string, ReturnType<ReadPath>>()
  return (source) => {
    const key = JSON.stringify(source)
    const before = known.get(key)
    if (before !== undefined) return before
    const reading = readPath(source)
    known.set(key, reading)
    return reading
  }
}
