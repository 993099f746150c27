import { createHash } from 'node:crypto'
import { isMap } from '../core/object/index.ts'
import { SharedValues } from '../core/shared-values.ts'
import { badAnswer, jsonOf, type RequestSubject } from './answer/index.ts'
import type { OpenApiDocument } from './cluster-api.ts'
import type { Exchange } from './exchange.ts'
import { KubeFailure } from './failure.ts'

type Hashes = ReadonlyMap<string, string>

/** What the indexes of clusters say: clusters of one version say the same. */
const shared = new SharedValues<Hashes>()

/**
 * The OpenAPI v3 documents of one cluster, read when they are asked for. The index is asked for with its ETag each
 * time, so a changed CustomResourceDefinition shows at once. A document is not kept, and the server's hash of it says
 * nothing about documents of other clusters: one cluster could speak for another.
 */
export class OpenApiDocuments {
  readonly #exchange: Exchange
  #index: { readonly etag: string | undefined; readonly hashes: Hashes } | undefined

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  /**
   * The document of `apps/v1` or `v1`; undefined while its hash is `known`. Throws `unknown-kind` when the index lacks
   * it.
   */
  async get(groupVersion: string, known: string | undefined): Promise<OpenApiDocument | undefined> {
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
    return hash === known ? undefined : this.#read(key, hash)
  }

  async #hashes(): Promise<Hashes> {
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
    this.#index = { etag, hashes: shared.share(digestOf(JSON.stringify([...hashes])), hashes) }
    return this.#index.hashes
  }

  async #read(key: string, hash: string): Promise<OpenApiDocument> {
    const subject = this.#subject(`read the OpenAPI of ${key}`)
    const answer = await this.#exchange.call({
      method: 'GET',
      path: `/openapi/v3/${key}`,
      query: { hash },
      subject,
      idempotent: true,
    })
    return { hash, digest: digestOf(answer.body), document: () => jsonOf(answer, subject) }
  }

  #subject(action: string): RequestSubject {
    return { name: `cluster ${this.#exchange.connection.name}`, action, secret: false }
  }
}

function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64')
}
