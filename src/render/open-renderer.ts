import { createHmac } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { type BoxOutcome, BoxPool, compileModule, findBeside } from '../box/index.ts'
import { canonicalJson } from '../core/object/index.ts'
import type { Problem } from '../core/problem.ts'
import { treeProblems } from './check-tree.ts'
import { collect } from './collect.ts'
import { findRenderer } from './find-renderer.ts'
import { type Framed, frame } from './frame.ts'
import { renderLimits } from './limits.ts'
import { OutcomeCache } from './outcome-cache.ts'
import { failureProblem, problemAt, trapProblem, warningsIn } from './problems.ts'
import { readObjects } from './read-objects.ts'
import { renderPlainTree } from './render-plain-tree.ts'
import type { Rendered, Renderer, RendererName, RenderOutcome, RenderRequest } from './renderer.ts'
import { InexactNumber, readReply, type Reply } from './reply.ts'

export interface RendererOptions {
  /** The file of the renderer module; the one that is delivered with the program without it. */
  readonly module?: string
  /** How many renderings run at a time; half of the processors without it. */
  readonly threads?: number
  /** How much processor time one rendering may take, in milliseconds. */
  readonly timeMs?: number
}

/** A tiny kustomization: Kustomize reads its OpenAPI at the first build, which takes half a second. */
const warmUp: RenderRequest = {
  files: new Map([
    ['kustomization.yaml', Buffer.from('resources: [a.yaml]\nnamePrefix: a-\n')],
    ['a.yaml', Buffer.from('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n')],
  ]),
  path: '.',
  tenant: '',
  seed: new Uint8Array(32),
  clock: 0,
}

/**
 * A renderer with its own threads, cache and module. Threads start at the first Kustomize or Helm source; without a
 * module these have problems that say so, and plain YAML is rendered all the same.
 */
export function openRenderer(options: RendererOptions = {}): Renderer {
  const pool = new BoxPool({
    module: async () => {
      const file = options.module ?? findBeside('render.wasm')
      if (file === undefined) throw new ModuleMissing()
      return compileModule('render', file)
    },
    threads: options.threads ?? Math.max(1, Math.floor(availableParallelism() / 2)),
    timeMs: options.timeMs ?? renderLimits.timeMs,
    mostCalls: 500,
    mostMemory: 512 * 1024 * 1024,
    warmUp: [
      { name: 'render', input: frame(warmUp, 'kustomize', '').input, seed: warmUp.seed, clock: warmUp.clock },
    ],
  })
  return new BoxRenderer(pool)
}

class ModuleMissing extends Error {}

class BoxRenderer implements Renderer {
  readonly #pool: BoxPool
  readonly #cache = new OutcomeCache()

  constructor(pool: BoxPool) {
    this.#pool = pool
  }

  async render(request: RenderRequest): Promise<RenderOutcome> {
    const problems = treeProblems(request)
    if (problems.length > 0) return { rendered: false, problems }
    const renderer = request.renderer ?? findRenderer(request.files.keys(), request.path)
    if (renderer === 'plain') return renderPlainTree(request)
    let framed: Framed
    try {
      framed = frame(request, renderer, (await this.#pool.module()).hash)
    } catch (error) {
      if (error instanceof ModuleMissing)
        return { rendered: false, problems: [withoutModule(request, renderer)] }
      throw error
    }
    return this.#cache.get(`${request.tenant}\0${framed.key}`, () => this.#render(request, renderer, framed))
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }

  async #render(
    request: RenderRequest,
    renderer: 'kustomize' | 'helm',
    framed: Framed,
  ): Promise<RenderOutcome> {
    const call = await this.#call(request, framed.input)
    if (call.ended !== 'reply') return { rendered: false, problems: [trapProblem(request, renderer, call)] }
    let reply: Reply
    try {
      reply = readReply(call.output)
    } catch (error) {
      if (!(error instanceof InexactNumber)) throw error
      return {
        rendered: false,
        problems: [problemAt(request.path, error.message, 'quote it if text is meant')],
      }
    }
    if (reply.failure !== undefined) {
      return { rendered: false, problems: [failureProblem(request, reply.failure)] }
    }
    const objects = readObjects(request, reply)
    const collected = collect(objects.values)
    const problems = [...objects.problems, ...collected.problems]
    if (problems.length > 0) return { rendered: false, problems }
    const { manifests, leftOut, warnings } = collected
    const rendered: Rendered = {
      rendered: true,
      renderer,
      manifests,
      warnings: [...warningsIn(request, call.stderr), ...warnings],
      leftOut,
      randomBytes: call.randomBytes + 8 * (reply.shuffles ?? 0),
      drewRandom: [],
      usesCapabilities: reply.usesCapabilities ?? false,
      key: framed.key,
    }
    return rendered.randomBytes === 0 ? rendered : this.#withDrawers(request, renderer, rendered)
  }

  /** Renders once more with another seed: what differs has drawn. */
  async #withDrawers(
    request: RenderRequest,
    renderer: 'kustomize' | 'helm',
    first: Rendered,
  ): Promise<Rendered> {
    const seed = createHmac('sha256', request.seed).update('another').digest()
    const call = await this.#call(request, frame({ ...request, seed }, renderer, '').input, seed)
    if (call.ended !== 'reply') return { ...first, drewRandom: first.manifests }
    const reply = readReply(call.output)
    const others = new Set(readObjects(request, reply).values.map(({ value }) => canonicalJson(value)))
    return { ...first, drewRandom: first.manifests.filter(({ value }) => !others.has(canonicalJson(value))) }
  }

  #call(request: RenderRequest, input: Uint8Array, seed = request.seed): Promise<BoxOutcome> {
    return this.#pool.call({ tenant: request.tenant, name: 'render', input, seed, clock: request.clock })
  }
}

function withoutModule(request: RenderRequest, renderer: RendererName): Problem {
  return problemAt(
    request.path,
    `a ${renderer} source needs the renderer module, which this installation does not have`,
    'build it with npm run build:render, which needs Go 1.26',
  )
}
