import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { BoxPool, compileModule, findBeside } from '../box/index.ts'
import { canonicalJson, isMap, type JsonMap } from '../core/object/index.ts'
import { Undecodable } from './contract.ts'
import { apimachineryLimits } from './limits.ts'
import type {
  ConvertRequest,
  Defined,
  ObjectHandling,
  ObjectHandlingOptions,
  ObjectType,
  Profile,
  Table,
  TableRequest,
  WriteReply,
  WriteRequest,
} from './object-handling.ts'

/** Everything that is random follows from what a request chooses. */
const seed = new Uint8Array(32)

/**
 * Kubernetes' handling of requests, with its own threads; they start at the first call. Undefined in an installation
 * without the module, which `npm run build:apimachinery` builds.
 */
export function openObjectHandling(options: ObjectHandlingOptions): ObjectHandling | undefined {
  const file = options.module ?? findBeside('apimachinery.wasm')
  if (file === undefined) return undefined
  const pool = new BoxPool({
    module: () => compileModule('apimachinery', file),
    threads: options.threads ?? Math.max(1, Math.floor(availableParallelism() / 2)),
    timeMs: apimachineryLimits.timeMs,
    mostCalls: Number.MAX_SAFE_INTEGER,
    mostMemory: 768 * 1024 * 1024,
    warmUp: [],
  })
  return new BoxObjectHandling(pool, options.schemas)
}

/** What a call of the module answers. */
interface Reply {
  readonly failure?: string
  readonly need?: 'schemas' | 'definition'
  readonly code?: number
  readonly body?: JsonMap
  readonly warnings?: readonly string[]
  readonly stored?: 'created' | 'updated' | 'deleted'
  readonly object?: JsonMap
  readonly asked?: JsonMap
  readonly documents?: Readonly<Record<string, JsonMap>>
}

/** The request of a call: HTTP, and what is stored where it goes to. */
interface Call {
  readonly operation: 'serve' | 'decode' | 'describe'
  readonly version?: Profile
  readonly digest?: string
  readonly [field: string]: unknown
}

class BoxObjectHandling implements ObjectHandling {
  readonly #pool: BoxPool
  readonly #schemas: ObjectHandlingOptions['schemas']
  readonly #definitions = new Map<string, string>()

  constructor(pool: BoxPool, schemas: ObjectHandlingOptions['schemas']) {
    this.#pool = pool
    this.#schemas = schemas
  }

