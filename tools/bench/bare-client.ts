import { Pool } from 'undici'
import type { KubeObject } from '../../src/core/object/index.ts'
import { eachLimited } from '../../src/runtime/index.ts'
import type { AttachedApiServer, User } from '../../tools/kubernetes/index.ts'

/** Requests at once in every bare loop: what the reference figures of other systems were measured with. */
export const inFlight = 20

const collections: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  Namespace: 'namespaces',
  Secret: 'secrets',
  GitRepository: 'gitrepositories',
  Kustomization: 'kustomizations',
}

/**
 * A client that does nothing but send requests over twenty connections: what Evenkeel is compared with. It
 * shares no code with Evenkeel's own client.
 */
export class BareClient {
  readonly #pool: Pool
  readonly #headers: Readonly<Record<string, string>>
  readonly #manager: string

  constructor(server: AttachedApiServer, user: User, manager: string) {
    this.#pool = new Pool(server.url, {
      connections: inFlight,
      allowH2: false,
      connect: { ca: server.caPem },
    })
    this.#headers = { authorization: `Bearer ${server.token(user)}`, accept: 'application/json' }
    this.#manager = manager
  }

  /** Server-side apply of every object by force, twenty at once. */
  async applyAll(objects: readonly KubeObject[]): Promise<void> {
    await eachLimited(objects, inFlight, (object) => this.apply(object))
  }

  async apply(object: KubeObject): Promise<void> {
    await this.#send('PATCH', `${pathOf(object)}?fieldManager=${this.#manager}&force=true`, {
      type: 'application/apply-patch+yaml',
      body: object,
    })
  }

  async merge(object: KubeObject, patch: object, subresource = ''): Promise<void> {
    await this.#send('PATCH', `${pathOf(object)}${subresource}?fieldManager=${this.#manager}`, {
      type: 'application/merge-patch+json',
      body: patch,
    })
  }

  /** The text of any path. */
  async text(path: string): Promise<string> {
    return await this.#send('GET', path)
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }

  async #send(method: 'GET' | 'PATCH', path: string, sent?: { type: string; body: object }): Promise<string> {
    const answer = await this.#pool.request({
      method,
      path,
      headers: sent === undefined ? this.#headers : { ...this.#headers, 'content-type': sent.type },
      body: sent === undefined ? null : JSON.stringify(sent.body),
    })
    const text = await answer.body.text()
    if (answer.statusCode < 400) return text
    throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`)
  }
}

function pathOf(object: KubeObject): string {
  const { namespace, name } = object.metadata
  const root = object.apiVersion === 'v1' ? '/api/v1' : `/apis/${object.apiVersion}`
  const inside = namespace === undefined ? '' : `/namespaces/${namespace}`
  const collection = collections[object.kind]
  if (collection === undefined) throw new Error(`the bench has no objects of kind ${object.kind}`)
  return `${root}${inside}/${collection}/${name}`
}
