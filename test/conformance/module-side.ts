import { randomUUID } from 'node:crypto'
import type { ObjectHandling, Profile, WriteReply } from '../../src/apimachinery/index.ts'
import { isList, isMap, type Json, type JsonMap } from '../../src/core/object/index.ts'
import type { PublishedRelease } from '../../src/sim/data/index.ts'
import type { Answer, Request, Side } from './side.ts'

interface Place {
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  readonly name: string
  readonly subresource: string
}

/**
 * Kubernetes' handling of objects alone, with the least of a server around it: a map of objects and a counter. What
 * differs from a real server here is the fault of the module.
 */
export class ModuleSide implements Side {
  readonly name = 'the module'
  readonly #handling: ObjectHandling
  readonly #profile: Profile
  readonly #kinds: ReadonlyMap<string, string>
  readonly #definitions = new Map<string, { readonly kind: string; readonly digest: string }>()
  readonly #objects = new Map<string, JsonMap>()
  #revision = 100
  #clock = Date.UTC(2026, 0, 1)

  constructor(handling: ObjectHandling, release: PublishedRelease) {
    this.#handling = handling
    this.#profile = release.profile
    this.#kinds = kindsOf(release)
  }

  async request(request: Request): Promise<Answer> {
    const [path = '', query = ''] = request.path.split('?')
    const place = placeOf(path)
    if (request.method === 'GET') return this.#get(place)
    const { answer, reply } = await this.#write(request, place, query)
    if (reply.kind === 'answer' && reply.stored !== undefined) await this.#store(place, reply.stored)
    return answer
  }

  tick(): Promise<void> {
    this.#clock += 2_000
    return Promise.resolve()
  }

  async #get(place: Place): Promise<Answer> {
    const live = this.#objects.get(keyOf(place))
    if (live === undefined) return notFound(place)
    const subresource = place.subresource === 'scale' ? { subresource: 'scale' as const } : {}
    const { resource } = place
    const type = this.#typeOf(place)
    const body = await this.#handling.convert({
      type,
      resource,
      profile: this.#profile,
      object: live,
      ...subresource,
    })
    return { status: 200, warnings: [], body }
  }

  async #write(
    request: Request,
    place: Place,
    query: string,
  ): Promise<{ answer: Answer; reply: WriteReply }> {
    const ask = (live: JsonMap | undefined): Promise<WriteReply> =>
      this.#handling.write({
        type: this.#typeOf(place),
        profile: this.#profile,
        method: request.method === 'GET' ? 'POST' : request.method,
        ...place,
        query,
        contentType: request.contentType ?? '',
        userAgent: request.userAgent ?? 'conformance/1.0',
        body: Buffer.from(request.body ?? ''),
        now: new Date(this.#clock).toISOString().replace(/\.\d+Z$/, 'Z'),
        uid: randomUUID(),
        offer: { clusterIP: '10.0.0.50', nodePorts: [30_050, 30_051, 30_052] },
        ...(live === undefined ? {} : { live }),
      })
    const live = this.#objects.get(keyOf(place))
    const missing =
      live === undefined && request.method !== 'POST' && !/apply-patch/.test(request.contentType ?? '')
    let reply = await ask(live)
    if (reply.kind === 'answer' && request.method === 'POST' && reply.code === 201) {
      const taken = this.#objects.get(keyOf({ ...place, name: nameOf(reply.body) }))
      if (taken !== undefined) reply = await ask(taken)
    }
    if (reply.kind !== 'answer') throw new Error('admission was asked')
    const { code, warnings, stored } = reply
    if (missing && code < 300) throw new Error('a write to what is not there went well')
    const revision = stored === undefined ? undefined : String(++this.#revision)
    const body =
      revision !== undefined && isObject(reply.body) ? withRevision(reply.body, revision) : reply.body
    return { answer: { status: code, warnings, body }, reply }
  }

  async #store(
    place: Place,
    stored: NonNullable<Extract<WriteReply, { kind: 'answer' }>['stored']>,
  ): Promise<void> {
    if (stored.as === 'deleted') {
      this.#objects.delete(keyOf(place))
      return
    }
    const object = withRevision(stored.object, String(this.#revision))
    this.#objects.set(keyOf({ ...place, name: nameOf(object) }), object)
    if (place.resource !== 'customresourcedefinitions' || !isMap(object.spec)) return
    const { group, names } = object.spec
    const { digest } = await this.#handling.define(object)
    if (isMap(names))
      this.#definitions.set(`${text(group)}/${text(names.plural)}`, { kind: text(names.kind), digest })
  }

  #typeOf({ group, version, resource }: Place) {
    const custom = this.#definitions.get(`${group}/${resource}`)
    if (custom !== undefined) return { group, version, kind: custom.kind, definition: custom.digest }
    return { group, version, kind: this.#kinds.get(`${group}/${resource}`) ?? '' }
  }
}

function placeOf(path: string): Place {
  const parts = path.split('/').slice(1)
  const [group = '', version = ''] = parts[0] === 'api' ? ['', parts[1]] : parts.slice(1, 3)
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3)
  const spaced =
    rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '')
  const [namespace = '', resource = '', name = '', subresource = ''] = spaced ? rest.slice(1) : ['', ...rest]
  return { group, version, namespace, resource, name, subresource }
}

function keyOf({ group, namespace, resource, name }: Place): string {
  return `${group}/${resource}/${namespace}/${name}`
}

function kindsOf({ discovery }: PublishedRelease): ReadonlyMap<string, string> {
  const kinds = new Map<string, string>()
  for (const { items } of [discovery.core, discovery.groups]) {
    for (const group of maps(items)) {
      const name = isMap(group.metadata) ? text(group.metadata.name) : ''
      for (const version of maps(group.versions)) {
        for (const { resource, responseKind } of maps(version.resources)) {
          kinds.set(`${name}/${text(resource)}`, isMap(responseKind) ? text(responseKind.kind) : '')
        }
      }
    }
  }
  return kinds
}

function notFound({ group, resource, name }: Place): Answer {
  const at = group === '' ? resource : `${resource}.${group}`
  const details = { name, ...(group === '' ? {} : { group }), kind: resource }
  return {
    status: 404,
    warnings: [],
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `${at} "${name}" not found`,
      reason: 'NotFound',
      details,
      code: 404,
    },
  }
}

function isObject(body: JsonMap): boolean {
  return body.kind !== 'Status'
}

function withRevision(object: JsonMap, resourceVersion: string): JsonMap {
  return { ...object, metadata: { ...(isMap(object.metadata) ? object.metadata : {}), resourceVersion } }
}

function nameOf(object: JsonMap): string {
  return isMap(object.metadata) ? text(object.metadata.name) : ''
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function maps(value: Json | undefined): readonly JsonMap[] {
  return isList(value) ? value.filter(isMap) : []
}
