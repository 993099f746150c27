import type { JsonMap } from '../../core/object/index.ts'
import type { Release } from './release.ts'
import { resourcesOf } from './release.ts'
import { groupVersionOf, type ServedResource } from './served-resource.ts'

/** A definition of custom resources that is established, and what it makes a cluster serve. */
export interface Established {
  readonly name: string
  readonly group: string
  /** A resource a served version, the preferred one first. */
  readonly resources: readonly ServedResource[]
  /** OpenAPI v3 documents by version. */
  readonly documents: Readonly<Record<string, JsonMap>>
}

const builtIn = new WeakMap<Release, ReadonlyMap<string, ServedResource>>()

/** What one cluster serves: what its release has built in, and its custom resources. */
export class Catalogue {
  readonly release: Release
  readonly #builtIn: ReadonlyMap<string, ServedResource>
  readonly #custom = new Map<string, ServedResource>()
  readonly #established = new Map<string, Established>()
  readonly #listeners = new Set<(name: string) => void>()
  #version = 0

  constructor(release: Release) {
    this.release = release
    this.#builtIn = builtInOf(release)
  }

  /** Moves when custom resources come and go. */
  get version(): number {
    return this.#version
  }

  find(group: string, version: string, plural: string): ServedResource | undefined {
    const key = keyOf(group, version, plural)
    return this.#builtIn.get(key) ?? this.#custom.get(key)
  }

  /** The resource of a kind, in that version of its group. */
  byKind(apiVersion: string, kind: string): ServedResource | undefined {
    for (const resource of this.all()) {
      if (resource.kind === kind && groupVersionOf(resource) === apiVersion) return resource
    }
    return undefined
  }

  /** The resource that objects stored under a name have, in its preferred version. */
  byStorage(storage: string): ServedResource | undefined {
    for (const resource of this.all()) if (resource.storage === storage) return resource
    return undefined
  }

  /** True when anything of the version of the group is served. */
  serves(group: string, version: string): boolean {
    for (const resource of this.all())
      if (resource.group === group && resource.version === version) return true
    return false
  }

  *all(): Generator<ServedResource> {
    yield* this.#builtIn.values()
    yield* this.#custom.values()
  }

  /** The established definitions, by name. */
  established(): readonly Established[] {
    return [...this.#established.values()]
  }

  establish(definition: Established): void {
    this.#forget(definition.name)
    this.#established.set(definition.name, definition)
    for (const resource of definition.resources) {
      this.#custom.set(keyOf(resource.group, resource.version, resource.plural), resource)
    }
    this.#version += 1
  }

  /** Serves the resources of a definition no longer. */
  retire(name: string): void {
    this.#forget(name)
    for (const listener of this.#listeners) listener(name)
  }

  /** Calls `listener` with the name of every definition that is retired; the answer ends that. */
  onRetire(listener: (name: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #forget(name: string): void {
    const former = this.#established.get(name)
    if (former === undefined) return
    this.#established.delete(name)
    for (const { group, version, plural } of former.resources)
      this.#custom.delete(keyOf(group, version, plural))
    this.#version += 1
  }
}

function keyOf(group: string, version: string, plural: string): string {
  return `${group}/${version}/${plural}`
}

function builtInOf(release: Release): ReadonlyMap<string, ServedResource> {
  let found = builtIn.get(release)
  if (found === undefined) {
    const all = [...resourcesOf(release.discovery.core), ...resourcesOf(release.discovery.groups)]
    found = new Map(all.map((one) => [keyOf(one.group, one.version, one.plural), one]))
    builtIn.set(release, found)
  }
  return found
}
