import { createHash } from 'node:crypto'
import { isList, isMap, type JsonMap, textOf } from '../../core/object/index.ts'
import type { Catalogue, Established } from './catalogue.ts'
import { groupVersionOf, type ServedResource } from './served-resource.ts'

export const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** A document with the hash that its ETag is. */
export interface Published {
  readonly body: JsonMap
  readonly etag: string
}

/** Discovery in the aggregated form (apidiscovery.k8s.io/v2) for `/api` or `/apis`. */
export function aggregated(catalogue: Catalogue, path: '/api' | '/apis'): Published {
  const { core, groups } = catalogue.release.discovery
  const document = path === '/api' ? core : groups
  if (path === '/api') return published(document)
  const built = isList(document.items) ? document.items : []
  const custom = byGroup(catalogue).map(([group, versions]) => ({
    metadata: { name: group, creationTimestamp: null },
    versions: versions.map(([version, resources]) => ({
      version,
      resources: resources.map(entryOf),
      freshness: 'Current',
    })),
  }))
  return published({ ...document, items: [...built, ...custom] })
}

function entryOf(resource: ServedResource): JsonMap {
  const { group, version, kind } = resource
  const subresources = resource.subresources.map((one) => ({
    subresource: one.name,
    responseKind: { group: one.group, version: one.version, kind: one.kind },
    verbs: one.verbs,
  }))
  return {
    resource: resource.plural,
    responseKind: { group, version, kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}

/** `/api` for clients that do not know the aggregated form. */
export function legacyVersions(): JsonMap {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }],
  }
}

/** `/apis` for clients that do not know the aggregated form. */
export function legacyGroups(catalogue: Catalogue): JsonMap {
  const groups = groupsOf(catalogue).map(([name, versions]) => groupDocument(name, versions))
  return { kind: 'APIGroupList', apiVersion: 'v1', groups }
}

/** `/apis/GROUP`; undefined for a group that is not served. */
export function legacyGroup(catalogue: Catalogue, group: string): JsonMap | undefined {
  const found = groupsOf(catalogue).find(([name]) => name === group)
  if (found === undefined) return undefined
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(...found) }
}

/** `/apis/GROUP/VERSION`, or `/api/v1`; undefined for a version that is not served. */
export function legacyResources(catalogue: Catalogue, group: string, version: string): JsonMap | undefined {
  const resources = [...catalogue.all()].filter((one) => one.group === group && one.version === version)
  if (resources.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: groupVersionOf({ group, version }),
    resources: resources.flatMap(legacyEntries),
  }
}

function legacyEntries(resource: ServedResource): JsonMap[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  }
  const subresources = resource.subresources.map((one) => ({
    name: `${plural}/${one.name}`,
    singularName: '',
    namespaced,
    ...(one.group === resource.group && one.version === resource.version
      ? {}
      : { group: one.group, version: one.version }),
    kind: one.kind,
    verbs: one.verbs,
  }))
  return [main, ...subresources]
}

function groupDocument(name: string, versions: readonly string[]): JsonMap {
  const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions: all, preferredVersion: all[0] ?? null }
}

/** The groups in the order of discovery, each with its versions, the preferred one first. */
function groupsOf(catalogue: Catalogue): readonly (readonly [string, readonly string[]])[] {
  const { items } = catalogue.release.discovery.groups
  const built = (isList(items) ? items.filter(isMap) : []).map((item): readonly [string, string[]] => {
    const name = isMap(item.metadata) ? textOf(item.metadata.name) : ''
    const versions = isList(item.versions) ? item.versions.filter(isMap) : []
    return [name, versions.map(({ version }) => textOf(version))]
  })
  const custom = byGroup(catalogue).map(([group, versions]): readonly [string, string[]] => [
    group,
    versions.map(([version]) => version),
  ])
  return [...built, ...custom]
}

/** The custom resources by group and version. */
function byGroup(
  catalogue: Catalogue,
): readonly (readonly [string, readonly (readonly [string, ServedResource[]])[]])[] {
  const groups = new Map<string, Map<string, ServedResource[]>>()
  for (const { resources } of catalogue.established()) {
    for (const resource of resources) {
      const versions = groups.get(resource.group) ?? new Map<string, ServedResource[]>()
      groups.set(resource.group, versions)
      versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource])
    }
  }
  return [...groups].map(
    ([group, versions]) => [group, [...versions].sort(([a], [b]) => byVersion(a, b))] as const,
  )
}

/** Newer and more stable versions first: v2, v1, v1beta2, v1alpha1, others by their text. */
export function byVersion(a: string, b: string): number {
  const [one, two] = [rank(a), rank(b)]
  if (one === undefined || two === undefined) {
    if (one === two) return a < b ? -1 : 1
    return one === undefined ? 1 : -1
  }
  for (const [i, value] of one.entries()) {
    const other = two[i] ?? 0
    if (value !== other) return other - value
  }
  return 0
}

function rank(version: string): readonly number[] | undefined {
  const found = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  if (found === null) return undefined
  const [, major, stage, minor] = found
  const stability = stage === undefined ? 2 : stage === 'beta' ? 1 : 0
  return [stability, Number(major), Number(minor ?? 0)]
}

function published(body: JsonMap): Published {
  return { body, etag: `"${hashOf(JSON.stringify(body))}"` }
}

/** The hash of a published document, in the form that API servers use. */
export function hashOf(content: string | Uint8Array): string {
  return createHash('sha512').update(content).digest('hex').toUpperCase()
}

/** The OpenAPI documents of custom resources by path; a version that several definitions share has one document. */
export function customDocuments(established: readonly Established[]): ReadonlyMap<string, JsonMap> {
  const documents = new Map<string, JsonMap>()
  for (const { group, documents: own } of established) {
    for (const [version, document] of Object.entries(own)) {
      const path = `apis/${group}/${version}`
      const former = documents.get(path)
      documents.set(path, former === undefined ? document : joined(former, document))
    }
  }
  return documents
}

function joined(one: JsonMap, other: JsonMap): JsonMap {
  const part = (document: JsonMap, key: string): JsonMap => {
    const value = document[key]
    return isMap(value) ? value : {}
  }
  const schemas = (document: JsonMap): JsonMap => part(part(document, 'components'), 'schemas')
  return {
    ...one,
    paths: { ...part(one, 'paths'), ...part(other, 'paths') },
    components: { ...part(one, 'components'), schemas: { ...schemas(one), ...schemas(other) } },
  }
}
