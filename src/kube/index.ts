/**
 * The way to a Kubernetes API server: kubeconfigs, requests, watches.
 *
 * It refuses to decide anything: it neither knows drift nor retries what is not safe to repeat, and it has no
 * call that deletes by name alone. Nothing here prints or returns a credential.
 * Key invariant: what was not heard is never told as absent. An error, a cut-off body, an unknown kind or a
 * silent connection is a `KubeFailure` or a watch state, never an empty list and never `undefined`.
 */
export { type ApiResource, apiVersionOf, type ResourceRef } from './api-resource.ts'
export type {
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
  Selection,
  ServerVersion,
  WriteOptions,
} from './cluster-api.ts'
export { type ClientOptions, ClusterClient } from './cluster-client.ts'
export type { Connection, Trust } from './connection/index.ts'
export { Discovery, type DiscoveryGap } from './discovery/index.ts'
export { type FieldConflict, isKubeFailure, type KubeCode, KubeFailure } from './failure.ts'
export type { Identity, IdentityOptions } from './identity.ts'
export {
  connectionOf,
  type ConnectionOptions,
  type ForeignAllowance,
  inClusterConnection,
  type InClusterOptions,
  type Kubeconfig,
  type KubeconfigSource,
  loadKubeconfig,
} from './kubeconfig/index.ts'
export {
  type Watch,
  type WatchedDeletion,
  type WatchedObject,
  type WatchEvent,
  type WatchHandler,
  compareRevisions,
  watchObjects,
  type WatchOptions,
  type WatchState,
  type WatchStateKind,
} from './watch/index.ts'
