import {
  type ClientOptions,
  ClusterClient,
  connectionOf,
  KubeFailure,
  loadKubeconfig,
  type ResourceRef,
  type WatchEvent,
  type WatchHandler,
  type WatchState,
} from '../../src/kube/index.ts'

export const configMaps: ResourceRef = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}

export const secrets: ResourceRef = { ...configMaps, kind: 'Secret', plural: 'secrets' }

/** A client for the current context of a kubeconfig text. */
export async function clientOf(kubeconfig: string, options: ClientOptions = {}): Promise<ClusterClient> {
  const loaded = await loadKubeconfig({ text: kubeconfig })
  return new ClusterClient(connectionOf(loaded, undefined, { trust: 'operator', environment: {} }), options)
}

/** The failure that a piece of work ends in; throws when it ends in another way. */
export async function failureIn(work: Promise<unknown>): Promise<KubeFailure> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(failure instanceof KubeFailure)) throw new Error('no KubeFailure', { cause: failure })
  return failure
}

/** A ConfigMap as an API server returns it. */
export function configMap(name: string, resourceVersion: number | string, data: object = {}): object {
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: String(resourceVersion) }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
}

/** A page of ConfigMaps. */
export function configMapList(resourceVersion: number | string, items: object[], next?: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMapList',
    metadata: { resourceVersion: String(resourceVersion), ...(next === undefined ? {} : { continue: next }) },
    items,
  }
}

/** What a server answers when it is asked only for the revision that it stands at. */
export function revisionOf(resourceVersion: number): object {
  const metadata = { resourceVersion: String(resourceVersion) }
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList', metadata, items: [] }
}

export function bookmark(resourceVersion: number | string, endsList = false): object {
  const annotations = endsList ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
  const metadata = { resourceVersion: String(resourceVersion), ...annotations }
  return { type: 'BOOKMARK', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata } }
}

/** A handler that keeps what it is told. */
export class Recorder implements WatchHandler {
  readonly events: WatchEvent[] = []
  readonly states: WatchState[] = []
  readonly synced: string[] = []
  readonly progress: string[] = []
  isPresent: (namespace: string, name: string) => boolean = () => false

  onEvent(event: WatchEvent): void {
    this.events.push(event)
  }

  onSynced(resourceVersion: string, isPresent: (namespace: string, name: string) => boolean): void {
    this.synced.push(resourceVersion)
    this.isPresent = isPresent
  }

  onState(state: WatchState): void {
    this.states.push(state)
  }

  onProgress(resourceVersion: string): void {
    this.progress.push(resourceVersion)
  }

  /** The events as short texts: `ADDED a@5`. */
  get told(): string[] {
    return this.events.map((event) => {
      const how = event.type === 'DELETED' && event.relist ? ' by relist' : ''
      return `${event.type} ${event.name}@${event.resourceVersion}${how}`
    })
  }

  /** The kinds of the states, in their order. */
  get passed(): string[] {
    return this.states.map((state) => state.kind)
  }

  get state(): string | undefined {
    return this.states.at(-1)?.kind
  }
}
