import { canonicalJson, isMap, type Json, type JsonMap } from '../../src/core/object/index.ts'
import type { EmulatedVersion } from '../kubernetes/index.ts'
import type { PublishedVersion } from './read-version.ts'

/** The shape of `src/sim/data/kubernetes.json.br`, which `src/sim/data` reads. */
interface Gathered {
  readonly schemas: readonly (readonly [string, JsonMap])[]
  readonly versions: Readonly<Record<string, GatheredVersion>>
}

interface GatheredVersion {
  readonly release: JsonMap
  readonly discovery: PublishedVersion['discovery']
  /** Documents without their schemas, and where those are. */
  readonly documents: Readonly<
    Record<string, { readonly schemas: readonly number[]; readonly rest: JsonMap }>
  >
}

/**
 * Keeps each schema once, however many documents and versions have it: a document lists the places of its own. Of the
 * paths it keeps PATCH, by which clients tell what a server validates, and of the other methods action and kind.
 */
export function gatherSchemas(
  versions: readonly (PublishedVersion & { readonly version: EmulatedVersion })[],
): Gathered {
  const schemas: (readonly [string, JsonMap])[] = []
  const places = new Map<string, number>()
  const placeOf = (name: string, schema: JsonMap): number => {
    const key = `${name} ${canonicalJson(schema)}`
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, schemas.length)
    return schemas.push([name, schema]) - 1
  }
  const gathered = versions.map(({ version, release, discovery, documents }) => {
    const lists = Object.entries(documents).map(([path, { paths, components, ...rest }]) => {
      const { schemas: own, ...others } = isMap(components) ? components : {}
      const found = Object.entries(isMap(own) ? own : {}).map(([name, schema]) =>
        placeOf(name, isMap(schema) ? schema : {}),
      )
      const bare = { ...rest, paths: shortened(isMap(paths) ? paths : {}), components: others }
      return [path, { schemas: found, rest: bare }] as const
    })
    return [version, { release, discovery, documents: Object.fromEntries(lists) }] as const
  })
  return { schemas, versions: Object.fromEntries(gathered) }
}

const methods: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch'])
const told: ReadonlySet<string> = new Set(['x-kubernetes-action', 'x-kubernetes-group-version-kind'])

function shortened(paths: JsonMap): JsonMap {
  return mapValues(paths, (item) =>
    isMap(item)
      ? mapValues(item, (value, key) => {
          if (!methods.has(key) || !isMap(value)) return value
          return key === 'patch' ? without(value, 'responses') : only(value, told)
        })
      : item,
  )
}

function mapValues(map: JsonMap, change: (value: Json, key: string) => Json): JsonMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]))
}

function only(map: JsonMap, keys: ReadonlySet<string>): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => keys.has(key)))
}

function without(map: JsonMap, key: string): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([one]) => one !== key))
}
