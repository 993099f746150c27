import { isList, isMap, type Json, type JsonMap, type KubeObject } from '../core/object/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import {
  asObject,
  badAnswer,
  failureOf,
  jsonOf,
  objectOf,
  type RawAnswer,
  type RequestSubject,
  saysAbsent,
  subjectOfKind,
  subjectOfObject,
  warningsOf,
} from './answer/index.ts'
import { pathOf, type ResourceRef } from './api-resource.ts'
import type {
  ApplyOptions,
  ClusterApi,
  DeleteOptions,
  DeleteReply,
  ListOptions,
  ListPage,
  ListResult,
  OpenApiDocument,
  PatchOptions,
  Reply,
  ServerVersion,
  WriteOptions,
} from './cluster-api.ts'
import { clusterIdOf, pinTo, wrongCluster } from './cluster-id.ts'
import type { Connection } from './connection/index.ts'
import { discover, type Discovery } from './discovery/index.ts'
import { type Call, Exchange } from './exchange.ts'
import { type Identity, type IdentityOptions, impersonationHeaders } from './identity.ts'
import { listPages } from './list-pages.ts'
import { OpenApiDocuments } from './open-api.ts'
import { Transport } from './transport/index.ts'

export interface ClientOptions {
  readonly clock?: Clock
  /** Requests at once to this cluster; watches do not count. There is no limit by time: the server says 429. */
  readonly maxInFlight?: number
  readonly userAgent?: string
  /** A number in [0, 1), for spreading waits. */
  readonly random?: () => number
  readonly log?: (message: string, fields: { readonly [name: string]: unknown }) => void
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** The client of one cluster; `ClusterApi` says what each method does. Connects at the first request. */
export class ClusterClient implements ClusterApi {
  /** The calls under this client, for watches. */
  readonly exchange: Exchange
  readonly #openApi: OpenApiDocuments
  readonly #ownsConnections: boolean

  /** `shared` makes a view that uses the connections of another client and leaves closing them to it. */
  constructor(connection: Connection, options: ClientOptions = {}, shared?: Exchange) {
    this.exchange = shared ?? exchangeFor(connection, options)
    this.#ownsConnections = shared === undefined
    this.#openApi = new OpenApiDocuments(this.exchange)
  }

  get name(): string {
    return this.exchange.connection.name
  }

  as(identity: Identity, options: IdentityOptions = {}): ClusterClient {
    const headers = impersonationHeaders(identity, options)
    return new ClusterClient(this.exchange.connection, {}, this.exchange.withIdentity(headers))
  }

  async version(): Promise<ServerVersion> {
    const subject = this.#cluster('read its version')
    const body = jsonOf(
      await this.exchange.call({ method: 'GET', path: '/version', subject, idempotent: true }),
      subject,
    )
    const { major, minor, gitVersion, platform, emulationMajor, emulationMinor } = body
    if (typeof major !== 'string' || typeof minor !== 'string' || typeof gitVersion !== 'string') {
      throw badAnswer(subject, 'the answer is no version')
    }
    const emulates = typeof emulationMajor === 'string' && typeof emulationMinor === 'string'
    const other = emulates && (emulationMajor !== major || emulationMinor !== minor)
    return {
      major,
      minor,
      gitVersion,
      platform: typeof platform === 'string' ? platform : undefined,
      emulated: other ? `${emulationMajor}.${emulationMinor}` : undefined,
    }
  }

  clusterId(): Promise<string> {
    return clusterIdOf(this.exchange)
  }

  async confirmCluster(expected: string): Promise<void> {
    const found = await this.clusterId()
    if (found === expected) return
    throw wrongCluster(`cluster ${this.name}`, found, expected)
  }

  pin(uid: string): void {
    pinTo(this.exchange, uid)
  }

  discover(): Promise<Discovery> {
    return discover(this.exchange)
  }

  openApi(groupVersion: string, known?: string): Promise<OpenApiDocument | undefined> {
    return this.#openApi.get(groupVersion, known)
  }

  async get(
    resource: ResourceRef,
    namespace: string | undefined,
    name: string,
  ): Promise<KubeObject | undefined> {
    const subject = subjectOfObject(resource, namespace, name, 'get')
    const path = pathOf(resource, namespace, name)
    const answer = await this.exchange.call({
      method: 'GET',
      path,
      expected: [404],
      subject,
      idempotent: true,
    })
    if (answer.status !== 404) return objectOf(answer, resource, subject)
    if (saysAbsent(answer, subject)) return undefined
    throw failureOf(answer, subject)
  }

  async list(resource: ResourceRef, options: ListOptions = {}): Promise<ListResult> {
    let items: KubeObject[] = []
    let resourceVersion = ''
    let complete = false
    for await (const page of this.listPages(resource, options)) {
      if (page.restart) items = []
      for (const item of page.items) items.push(item)
      resourceVersion = page.resourceVersion
      complete = page.last
    }
    if (!complete)
      throw badAnswer(subjectOfKind(resource, options.namespace, 'list'), 'the list has no last page')
    return { items, resourceVersion }
  }

  listPages(resource: ResourceRef, options: ListOptions = {}): AsyncIterable<ListPage> {
    return listPages(this.exchange, resource, options)
  }

