import type { KubeObject, ObjectRef } from '../../core/object/index.ts'
import { groupOf, valueAt, versionOf } from '../../core/object/index.ts'
import {
  type ApiResource,
  type ClusterClient,
  type Discovery,
  type Identity,
  isKubeFailure,
  type ServerVersion,
} from '../../kube/index.ts'
import { SpokeFailure } from '../failure.ts'
import { fieldManager } from '../names.ts'
import { SharedCopies } from '../shared-copies.ts'
import { SchemaBook } from './schema-book.ts'

/** Where an object goes: the kind as the cluster serves it, and the object with its namespace settled. */
export interface Target {
  readonly resource: ApiResource
  readonly object: KubeObject
  readonly ref: ObjectRef
}

const settledObjects = new SharedCopies()

const namespaces = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }

const accessReviews = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
}

/** A connected cluster whose identity is confirmed. */
export class Session {
  readonly client: ClusterClient
  readonly clusterId: string
  readonly version: string
  readonly schemas: SchemaBook
  readonly #onDiscovery: (discovery: Discovery) => void
  #discovery: Discovery
  readonly #anchor: string | undefined

  constructor(
    client: ClusterClient,
    identity: { readonly clusterId: string; readonly anchor: string | undefined },
    version: string,
    discovery: Discovery,
    onDiscovery: (discovery: Discovery) => void,
    schemas: SchemaBook = new SchemaBook(client),
  ) {
    this.#onDiscovery = onDiscovery
    this.client = client
    this.clusterId = identity.clusterId
    this.#anchor = identity.anchor
    this.version = version
    this.schemas = schemas
    this.#discovery = discovery
  }

  /**
   * The same session with requests that are made as a person, where the cluster lets this account do that; undefined where
   * it does not. A group that may not be taken on is left out: what it would allow is then not allowed. Throws the client's
   * failures, `refused-identity` for a reserved or empty name among them.
   */
  async as(person: Identity): Promise<Session | undefined> {
    const groups: string[] = []
    // Refuses names that are nobody's before anything is asked.
    this.client.as(person)
    if (!(await this.#mayImpersonate('users', person.user))) return undefined
    for (const group of person.groups ?? []) {
      if (await this.#mayImpersonate('groups', group)) groups.push(group)
    }
    const identity = { clusterId: this.clusterId, anchor: this.#anchor }
    const client = this.client.as({ user: person.user, ...(groups.length === 0 ? {} : { groups }) })
    return new Session(client, identity, this.version, this.#discovery, this.#onDiscovery, this.schemas)
  }

  async #mayImpersonate(resource: 'users' | 'groups', name: string): Promise<boolean> {
    const resourceAttributes = { verb: 'impersonate', group: '', resource, name }
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: {},
      spec: { resourceAttributes },
    }
    // A review has no name: it is answered and not stored.
    const asked = review as unknown as KubeObject
    const { object } = await this.client.create(accessReviews, asked, { manager: fieldManager })
    return valueAt(object, 'status', 'allowed') === true
  }

  get discovery(): Discovery {
    return this.#discovery
  }

  /** Asks again what the cluster serves: after a definition was applied, or a group failed. */
  async rediscover(): Promise<void> {
    this.#discovery = await this.client.discover()
    this.#onDiscovery(this.#discovery)
  }

  /**
   * One cheap question each minute: is it still the cluster that was connected, by the UID of its namespace
   * kube-system? Throws `wrong-cluster` when not, and the client's failures.
   */
  async sameCluster(): Promise<void> {
    const uid = await anchorOf(this.client)
    if (uid === undefined || uid !== this.#anchor) await this.client.confirmCluster(this.clusterId)
  }

  /**
   * Settles kind and namespace of an object. The failure says whether the kind is certainly not served or
   * whether the cluster could not tell (incident 15). `fallback` is the namespace of what names none.
   */
  targetOf(object: KubeObject, fallback = 'default'): Target | SpokeFailure {
    const group = groupOf(object.apiVersion)
    const version = versionOf(object.apiVersion)
    const resource = this.#discovery.find(group, object.kind, version)
    if (resource === undefined) return this.#unknownKind(object, group, version)
    const namespace = resource.namespaced ? (object.metadata.namespace ?? fallback) : ''
    const settled = settledObjects.of(object, namespace, () => {
      const { namespace: _, ...metadata } = object.metadata
      return namespace === '' ? { ...object, metadata } : { ...object, metadata: { ...metadata, namespace } }
    })
    return {
      resource,
      object: settled,
      ref: { group, kind: object.kind, namespace, name: object.metadata.name },
    }
  }

  /** The kind of a ref, in the given version or the one that the server prefers. */
  resourceOf(ref: Pick<ObjectRef, 'group' | 'kind'>, version?: string): ApiResource | undefined {
    return this.#discovery.find(ref.group, ref.kind, version)
  }

  #unknownKind(object: KubeObject, group: string, version: string): SpokeFailure {
    const what = `${object.apiVersion} ${object.kind}`
    const gap = this.#discovery.gapFor(group, object.kind, version)
    if (gap !== undefined) {
      return new SpokeFailure(
        'discovery-failed',
        `${what}: cannot tell whether the cluster serves it: ${gap.groupVersion}: ${gap.message}`,
        {
          hint: 'mend the API service of that group; nothing of it is applied or pruned until then',
          retryable: true,
        },
      )
    }
    const other = this.#discovery.find(group, object.kind)
    return new SpokeFailure('no-such-kind', `${what}: the cluster does not serve this kind`, {
      hint:
        other === undefined
          ? 'install its CustomResourceDefinition first, or put it into the same bundle'
          : `the cluster serves it as ${group === '' ? '' : `${group}/`}${other.version}`,
    })
  }
}

/**
 * Connects, and confirms that the address answers as the expected cluster; without an expectation the answer
 * becomes it. From then on every further connection to the address has to answer the same before it carries
 * anything: an address may lead elsewhere whenever it is connected to anew. Throws the client's failures;
 * `wrong-cluster` when another cluster answers. `onDiscovery` is told whenever the session looks again.
 */
export async function openSession(
  client: ClusterClient,
  expectedId: string | undefined,
  onDiscovery: (discovery: Discovery) => void,
): Promise<Session> {
  const anchor = await anchorOf(client).catch((error: unknown) => {
    // A credential without this right still learns the identity where a ClusterProperty tells it.
    if (isKubeFailure(error, 'forbidden')) return undefined
    throw error
  })
  if (anchor !== undefined) client.pin(anchor)
  const clusterId = await client.clusterId()
  if (expectedId !== undefined && clusterId !== expectedId) await client.confirmCluster(expectedId)
  const [version, discovery] = await Promise.all([client.version(), client.discover()])
  return new Session(client, { clusterId, anchor }, servedVersion(version), discovery, onDiscovery)
}

/**
 * What the cluster behaves as. A server that emulates an older release (KEP-4330) serves that one, whatever its program is:
 * `v1.33.0+emulated`.
 */
function servedVersion({ gitVersion, emulated }: ServerVersion): string {
  return emulated === undefined ? gitVersion : `v${emulated}.0+emulated`
}

async function anchorOf(client: ClusterClient): Promise<string | undefined> {
  return (await client.get(namespaces, undefined, 'kube-system'))?.metadata.uid
}
