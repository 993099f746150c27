import { createHash } from 'node:crypto'
import { type BundleWrites, mayWrite, writesOf } from '../../core/access/index.ts'
import { type DesiredObject, normalise, variantOf } from '../../core/bundle/index.ts'
import type { Bundle, Cluster } from '../../core/kinds/index.ts'
import { nameOf, refOf } from '../../core/object/index.ts'
import { hasErrors, type Problem } from '../../core/problem.ts'
import type { Rendered, RenderRequest } from '../../render/index.ts'
import { decryptTree } from '../sops/index.ts'
import { type BundleInputs, bundleInputs } from './bundle-inputs.ts'
import { gatherSource, type GatheredSource } from './gather-source.ts'
import type { Declared, FleetModel, ReadPath, RenderResult } from './model.ts'
import type { Capabilities, RenderTools } from './render-tools.ts'

/**
 * Renders a bundle for a cluster: gathers its source, renders it in the box, makes it comparable. A source that cannot be
 * read or rendered is a problem, never an empty or a partial rendering (incidents 1, 2 and 4); one that is there and holds
 * nothing is said to be empty. Equal inputs give equal variants on every cluster.
 */
export async function renderBundle(
  model: FleetModel,
  bundle: Declared<Bundle>,
  cluster: Cluster,
  readPath: ReadPath,
  tools: RenderTools,
  capabilities?: Capabilities,
): Promise<RenderResult> {
  const { name } = bundle.value.metadata
  const fail = (message: string, hint?: string): RenderResult => ({
    rendered: false,
    problems: [problemOf(bundle, message, hint)],
  })
  const { source, random, rotation } = bundle.value.spec
  const repositories = model.fleet?.value.spec?.repositories ?? []
  if (source.repository !== undefined && !repositories.some((one) => one.name === source.repository)) {
    return fail(`evenkeel.yaml lists no repository ${source.repository}`)
  }
  const inputs = bundleInputs(bundle.value, cluster)
  if ('message' in inputs) return fail(inputs.message, inputs.hint)
  const found = await gatherSource(bundle.value, inputs, readPath, tools)
  if ('reason' in found) return fail(found.reason.message, found.reason.hint)
  if ('problems' in found) return { rendered: false, problems: found.problems }
  const decrypted = await decryptTree(found.files, tools.sops)
  if ('problems' in decrypted) return { rendered: false, problems: decrypted.problems }
  const gathered = { ...found, files: decrypted.files }
  const refused = unsupported(bundle.value, gathered)
  if (refused !== undefined) return fail(refused.message, refused.hint)

  const turn = rotation === undefined ? '' : `rotation ${rotation} `
  const shared = `${turn}bundle ${JSON.stringify([gathered.path, gathered.valuesFiles])}`
  const request = requestOf(bundle.value, inputs, gathered, tools)
  const own = `${turn}cluster ${cluster.metadata.name}`
  let scope = random === 'cluster' ? own : shared
  let outcome = await tools.renderer.render({ ...request, seed: tools.seed(name, scope) })
  if (!outcome.rendered) return { rendered: false, problems: outcome.problems }
  let perCluster = random === 'cluster' && outcome.randomBytes > 0
  if (outcome.randomBytes > 0 && random === undefined) {
    // Clusters never share a secret by accident.
    scope = own
    perCluster = true
  }
  if (outcome.usesCapabilities) {
    if (capabilities === undefined) {
      const failed = fail(
        'its chart asks for the version of the cluster, which is not known yet',
        'it is rendered once the cluster has been reached',
      )
      return { ...failed, perCluster: true }
    }
    perCluster = true
  }
  if (perCluster) {
    const helm = { ...defaultRelease, ...request.helm, ...(outcome.usesCapabilities ? capabilities : {}) }
    outcome = await tools.renderer.render({ ...request, helm, seed: tools.seed(name, scope) })
    if (!outcome.rendered) return { rendered: false, problems: outcome.problems }
  }
  const accesses = [...model.access.values()].map(({ value }) => value)
  return { ...resultOf(bundle.value, gathered, outcome, writesOf(accesses, name)), perCluster, scope }
}

