import { Agent, fetch } from 'undici'
import { asJson, type JsonMap, type KubeObject } from '../../src/core/object/index.ts'
import { parseOpenApi, type TypeSchema } from '../../src/core/schema/index.ts'
import type { ApiServer, User } from '../../tools/kubernetes/index.ts'

/** An answer of the API server, whatever its status. */
export interface Answer {
  readonly status: number
  readonly body: KubeObject & JsonMap
}

export interface WriteOptions {
  readonly manager?: string
  readonly force?: boolean
  readonly dryRun?: boolean
  readonly user?: User
}

/** The bare requests of ownership tests, without any code of the client under `src/kube`. */
export class Rest {
  readonly #server: ApiServer
  readonly #agent: Agent
  readonly #documents = new Map<string, unknown>()

  constructor(server: ApiServer) {
    this.#server = server
    this.#agent = new Agent({ connect: { ca: server.caPem } })
  }

  async close(): Promise<void> {
    await this.#agent.close()
  }

  async get(path: string): Promise<Answer> {
    return this.#send('GET', path)
  }

  async apply(
    path: string,
    object: KubeObject,
    { manager = 'evenkeel', force = false, ...rest }: WriteOptions = {},
  ): Promise<Answer> {
    return this.#send('PATCH', withQuery(path, { ...rest, manager }, { force: String(force) }), {
      type: 'application/apply-patch+yaml',
      body: asJson(object),
      user: rest.user,
    })
  }

  async patch(
    path: string,
    type: 'json' | 'merge' | 'strategic-merge',
    body: unknown,
    options: WriteOptions = {},
  ): Promise<Answer> {
    return this.#send('PATCH', withQuery(path, options), {
      type: `application/${type}-patch+json`,
      body,
      user: options.user,
    })
  }

  async put(path: string, object: KubeObject, options: WriteOptions = {}): Promise<Answer> {
    return this.#send('PUT', withQuery(path, options), {
      type: 'application/json',
      body: object,
      user: options.user,
    })
  }

  async post(path: string, object: KubeObject, options: WriteOptions = {}): Promise<Answer> {
    return this.#send('POST', withQuery(path, options), {
      type: 'application/json',
      body: object,
      user: options.user,
    })
  }

  async delete(path: string): Promise<Answer> {
    return this.#send('DELETE', path)
  }

  /** The type of an object as the cluster publishes it now; `fresh` rereads the document. */
  async typeOf({ apiVersion, kind }: KubeObject, fresh = false): Promise<TypeSchema | undefined> {
    const [first = '', second] = apiVersion.split('/')
    const [group, version] = second === undefined ? ['', first] : [first, second]
    const path = group === '' ? `/openapi/v3/api/${version}` : `/openapi/v3/apis/${group}/${version}`
    if (fresh || !this.#documents.has(path)) this.#documents.set(path, (await this.get(path)).body)
    return parseOpenApi(this.#documents.get(path)).typeOf({ group, version, kind })
  }

  async #send(
    method: string,
    path: string,
    sent?: { readonly type: string; readonly body: unknown; readonly user: User | undefined },
  ): Promise<Answer> {
    const response = await fetch(`${this.#server.url}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        authorization: `Bearer ${this.#server.token(sent?.user ?? 'admin')}`,
        accept: 'application/json',
        'user-agent': 'ownership-test/1',
        ...(sent === undefined ? {} : { 'content-type': sent.type }),
      },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent.body) }),
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }
}

function withQuery(
  path: string,
  { manager, dryRun }: WriteOptions,
  more: Record<string, string> = {},
): string {
  const query = new URLSearchParams(more)
  if (manager !== undefined) query.set('fieldManager', manager)
  if (dryRun === true) query.set('dryRun', 'All')
  return `${path}?${query.toString()}`
}
