import { createHash } from 'node:crypto'
import { writesOf } from '../../../core/access/index.ts'
import type { DesiredObject } from '../../../core/bundle/index.ts'
import type { Bundle, Cluster } from '../../../core/kinds/index.ts'
import { asJson, canonicalJson, keyOf, refOf } from '../../../core/object/index.ts'
import type { Problem } from '../../../core/problem.ts'
import type { Content, ContentObject, ContentSource } from '../../../spoke/index.ts'
import {
  bundleInputs,
  type Capabilities,
  type Declared,
  type FleetModel,
  type ReadPath,
  renderBundle,
  type RenderResult,
  type RenderTools,
} from '../../fleet/index.ts'
import type { Store } from '../../store/index.ts'
import type { Rendering } from './decide-assignments.ts'
import type { RenderMemory } from './render-memory.ts'

/**
 * What is held in memory between being made and being taken up: so many renderings of so many objects together, and the
 * newest whatever its size. Engines hold those of their assignments themselves.
 */
const held = { renderings: 32, objects: 2_000 } as const

/** What one evaluation of the fleet renders with. */
export interface Evaluation {
  readonly model: FleetModel
  readonly readPath: ReadPath
  readonly revisionOf: (bundle: Bundle) => string | undefined
  readonly capabilitiesOf: (cluster: string) => Capabilities | undefined
}

/**
 * The renderings of the fleet by content hash: made once for all clusters whose input is the same, kept encrypted in the
 * store, handed to engines. What was rendered from a revision is not rendered again for it.
 */
export class Renderings implements ContentSource {
  readonly #store: Store
  readonly #tools: RenderTools
  readonly #memory: RenderMemory
  readonly #recent = new Map<string, Content>()
  /** What was saved under each variant by this process: its places in Git may move while its objects stay. */
  readonly #saved = new Map<string, string>()
  /** By everything that goes in. Only good renderings are kept, and only those of the last evaluation. */
  #known = new Map<string, Made>()
  /** How many sources were rendered since the start. */
  rendered = 0

  constructor(store: Store, memory: RenderMemory, tools: RenderTools) {
    this.#store = store
    this.#memory = memory
    this.#tools = tools
  }

  async content(variant: string): Promise<Content | undefined> {
    const recent = this.#recent.get(variant)
    if (recent !== undefined) return recent
    const text = await this.#store.content.load(variant)
    if (text === undefined) return undefined
    const content: Content = { variant, objects: JSON.parse(text) as ContentObject[] }
    this.#hold(content)
    return content
  }

  /**
   * Renders for one evaluation of the fleet, saving what is new; `end` is to be called after it. The answer is asked once
   * for each bundle and cluster, and renders once for each distinct input.
   */
  async begin(evaluation: Evaluation): Promise<{
    readonly render: (bundle: Declared<Bundle>, cluster: Cluster) => Promise<Rendering>
    readonly end: () => Promise<void>
  }> {
    await this.#memory.load()
    const made = new Map<string, Promise<Made>>()
    const used = new Map<string, Made>()
    const reading = { ...evaluation, readPath: once(evaluation.readPath) }
    const one = (key: string, bundle: Declared<Bundle>, cluster: Cluster): Promise<Made> => {
      let rendering = made.get(key)
      if (rendering === undefined) {
        const known = this.#known.get(key)
        rendering = known === undefined ? this.#render(reading, bundle, cluster) : Promise.resolve(known)
        made.set(key, rendering)
      }
      return rendering.then((result) => {
        if (result.rendering.rendered) used.set(key, result)
        return result
      })
    }
    const render = async (bundle: Declared<Bundle>, cluster: Cluster): Promise<Rendering> => {
      const shared = inputKey(reading, bundle, cluster)
      const first = await one(shared, bundle, cluster)
      if (!first.perCluster || first.cluster === cluster.metadata.name) return first.rendering
      const capabilities = evaluation.capabilitiesOf(cluster.metadata.name)
      const own = JSON.stringify([shared, cluster.metadata.name, capabilities])
      return (await one(own, bundle, cluster)).rendering
    }
    const end = async (): Promise<void> => {
      this.#known = used
      await this.#memory.save()
    }
    return { render, end }
  }