  async write(request: WriteRequest): Promise<WriteReply> {
    const { type, admission, live, offer } = request
    const reply = await this.#serve(request.now, {
      operation: 'serve',
      version: request.profile,
      digest: type.definition ?? '',
      method: request.method,
      path: pathOf(type, request),
      query: request.query,
      accept: 'application/json',
      contentType: request.contentType,
      userAgent: request.userAgent,
      body: Buffer.from(request.body).toString('base64'),
      uid: request.uid,
      ...(live === undefined ? {} : { live }),
      ...(offer === undefined ? {} : { offer }),
      ...(admission === 'ask' ? { ask: true } : admission === undefined ? {} : admission),
    })
    const { warnings = [], asked, code = 500, body = {}, stored, object = body } = reply
    if (asked !== undefined) return { kind: 'prepared', object: asked, warnings }
    const answer = { kind: 'answer', code, body, warnings } as const
    if (stored === undefined) return answer
    return { ...answer, stored: stored === 'deleted' ? { as: stored } : { as: stored, object } }
  }

  async table({ type, profile, resource, objects, now }: TableRequest): Promise<Table> {
    const reply = await this.#serve(now, {
      operation: 'serve',
      version: profile,
      digest: type.definition ?? '',
      method: 'GET',
      path: pathOf(type, { resource, subresource: '', namespace: '', name: '' }),
      query: 'includeObject=None',
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      members: objects,
    })
    return bodyOf(reply) as unknown as Table
  }

  async convert({ type, profile, resource, object, subresource }: ConvertRequest): Promise<JsonMap> {
    const { name, namespace } = isMap(object.metadata) ? object.metadata : {}
    const place = {
      resource,
      subresource: subresource ?? '',
      namespace: textOf(namespace),
      name: textOf(name),
    }
    const reply = await this.#serve('2026-01-01T00:00:00Z', {
      operation: 'serve',
      version: profile,
      digest: type.definition ?? '',
      method: 'GET',
      path: pathOf(type, place),
      accept: 'application/json',
      live: object,
    })
    return bodyOf(reply)
  }

  async define(definition: JsonMap): Promise<Defined> {
    const { apiVersion, kind, spec } = definition
    const name = isMap(definition.metadata) ? textOf(definition.metadata.name) : ''
    const bare = canonicalJson({
      apiVersion: apiVersion ?? null,
      kind: kind ?? null,
      metadata: { name },
      spec: spec ?? null,
    })
    const digest = createHash('sha256').update(bare).digest('hex')
    const reply = await this.#call(Buffer.from(`{"operation":"describe","definition":${bare}}`))
    if (reply.failure !== undefined) throw new Error(`CustomResourceDefinition ${name}: ${reply.failure}`)
    this.#definitions.set(digest, bare)
    return { digest, documents: reply.documents ?? {} }
  }

  async decode(body: Uint8Array): Promise<JsonMap> {
    const asked = { operation: 'decode', body: Buffer.from(body).toString('base64') }
    const reply = await this.#call(Buffer.from(JSON.stringify(asked)))
    if (reply.failure !== undefined) throw new Undecodable(reply.failure)
    return reply.object ?? {}
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }

  /** An instance is told once what is large: it asks for it when it meets a version or a definition for the first time. */
  async #serve(now: string, call: Call): Promise<Reply> {
    const head = JSON.stringify(call).slice(0, -1)
    const parts = new Map<string, Uint8Array>()
    for (;;) {
      const more = [...parts].flatMap(([name, text]) => [Buffer.from(`,"${name}":`), text])
      const reply = await this.#call(
        Buffer.concat([Buffer.from(head), ...more, Buffer.from('}')]),
        Date.parse(now),
      )
      if (reply.failure !== undefined) throw new Error(`apimachinery: ${reply.failure}`)
      if (reply.need === undefined) return reply
      parts.set(reply.need, await this.#needed(reply.need, call))
    }
  }

  async #needed(need: 'schemas' | 'definition', { version, digest = '' }: Call): Promise<Uint8Array> {
    if (need === 'schemas' && version !== undefined) return this.#schemas(version)
    const definition = this.#definitions.get(digest)
    if (definition === undefined) throw new Error(`apimachinery: no definition has the digest "${digest}"`)
    return Buffer.from(definition)
  }

  async #call(input: Uint8Array, clock = 0): Promise<Reply> {
    const outcome = await this.#pool.call({ tenant: '', name: 'process', input, seed, clock })
    if (outcome.ended !== 'reply') throw new Error(`apimachinery: ${outcome.message}`)
    return JSON.parse(Buffer.from(outcome.output).toString('utf8')) as Reply
  }
}

/** The address of an object, or of a collection without its name. */
function pathOf(
  { group, version }: ObjectType,
  place: Pick<WriteRequest, 'resource' | 'subresource' | 'namespace' | 'name'>,
): string {
  const parts = [group === '' ? '/api' : `/apis/${group}`, version]
  if (place.namespace !== '') parts.push('namespaces', place.namespace)
  parts.push(place.resource)
  if (place.name !== '') parts.push(place.name)
  if (place.subresource !== '') parts.push(place.subresource)
  return parts.join('/')
}

function bodyOf({ code = 500, body = {} }: Reply): JsonMap {
  if (code !== 200) throw new Error(`apimachinery: ${textOf(body.message)}`)
  return body
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
