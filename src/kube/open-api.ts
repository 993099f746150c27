import { isMap } from '../core/object/index.ts'
import { badAnswer, jsonOf, type RequestSubject } from './answer/index.ts'
import type { OpenApiDocument } from './cluster-api.ts'
import type { Exchange } from './exchange.ts'
import { KubeFailure } from './failure.ts'

/**
 * The OpenAPI v3 documents of one cluster, read when they are asked for. The index is asked for with its ETag each
 * time, so a changed CustomResourceDefinition shows at once; documents are kept by the hash in the index.
 * They are not shared between clusters: the hash is the server's word, and one cluster could speak for another.
 */
export class OpenApiDocuments {
  readonly #exchange: Exchange
  readonly #documents = new Map<string, { readonly hash: string; readonly document: Promise<unknown> }>()
  #index: { readonly etag: string | undefined; readonly hashes: ReadonlyMap<string, string> } | undefined

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  /** The document of `apps/v1` or `v1`. Throws `unknown-kind` when the index lacks it. */
  async get(groupVersion: string): Promise<OpenApiDocument> {
    const key = groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`
    const hash = (await this.#hashes()).get(key)
    if (hash === undefined) {
      throw new KubeFailure(
        'unknown-kind',
        `${groupVersion}: cannot read its OpenAPI: the cluster does not serve it`,
        {
          subject: groupVersion,
        },
      )
    }
    const kept = this.#documents.get(key)
    if (kept?.hash === hash) return { hash, document: await kept.document }
    const document = this.#read(key, hash)
    this.#documents.set(key, { hash, document })
    try {
      return { hash, document: await document }
    } catch (error) {
      if (this.#documents.get(key)?.document === document) this.#documents.delete(key)
      throw error
    }
  }

  async #hashes(): Promise<ReadonlyMap<string, string>> {
    const subject = this.#subject('read the OpenAPI index')
    const kept = this.#index
    const answer = await this.#exchange.call({
      method: 'GET',
      path: '/openapi/v3',
      ...(kept?.etag === undefined ? {} : { headers: { 'if-none-match': kept.etag } }),
      expected: [304],
      subject,
      idempotent: true,
    })
    if (answer.status === 304 && kept !== undefined) return kept.hashes
    const { paths } = jsonOf(answer, subject)
    if (!isMap(paths)) throw badAnswer(subject, 'the index has no paths')
    const hashes = new Map<string, string>()
    for (const [key, entry] of Object.entries(paths)) {
      const address = isMap(entry) ? entry.serverRelativeURL : undefined
      if (typeof address !== 'string') continue
      hashes.set(key, new URLSearchParams(address.split('?')[1] ?? '').get('hash') ?? address)
    }
    const [etag] = [answer.headers.etag].flat()
    this.#index = { etag, hashes }
    return hashes
  }

  async #read(key: string, hash: string): Promise<unknown> {
    const subject = this.#subject(`read the OpenAPI of ${key}`)
    const answer = await this.#exchange.call({
      method: 'GET',
      path: `/openapi/v3/${key}`,
      query: { hash },
      subject,
      idempotent: true,
    })
    return jsonOf(answer, subject)
  }

  #subject(action: string): RequestSubject {
    return { name: `cluster ${this.#exchange.connection.name}`, action, secret: false }
  }
}
