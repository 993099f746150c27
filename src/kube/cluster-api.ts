import type { Json, KubeObject } from '../core/object/index.ts'
import type { ResourceRef } from './api-resource.ts'
import type { Discovery } from './discovery/index.ts'
import type { Identity, IdentityOptions } from './identity.ts'

/** What a write came to. */
export interface Reply {
  /** The object as the server stored it, or would have stored it in a dry-run. */
  readonly object: KubeObject
  /** The texts of the reply's `Warning` headers. */
  readonly warnings: readonly string[]
  /** True when the object did not exist before (status 201). */
  readonly created: boolean
}

/** What a delete came to. */
export interface DeleteReply {
  /** False while finalizers still hold the object. */
  readonly gone: boolean
  readonly warnings: readonly string[]
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

export interface WriteOptions {
  /** The field manager that the write is recorded under. */
  readonly manager: string
  /** Runs validation and admission, stores nothing (engine F15). */
  readonly dryRun?: boolean
  readonly fieldValidation?: FieldValidation
  readonly subresource?: string
  readonly signal?: AbortSignal
}

export interface ApplyOptions extends WriteOptions {
  /** Take fields that others own with another value. Only with a receipt or consent (engine §5). */
  readonly force: boolean
}

export interface PatchOptions extends WriteOptions {}

export interface DeleteOptions {
  /** The object that is meant: another one under the same name is never deleted (safety I1). */
  readonly uid: string
  /** Delete only in this state; incident 20. */
  readonly resourceVersion?: string
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** Which objects of a kind; everything by default. */
export interface Selection {
  /** One namespace; all of them when left out. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Only `metadata`; `apiVersion` and `kind` are those of the object nevertheless. */
  readonly metadataOnly?: boolean
}

export interface ListOptions extends Selection {
  /** Objects a page; 500 by default. */
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** A whole list at one revision. */
export interface ListResult {
  readonly items: readonly KubeObject[]
  readonly resourceVersion: string
}

/**
 * One page of a list. A server that forgets the list's revision between two pages makes the list start over:
 * then a page comes with `restart`, and whoever collects drops what came before it.
 */
export interface ListPage extends ListResult {
  readonly restart: boolean
  readonly last: boolean
}

export interface ServerVersion {
  readonly major: string
  readonly minor: string
  readonly gitVersion: string
  readonly platform: string | undefined
  /** The release that the server behaves as, `1.33`, where that is another one than its own (KEP-4330). */
  readonly emulated: string | undefined
}

/** The OpenAPI document of one group-version. */
export interface OpenApiDocument {
  /** The server's own hash of it. */
  readonly hash: string
  /** Of its bytes, by us: equal documents of whichever clusters have equal ones. */
  readonly digest: string
  /** Reads it. Throws `bad-answer`. */
  readonly document: () => unknown
}

/**
 * A connection to one cluster's API server. Every method throws a `KubeFailure` for what a server or network
 * can do to it; absence is a value only where it says so.
 */
export interface ClusterApi {
  /** How people name the connection: the context, or the address. */
  readonly name: string

  /** The same connection, acting as somebody else. Throws `refused-identity`. */
  as(identity: Identity, options?: IdentityOptions): ClusterApi

  version(): Promise<ServerVersion>

  /**
   * The identity of the cluster: the ClusterProperty `cluster.clusterset.k8s.io` (KEP-2149) where it is
   * served and set, else the UID of the namespace `kube-system`.
   */
  clusterId(): Promise<string>

  /** Throws `wrong-cluster` unless `clusterId()` is `expected`. */
  confirmCluster(expected: string): Promise<void>

  /**
   * Holds the client to the cluster whose namespace `kube-system` has this uid: from now on no connection carries
   * anything before it has answered with it, and one that answers otherwise fails with `wrong-cluster`. An address may
   * lead elsewhere whenever it is connected to anew.
   */
  pin(uid: string): void

  /** What the cluster serves, and what it could not tell; never cached. */
  discover(): Promise<Discovery>

  /**
   * The OpenAPI document of `apps/v1` or `v1`, or undefined while its hash is still `known`: then only the index was
   * asked for, and that only for a change. Documents are large, and none is kept. `unknown-kind` when the group-version
   * has none.
   */
  openApi(groupVersion: string, known?: string): Promise<OpenApiDocument | undefined>

  /**
   * One object, by a quorum read. Undefined only when the server says that this very object is not there;
   * an unknown kind, a broken answer or a refusal throws.
   */
  get(resource: ResourceRef, namespace: string | undefined, name: string): Promise<KubeObject | undefined>

  /** All pages of a list at one revision, collected. A partial list throws, it is never returned. */
  list(resource: ResourceRef, options?: ListOptions): Promise<ListResult>

  /** The same, page by page. */
  listPages(resource: ResourceRef, options?: ListOptions): AsyncIterable<ListPage>

  /** Server-side apply of the complete object (engine F7). `apply-conflict` names every field and owner. */
  apply(resource: ResourceRef, object: KubeObject, options: ApplyOptions): Promise<Reply>

  /** POST. Also for reviews, whose reply has no name. */
  create(resource: ResourceRef, object: KubeObject, options: WriteOptions): Promise<Reply>

  /** PUT. With a resourceVersion in the object: only onto that state. */
  replace(resource: ResourceRef, object: KubeObject, options: WriteOptions): Promise<Reply>

  patch(
    resource: ResourceRef,
    namespace: string | undefined,
    name: string,
    type: 'json' | 'merge' | 'strategic',
    body: Json,
    options: PatchOptions,
  ): Promise<Reply>

  /**
   * Deletes the object with this uid; `not-found` and `conflict` (another uid or state) throw. There is no way to
   * delete by name alone.
   */
  delete(
    resource: ResourceRef,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions,
  ): Promise<DeleteReply>

  /** Ends every request and connection; a closed client answers `unreachable`. */
  close(): Promise<void>
}
