import { setTimeout as pause } from 'node:timers/promises'
import { type Json, type JsonMap, isMap } from '../../src/core/object/index.ts'
import type { ClientResult } from '../../tools/kubernetes/index.ts'
import type { Answer, Request, Side } from './side.ts'

/** One line of a transcript: what was asked, and what came of it. */
export interface Step {
  readonly title: string
  readonly result: Json
}

type Parameters = Readonly<Record<string, string>>

const types = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

interface WatchOptions {
  readonly accept?: string
  readonly bookmarks?: boolean
}

/** Where a case plays on one side. Everything that is asked here goes into the transcript, unless it is `quiet`. */
export class Stage {
  readonly namespace: string
  readonly steps: Step[] = []
  /** Called when a request that is compared has been answered. */
  answered: () => void = () => undefined
  readonly #side: Side

  constructor(side: Side, namespace: string) {
    this.#side = side
    this.namespace = namespace
  }

  /** The address of a namespaced collection or object: `deployments/web/scale`. */
  at(groupVersion: string, rest: string): string {
    const root = groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`
    return `${root}/namespaces/${this.namespace}/${rest}`
  }

  create(collection: string, object: unknown, parameters: Parameters = {}): Promise<JsonMap> {
    return this.#record('POST', collection, parameters, 'application/json', object)
  }

  update(path: string, object: unknown, parameters: Parameters = {}): Promise<JsonMap> {
    return this.#record('PUT', path, parameters, 'application/json', object)
  }

  patch(as: keyof typeof types, path: string, patch: unknown, parameters: Parameters = {}): Promise<JsonMap> {
    return this.#record('PATCH', path, parameters, types[as], patch)
  }

  /** Server-side apply as a manager. */
  apply(manager: string, path: string, object: unknown, parameters: Parameters = {}): Promise<JsonMap> {
    return this.patch('apply', path, object, { fieldManager: manager, ...parameters })
  }

  get(path: string): Promise<JsonMap> {
    return this.#record('GET', path, {}, undefined, undefined)
  }

  /** A GET whose address differs from side to side, such as by a revision. */
  async sendAs(title: string, path: string): Promise<JsonMap> {
    const { body } = await this.send(title, { method: 'GET', path })
    return isMap(body) ? body : {}
  }

  delete(path: string, options?: unknown): Promise<JsonMap> {
    return this.#record('DELETE', path, {}, options === undefined ? undefined : 'application/json', options)
  }

  /** Any request, with its answer. */
  async send(title: string, request: Request): Promise<Answer> {
    const { etag, ...answer } = await this.#side.request(request)
    this.note(title, { ...answer, ...(etag === undefined ? {} : { etag: true }) })
    this.answered()
    return etag === undefined ? answer : { ...answer, etag }
  }

  /**
   * Opens a watch, plays, and compares the next so many events, or those up to the end of the stream. Bookmarks are left
   * out unless they are asked for.
   */
  async watch(
    path: string,
    count: number,
    play: () => Promise<unknown>,
    options: WatchOptions = {},
  ): Promise<void> {
    const accept = options.accept === undefined ? {} : { accept: options.accept }
    const watch = await this.#side.watch({ method: 'GET', path, ...accept })
    try {
      const { etag: _, ...answer } = watch.answer
      this.note(`watch ${withoutRevision(path)}`, answer)
      await play()
      const events: Json[] = []
      while (events.length < count) {
        const event = await watch.next()
        if (event === undefined) break
        if (options.bookmarks === true || !isMap(event) || event.type !== 'BOOKMARK') events.push(event)
      }
      this.note(`events of ${withoutRevision(path)}`, events)
    } finally {
      await watch.close()
    }
  }

  /** Runs kubectl in the namespace; exit code and what it printed are compared, the latter as it is `shown`. */
  async kubectl(args: readonly string[], stdin?: string, shown = asItIs): Promise<void> {
    const { code, stdout, stderr } = await this.#side.kubectl(['-n', this.namespace, ...args], stdin)
    this.note(`kubectl ${args.join(' ')}`, { code, stdout: shown(stdout), stderr })
  }

  /** Runs helm in the namespace, without comparing what it says. */
  quietHelm(args: readonly string[]): Promise<ClientResult> {
    return this.#side.helm(['-n', this.namespace, ...args])
  }

  /** A request that is not compared. */
  quiet(request: Request): Promise<Answer> {
    return this.#side.request(request)
  }

  /**
   * Asks again, without comparing it, until the answer is as it has to be, and does something in between. Throws, with the
   * last answer, when it never is.
   */
  async until(
    request: Request,
    isReached: (answer: Answer) => boolean,
    between: () => Promise<void> = () => pause(25),
    most = 1_500,
  ): Promise<void> {
    let last: Answer | undefined
    for (let tries = 0; tries < most; tries += 1) {
      last = await this.#side.request(request)
      if (isReached(last)) return
      await between()
    }
    const found = JSON.stringify(last?.body).slice(0, 2_000)
    throw new Error(`${request.method} ${request.path} never became as it has to be: ${found}`)
  }

  /** What happened in a collection since a revision, without comparing it. */
  async history(path: string, revision: string): Promise<readonly JsonMap[]> {
    const since = `watch=true&resourceVersion=${revision}&timeoutSeconds=1`
    const watch = await this.#side.watch({ method: 'GET', path: `${path}?${since}` })
    const events: JsonMap[] = []
    for (let event = await watch.next(); event !== undefined; event = await watch.next())
      if (isMap(event)) events.push(event)
    await watch.close()
    return events
  }

  /** Something that was found out about answers. */
  note(title: string, result: Json): void {
    this.steps.push({ title, result })
  }

  /** At least a second goes by. */
  tick(): Promise<void> {
    return this.#side.tick()
  }

  /** Makes a definition usable on this side, without comparing how long it takes. */
  async define(definition: JsonMap, collection: string): Promise<void> {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const made = await this.quiet({
      method: 'POST',
      path,
      contentType: 'application/json',
      body: JSON.stringify(definition),
    })
    if (made.status !== 201) throw new Error(`cannot define: ${JSON.stringify(made.body)}`)
    const probe = {
      method: 'POST',
      path: `${collection}?dryRun=All`,
      contentType: 'application/json',
    } as const
    await this.until({ ...probe, body: '{}' }, ({ status }) => status !== 404)
  }

  async #record(
    method: Request['method'],
    path: string,
    parameters: Parameters,
    contentType: string | undefined,
    body: unknown,
  ): Promise<JsonMap> {
    const query = new URLSearchParams(parameters).toString()
    const target = query === '' ? path : `${path}?${query}`
    const answer = await this.send(`${method} ${target}`, {
      method,
      path: target,
      ...(contentType === undefined ? {} : { contentType }),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return isMap(answer.body) ? answer.body : {}
  }
}

function asItIs(text: string): string {
  return text
}

function withoutRevision(path: string): string {
  return path.replace(/resourceVersion=\d+/, 'resourceVersion=…')
}