  /**
   * Renders for a look at what could be: nothing is stored or remembered, and drawn values are others than the real ones,
   * so objects that hold them are left out and counted. Engines find what was looked at for a short while. Renders once
   * for each distinct input.
   */
  look(
    evaluation: Evaluation,
    seed: Uint8Array,
  ): (bundle: Declared<Bundle>, cluster: Cluster) => Promise<Looked> {
    const made = new Map<string, Promise<Looked>>()
    const reading = { ...evaluation, readPath: once(evaluation.readPath) }
    const { record: _record, ...kept } = this.#tools
    // A tree that anybody may send must not be a way to read what is encrypted in Git.
    const sops = { withheld: 'it is decrypted once it is committed' }
    const tools: RenderTools = { ...kept, sops, seed: () => seed }
    const one = (key: string, bundle: Declared<Bundle>, cluster: Cluster): Promise<Looked> => {
      const known = made.get(key)
      if (known !== undefined) return known
      const { model, readPath, capabilitiesOf } = reading
      const { name } = cluster.metadata
      const rendering = renderBundle(model, bundle, cluster, readPath, tools, capabilitiesOf(name)).then(
        (result): Looked => this.#looked(result, name),
      )
      made.set(key, rendering)
      return rendering
    }
    return async (bundle, cluster) => {
      const shared = inputKey(reading, bundle, cluster)
      const first = await one(shared, bundle, cluster)
      if (!first.perCluster || first.cluster === cluster.metadata.name) return first
      return await one(JSON.stringify([shared, cluster.metadata.name]), bundle, cluster)
    }
  }

  #looked(result: RenderResult, cluster: string): Looked {
    if (!result.rendered) {
      return { rendered: false, cluster, perCluster: result.perCluster ?? false, problems: result.problems }
    }
    const drew = new Set(result.drewRandom)
    const objects = withHashes(result.objects)
    const random = objects.filter(({ origin }) => drew.has(`${origin.file}:${origin.line}`))
    const variant = result.variant.hash
    this.#hold({ variant, objects })
    return {
      rendered: true,
      cluster,
      perCluster: result.perCluster,
      problems: [...result.refused, ...result.warnings],
      variant,
      complete: result.refused.length === 0,
      random: random.map(({ object }) => keyOf(refOf(object))),
    }
  }

  async #render(evaluation: Evaluation, bundle: Declared<Bundle>, cluster: Cluster): Promise<Made> {
    const of = { cluster: cluster.metadata.name }
    const refusal = refusalOf(bundle)
    if (refusal !== undefined) {
      return { ...of, perCluster: false, rendering: { rendered: false, problems: [refusal] } }
    }
    const { model, readPath, revisionOf, capabilitiesOf } = evaluation
    const name = bundle.value.metadata.name
    const again = () =>
      renderBundle(model, bundle, cluster, readPath, this.#tools, capabilitiesOf(cluster.metadata.name))
    this.rendered += 1
    let result = await again()
    if (result.rendered && this.#memory.renew(name, result.objects)) result = await again()
    const revision = revisionOf(bundle.value)
    if (!result.rendered) {
      const { perCluster = false, problems } = result
      return { ...of, perCluster, rendering: { rendered: false, problems } }
    }
    if (revision === undefined)
      return { ...of, perCluster: false, rendering: { rendered: false, problems: [] } }
    const { hash } = result.variant
    await this.#save(hash, result.objects)
    const drawn = this.#memory.noteRandom(name, result.scope, result.randomBytes)
    const rendering: Rendering = {
      rendered: true,
      revision,
      variant: hash,
      complete: result.refused.length === 0,
      problems: [...result.refused, ...result.warnings, ...randomWarning(bundle, drawn, result)],
    }
    return { ...of, perCluster: result.perCluster, rendering }
  }

  async #save(variant: string, desired: readonly DesiredObject[]): Promise<void> {
    const objects = withHashes(desired)
    const text = JSON.stringify(objects)
    const digest = sha256(text)
    if (this.#saved.get(variant) === digest) return
    await this.#store.content.save(variant, text)
    this.#saved.set(variant, digest)
    this.#hold({ variant, objects })
  }

  #hold(content: Content): void {
    this.#recent.delete(content.variant)
    this.#recent.set(content.variant, content)
    let objects = 0
    const newestFirst = [...this.#recent.values()].toReversed()
    for (const [at, { variant, objects: own }] of newestFirst.entries()) {
      objects += own.length
      if (at > 0 && (at >= held.renderings || objects > held.objects)) this.#recent.delete(variant)
    }
  }
}

