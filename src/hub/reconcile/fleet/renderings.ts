import { createHash } from 'node:crypto'
import type { DesiredObject } from '../../../core/bundle/index.ts'
import type { Bundle, Cluster } from '../../../core/kinds/index.ts'
import { asJson, canonicalJson } from '../../../core/object/index.ts'
import type { Problem } from '../../../core/problem.ts'
import type { Content, ContentObject, ContentSource } from '../../../spoke/index.ts'
import { type Declared, type FleetModel, type ReadPath, renderBundle } from '../../fleet/index.ts'
import type { Store } from '../../store/index.ts'
import type { Rendering } from './decide-assignments.ts'

/** Renderings held in memory; engines hold those of their assignments themselves. */
const held = 32

/**
 * The renderings of the fleet by content hash: made once for all clusters whose input is the same, kept encrypted in the
 * store, handed to engines.
 */
export class Renderings implements ContentSource {
  readonly #store: Store
  readonly #recent = new Map<string, Content>()
  /** What was saved under each variant by this process: its places in Git may move while its objects stay. */
  readonly #saved = new Map<string, string>()

  constructor(store: Store) {
    this.#store = store
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
   * Renders for one evaluation of the fleet, saving what is new. The answer is asked once for each bundle and cluster,
   * and renders once for each distinct input.
   */
  renderer(
    model: FleetModel,
    readPath: ReadPath,
    revisionOf: (bundle: Bundle) => string | undefined,
  ): (bundle: Declared<Bundle>, cluster: Cluster) => Promise<Rendering> {
    const made = new Map<string, Promise<Rendering>>()
    const reading = once(readPath)
    return (bundle, cluster) => {
      const key = JSON.stringify([bundle.value.metadata.name, inputOf(bundle.value, cluster)])
      let rendering = made.get(key)
      if (rendering === undefined) {
        rendering = this.#render(model, bundle, cluster, reading, revisionOf)
        made.set(key, rendering)
      }
      return rendering
    }
  }

  async #render(
    model: FleetModel,
    bundle: Declared<Bundle>,
    cluster: Cluster,
    readPath: ReadPath,
    revisionOf: (bundle: Bundle) => string | undefined,
  ): Promise<Rendering> {
    const refusal = refusalOf(bundle)
    if (refusal !== undefined) return { rendered: false, problems: [refusal] }
    const result = await renderBundle(model, bundle, cluster, readPath)
    const revision = revisionOf(bundle.value)
    if (!result.rendered) return { rendered: false, problems: result.problems }
    if (revision === undefined) return { rendered: false, problems: [] }
    const { hash } = result.variant
    await this.#save(hash, result.objects)
    return {
      rendered: true,
      revision,
      variant: hash,
      complete: result.refused.length === 0,
      problems: [...result.refused, ...result.warnings],
    }
  }

  async #save(variant: string, desired: readonly DesiredObject[]): Promise<void> {
    const objects = desired.map(({ object, origin }) => ({
      object,
      origin,
      hash: sha256(canonicalJson(asJson(object))),
    }))
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
    const [oldest] = this.#recent.keys()
    if (this.#recent.size > held && oldest !== undefined) this.#recent.delete(oldest)
  }
}

/** What of a cluster goes into the rendering of a bundle: the layers with its names filled in. */
function inputOf(bundle: Bundle, cluster: Cluster): readonly string[] {
  const { environment, labels } = cluster.spec
  return (bundle.spec.layers ?? []).map((layer) =>
    layer
      .replaceAll('{environment}', environment)
      .replaceAll('{cluster}', cluster.metadata.name)
      .replaceAll(/\{cluster\.labels\.([^{}]*)\}/g, (whole, label: string) => labels?.[label] ?? whole),
  )
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
