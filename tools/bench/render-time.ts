import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadFleet, type ReadPath } from '../../src/hub/fleet/index.ts'
import { deriveKeys } from '../../src/hub/keys/index.ts'
import { decideAssignments } from '../../src/hub/reconcile/fleet/decide-assignments.ts'
import { RenderMemory } from '../../src/hub/reconcile/fleet/render-memory.ts'
import { Renderings } from '../../src/hub/reconcile/fleet/renderings.ts'
import { openStore } from '../../src/hub/store/index.ts'
import { openRenderer } from '../../src/render/index.ts'
import { Redacted, systemClock } from '../../src/runtime/index.ts'
import { deliverModule, ensureModule } from '../render/module.ts'
import type { Report } from './report.ts'
import { ratio, spreadOf } from './statistics.ts'

export interface RenderMeasure {
  readonly manifests: number
  readonly clusters: number
  readonly repeat: number
}

const environments = ['dev', 'stage', 'prod']
const head = 'apiVersion: evenkeel.dev/v1alpha1\n'

/**
 * Measure 9: from a known revision to the hash of what every cluster is to be, for a Kustomize tree with an overlay for
 * each environment (three variants), and for one with an overlay for each cluster. Beside it stands one warm rendering of
 * the same tree by itself. Runs in this process: the renderer's threads are the hub's own.
 */
export async function measureRender(options: RenderMeasure, report: Report): Promise<void> {
  await deliverModule(await ensureModule())
  const names = Array.from({ length: options.clusters }, (_, index) => `c-${String(index).padStart(4, '0')}`)
  await measureCase('three variants', environments, 'overlays/{environment}', names, options, report)
  // So many variants take minutes: a tenth of the clusters says what one costs.
  const some = names.slice(0, Math.ceil(names.length / 10))
  await measureCase('a variant a cluster', some, 'overlays/{cluster}', some, options, report)
}

async function measureCase(
  name: string,
  overlays: readonly string[],
  layer: string,
  clusters: readonly string[],
  { manifests, repeat }: RenderMeasure,
  report: Report,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-bench-'))
  const keys = deriveKeys(new Redacted(new Uint8Array(32).fill(3)))
  const store = await openStore({
    location: { kind: 'embedded', folder },
    clock: systemClock,
    keys: () => Promise.resolve(keys),
  })
  const renderer = openRenderer()
  const memory = new RenderMemory(store, systemClock)
  const renderings = new Renderings(store, memory, {
    renderer,
    seed: (bundle, scope) => keys.renderSeed(bundle, scope),
    clock: (bundle) => memory.clock(bundle),
  })
  const { model } = loadFleet(fleetFiles(clusters, layer))
  const [first = ''] = overlays
  try {
    const times: number[] = []
    const single: number[] = []
    let rendered = 0
    for (let round = 0; round <= repeat; round += 1) {
      const tree = sourceFiles(overlays, manifests, round)
      const seed = keys.renderSeed('bench', 'single')
      const alone = performance.now()
      const one = await renderer.render({
        files: new Map([...tree, ['round', Buffer.from(String(round))]]),
        path: `apps/shop/overlays/${first}`,
        tenant: 'fleet',
        seed,
        clock: 0,
      })
      if (!one.rendered) throw new Error(JSON.stringify(one.problems))
      const aloneMs = performance.now() - alone
      const before = renderings.rendered
      const started = performance.now()
      const evaluation = await renderings.begin({
        model,
        readPath: readerOf(tree),
        revisionOf: () => `revision-${round}`,
        capabilitiesOf: () => undefined,
      })
      const decided = await decideAssignments({
        model,
        previous: new Map(),
        facts: () => undefined,
        hasLeft: () => false,
        render: evaluation.render,
      })
      await evaluation.end()
      const ms = performance.now() - started
      const placed = [...decided.assignments.values()].flat().length
      if (placed !== clusters.length)
        throw new Error(`${placed} of ${clusters.length} clusters have a rendering`)
      // The first round warms the instances.
      if (round === 0) continue
      times.push(ms)
      single.push(aloneMs)
      rendered = renderings.rendered - before
    }
    const all = spreadOf(times)
    const warm = spreadOf(single)
    report.add({
      measure: '9',
      case: name,
      clusters: clusters.length,
      manifests,
      variants: overlays.length,
      rendered,
      warmSingle: warm.p50,
      all: all.p50,
      perVariant: Math.round(all.p50 / overlays.length),
      ratioPerVariant: ratio(all.p50 / overlays.length, warm.p50),
    })
  } finally {
    await renderer.close()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function fleetFiles(clusters: readonly string[], layer: string): Map<string, string> {
  const files = new Map([['evenkeel.yaml', `${head}kind: Fleet\nmetadata: {name: bench}\n`]])
  for (const [index, name] of environments.entries()) {
    files.set(
      `environments/${name}.yaml`,
      `${head}kind: Environment\nmetadata: {name: ${name}}\nspec: {order: ${index}, mode: enforce}\n`,
    )
  }
  for (const [index, name] of clusters.entries()) {
    const environment = environments[index % environments.length] ?? ''
    files.set(
      `clusters/${name}.yaml`,
      `${head}kind: Cluster\nmetadata: {name: ${name}}\nspec: {environment: ${environment}, connect: {agent: {}}}\n`,
    )
  }
  files.set(
    'bundles/shop.yaml',
    `${head}kind: Bundle\nmetadata: {name: shop}\nspec: {source: {path: apps/shop}, layers: ["${layer}"], placement: {where: "true"}}\n`,
  )
  return files
}

/** A base of so many manifests, and overlays that change one of them each. */
function sourceFiles(overlays: readonly string[], manifests: number, round: number): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const names = Array.from({ length: manifests }, (_, index) => `m-${index}`)
  const text = (content: string): Uint8Array => Buffer.from(content)
  files.set(
    'apps/shop/base/kustomization.yaml',
    text(`resources:\n${names.map((one) => `- ${one}.yaml\n`).join('')}`),
  )
  for (const name of names) {
    const manifest = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\ndata: {round: "${round}", note: "some text that a manifest has"}\n`
    files.set(`apps/shop/base/${name}.yaml`, text(manifest))
  }
  for (const overlay of overlays) {
    const folder = `apps/shop/overlays/${overlay}`
    const patch = `patches: [{target: {kind: ConfigMap, name: m-0}, patch: '- {op: add, path: /data/overlay, value: ${overlay}}'}]\n`
    files.set(`${folder}/kustomization.yaml`, text(`resources: [../../base]\n${patch}`))
  }
  return files
}

function readerOf(tree: ReadonlyMap<string, Uint8Array>): ReadPath {
  return ({ path }) => Promise.resolve(new Map([...tree].filter(([file]) => file.startsWith(`${path}/`))))
}