/** What was rendered for a look. */
export type Looked = {
  /** The cluster that it was rendered for, and whether it is for that one alone. */
  readonly cluster: string
  readonly perCluster: boolean
  readonly problems: readonly Problem[]
} & (
  | {
      readonly rendered: true
      readonly variant: string
      readonly complete: boolean
      /** The keys of objects that hold drawn values, which are not the real ones. */
      readonly random: readonly string[]
    }
  | { readonly rendered: false }
)

function withHashes(desired: readonly DesiredObject[]): ContentObject[] {
  return desired.map(({ object, origin, hook, wave }) => ({
    object,
    origin,
    ...(hook === undefined ? {} : { hook }),
    ...(wave === undefined ? {} : { wave }),
    hash: sha256(canonicalJson(asJson(object))),
  }))
}

interface Made {
  readonly rendering: Rendering
  /** The cluster that it was made for, and whether it is for that one alone. */
  readonly cluster: string
  readonly perCluster: boolean
}

/** Everything that goes into a rendering but what only some charts ask of a cluster. */
function inputKey({ model, revisionOf }: Evaluation, bundle: Declared<Bundle>, cluster: Cluster): string {
  const inputs = bundleInputs(bundle.value, cluster)
  const repositories = model.fleet?.value.spec?.repositories
  const { source, random, rotation, namespace, runAs } = bundle.value.spec
  const accesses = [...model.access.values()].map(({ value }) => value)
  const writes = writesOf(accesses, bundle.value.metadata.name)
  const own = { source, random, rotation, namespace, runAs, repositories, writes }
  // What cannot be filled in is a problem of this cluster.
  const filled = 'message' in inputs ? { cluster: cluster.metadata.name } : inputs
  return JSON.stringify([bundle.value.metadata.name, own, filled, revisionOf(bundle.value) ?? null])
}

/** Another number of random bytes after a commit means that values which were drawn have changed. */
function randomWarning(
  { value, file, line }: Declared<Bundle>,
  before: number | undefined,
  { randomBytes, drewRandom }: { readonly randomBytes: number; readonly drewRandom: readonly string[] },
): Problem[] {
  if (before === undefined || (before === 0 && randomBytes === 0)) return []
  const message = `its templates draw ${randomBytes} random bytes, ${before} before: values change in ${drewRandom.join(', ') || 'what drew them'}`
  return [{ file, line, subject: `Bundle ${value.metadata.name}`, message, severity: 'warning' }]
}

/** Reads each path once. */
function once(readPath: ReadPath): ReadPath {
  const read = new Map<string, ReturnType<ReadPath>>()
  return (source) => {
    const key = JSON.stringify([source.repository, source.revision, source.path])
    let files = read.get(key)
    if (files === undefined) {
      files = readPath(source)
      read.set(key, files)
    }
    return files
  }
}

/** A bundle that asks to be written as somebody else is not written as ourselves. */
function refusalOf({ value, file, line }: Declared<Bundle>): Problem | undefined {
  if (value.spec.runAs === undefined) return undefined
  return {
    file,
    line,
    subject: `Bundle ${value.metadata.name}`,
    message: 'runAs: this version cannot write as another account',
    hint: "remove runAs to let the hub's own account write",
    severity: 'error',
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