const defaultRelease = { releaseName: 'release', namespace: 'default' }

function requestOf(
  bundle: Bundle,
  inputs: BundleInputs,
  { files, path, renderer, remotes, valuesFiles }: GatheredSource,
  tools: RenderTools,
): Omit<RenderRequest, 'seed'> {
  const { name } = bundle.metadata
  const { source, namespace, rotation } = bundle.spec
  return {
    files,
    path,
    renderer,
    tenant: source.repository ?? 'fleet',
    remotes,
    ...(Object.keys(inputs.vars).length === 0 ? {} : { vars: inputs.vars }),
    ...(renderer === 'helm'
      ? { helm: { valuesFiles, releaseName: name, namespace: namespace ?? 'default', includeCrds: true } }
      : {}),
    clock: tools.clock(name, rotation),
  }
}

function resultOf(
  bundle: Bundle,
  gathered: GatheredSource,
  outcome: Rendered,
  writes: readonly BundleWrites[],
): Omit<Extract<RenderResult, { rendered: true }>, 'perCluster' | 'scope'> {
  const { name } = bundle.metadata
  const { objects: all, problems: found } = normalise(outcome.manifests, { bundle: name })
  const { objects, problems: outside } = withinWrites(bundle, all, writes)
  const problems = [...found, ...outside]
  const leftOut = outcome.leftOut.map(
    ({ subject, reason, file }): Problem => ({
      file,
      line: 1,
      subject,
      message: `left out: ${reason}`,
      severity: 'warning',
    }),
  )
  const told = [...gathered.warnings, ...outcome.warnings, ...problems, ...leftOut]
  return {
    rendered: true,
    variant: variantOf(objects, sha256),
    objects,
    empty: objects.length === 0,
    refused: problems.filter((problem) => hasErrors([problem])),
    warnings: told.filter(({ severity }) => severity === 'warning'),
    randomBytes: outcome.randomBytes,
    drewRandom: outcome.drewRandom.map(({ origin }) => `${origin.file}:${origin.line}`),
  }
}

/** Without what the bundle may not write, which is left out by name as what a cluster could not take is. */
function withinWrites(
  { metadata, spec }: Bundle,
  objects: readonly DesiredObject[],
  writes: readonly BundleWrites[],
): { readonly objects: readonly DesiredObject[]; readonly problems: readonly Problem[] } {
  if (writes.length === 0) return { objects, problems: [] }
  const isWithin = ({ object }: DesiredObject): boolean =>
    mayWrite(writes, object, spec.namespace ?? 'default')
  const by = writes.map((one) => one.by).join(', ')
  const problems = objects
    .filter((one) => !isWithin(one))
    .map(
      ({ object, origin }): Problem => ({
        ...origin,
        subject: nameOf(refOf(object)),
        message: `bundle ${metadata.name} may not write it: it is outside of what Access ${by} lets it write`,
        hint: `move it to another bundle, or add its namespace and kind to writes of Access ${by}`,
        severity: 'error',
      }),
    )
  return { objects: objects.filter(isWithin), problems }
}

/** SHA-256 of a text, in hexadecimal. */
function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** What the bundle asks for and its renderer has no use for. Leaving it out would deliver something else. */
function unsupported(
  bundle: Bundle,
  { renderer }: GatheredSource,
): { message: string; hint: string } | undefined {
  const { values, vars } = bundle.spec
  const asked = [
    values === undefined || renderer === 'helm' ? [] : 'values',
    vars === undefined || renderer !== 'plain' ? [] : 'vars',
  ].flat()
  if (asked.length === 0) return undefined
  const what = renderer === 'plain' ? 'plain YAML' : 'a kustomization'
  return {
    message: `${asked.join(' and ')} have no meaning for ${what}`,
    hint: `remove ${asked.join(' and ')}`,
  }
}

function problemOf(bundle: Declared<Bundle>, message: string, hint?: string): Problem {
  return {
    file: bundle.file,
    line: bundle.line,
    subject: `Bundle ${bundle.value.metadata.name}`,
    message,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  }
}