  apply(resource: ResourceRef, object: KubeObject, options: ApplyOptions): Promise<Reply> {
    const { name, namespace } = object.metadata
    return this.#write(resource, namespace, name, options, {
      method: 'PATCH',
      action: 'apply',
      contentType: patchTypes.apply,
      body: object,
      query: { force: String(options.force) },
      idempotent: true,
    })
  }

  create(resource: ResourceRef, object: KubeObject, options: WriteOptions): Promise<Reply> {
    const { name, namespace } = object.metadata
    return this.#write(resource, namespace, name, options, {
      method: 'POST',
      action: 'create',
      contentType: 'application/json',
      body: object,
      idempotent: false,
    })
  }

  replace(resource: ResourceRef, object: KubeObject, options: WriteOptions): Promise<Reply> {
    const { name, namespace } = object.metadata
    return this.#write(resource, namespace, name, options, {
      method: 'PUT',
      action: 'replace',
      contentType: 'application/json',
      body: object,
      idempotent: false,
    })
  }

  patch(
    resource: ResourceRef,
    namespace: string | undefined,
    name: string,
    type: 'json' | 'merge' | 'strategic',
    body: Json,
    options: PatchOptions,
  ): Promise<Reply> {
    return this.#write(resource, namespace, name, options, {
      method: 'PATCH',
      action: 'patch',
      contentType: patchTypes[type],
      body,
      idempotent: false,
    })
  }

  async delete(
    resource: ResourceRef,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions,
  ): Promise<DeleteReply> {
    const { uid, resourceVersion, propagation, dryRun, signal } = options
    // An empty precondition is none: the server would delete whatever bears the name.
    if (uid === '') throw new Error('a delete needs the uid of the object')
    const subject = subjectOfObject(resource, namespace, name, 'delete')
    const answer = await this.exchange.call({
      method: 'DELETE',
      path: pathOf(resource, namespace, name),
      contentType: 'application/json',
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
        ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
        ...(dryRun === true ? { dryRun: ['All'] } : {}),
      }),
      subject,
      idempotent: true,
      ...(signal === undefined ? {} : { signal }),
    })
    return { gone: isGone(jsonOf(answer, subject)), warnings: warningsOf(answer.headers) }
  }

  async close(): Promise<void> {
    if (this.#ownsConnections) await this.exchange.transport.close()
  }

  async #write(
    resource: ResourceRef,
    namespace: string | undefined,
    name: string | undefined,
    options: WriteOptions,
    write: Write,
  ): Promise<Reply> {
    const { manager, dryRun, fieldValidation, subresource, signal } = options
    const subject = subjectOfObject(resource, namespace, name, write.action)
    const named = write.method === 'POST' ? undefined : name
    const answer = await this.exchange.call({
      method: write.method,
      path: pathOf(resource, namespace, named, subresource),
      query: {
        fieldManager: manager,
        dryRun: dryRun === true ? 'All' : undefined,
        fieldValidation,
        ...write.query,
      },
      contentType: write.contentType,
      body: JSON.stringify(write.body),
      subject,
      idempotent: write.idempotent || dryRun === true,
      ...(signal === undefined ? {} : { signal }),
    })
    return {
      object: writtenObject(answer, resource, subresource, subject),
      warnings: warningsOf(answer.headers),
      created: answer.status === 201,
    }
  }

  #cluster(action: string): RequestSubject {
    return { name: `cluster ${this.name}`, action, secret: false }
  }
}

interface Write {
  readonly method: Call['method']
  readonly action: string
  readonly contentType: string
  readonly body: KubeObject | Json
  readonly query?: { readonly [name: string]: string | undefined }
  readonly idempotent: boolean
}

/** A subresource other than `status` answers in a kind of its own, such as Scale. */
function writtenObject(
  answer: RawAnswer,
  resource: ResourceRef,
  subresource: string | undefined,
  subject: RequestSubject,
): KubeObject {
  if (subresource === undefined || subresource === 'status') return objectOf(answer, resource, subject)
  const object = asObject(jsonOf(answer, subject))
  if (object === undefined) throw badAnswer(subject, 'the answer is not a Kubernetes object')
  return object
}

/** The server answers a deletion with a Status, or, for some kinds and while finalizers wait, with the object. */
function isGone(body: JsonMap): boolean {
  const { metadata } = body
  if (body.kind === 'Status' || !isMap(metadata)) return true
  const grace = metadata.deletionGracePeriodSeconds
  const held = isList(metadata.finalizers) && metadata.finalizers.length > 0
  return !held && (typeof grace !== 'number' || grace === 0)
}

function exchangeFor(connection: Connection, options: ClientOptions): Exchange {
  const {
    clock = systemClock,
    maxInFlight = 32,
    userAgent = 'evenkeel',
    random = Math.random,
    log = () => {},
  } = options
  const { identity } = connection
  const headers = identity === undefined ? {} : impersonationHeaders(identity, { allowReserved: true })
  const transport = new Transport(connection, { clock, maxInFlight })
  return new Exchange(connection, transport, headers, {
    clock,
    userAgent,
    random,
    log,
    withoutStreamingLists: new Set(),
  })
}
