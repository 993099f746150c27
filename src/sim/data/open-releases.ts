import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import type { Profile } from '../../apimachinery/index.ts'
import { isMap, type JsonMap } from '../../core/object/index.ts'

/** What a release publishes. */
export interface PublishedRelease {
  readonly profile: Profile
  /** The answer of `/version`. */
  readonly version: JsonMap
  /** The APIGroupDiscoveryLists (v2) of `/api` and `/apis`. */
  readonly discovery: { readonly core: JsonMap; readonly groups: JsonMap }
  /** The OpenAPI v3 documents by path: `api/v1`, `apis/apps/v1`. */
  readonly openApi: ReadonlyMap<string, Uint8Array>
}

export interface Releases {
  /** Throws for a profile that there is no data of. */
  readonly release: (profile: Profile) => PublishedRelease
  /** The schemas of a profile in the form in which object handling asks for them. */
  readonly schemas: (profile: Profile) => Promise<Uint8Array>
}

/** The file as `tools/sim` writes it. */
interface Gathered {
  readonly schemas: readonly (readonly [string, JsonMap])[]
  readonly versions: Readonly<Record<string, GatheredVersion>>
}

interface GatheredVersion {
  readonly release: JsonMap
  readonly discovery: PublishedRelease['discovery']
  readonly documents: Readonly<
    Record<string, { readonly schemas: readonly number[]; readonly rest: JsonMap }>
  >
}

/** Reads the data once; what a profile needs is put together when it is asked for. */
export async function openReleases(): Promise<Releases> {
  const text = brotliDecompressSync(await readFile(dataFile())).toString('utf8')
  const gathered = JSON.parse(text) as Gathered
  const releases = new Map<Profile, PublishedRelease>()
  const versionOf = (profile: Profile): GatheredVersion => {
    const found = gathered.versions[profile]
    if (found === undefined) throw new Error(`src/sim/data: there is no data of Kubernetes ${profile}`)
    return found
  }
  return {
    release(profile) {
      const known = releases.get(profile)
      if (known !== undefined) return known
      const { release, discovery, documents } = versionOf(profile)
      const openApi = new Map(
        Object.entries(documents).map(([path, { schemas, rest }]) => [
          path,
          Buffer.from(JSON.stringify(documentOf(rest, schemas, gathered))),
        ]),
      )
      const made = { profile, version: release, discovery, openApi }
      releases.set(profile, made)
      return made
    },
    schemas: (profile) => Promise.resolve(schemasOf(versionOf(profile), gathered)),
  }
}

function documentOf(rest: JsonMap, places: readonly number[], { schemas }: Gathered): JsonMap {
  const own = places.flatMap((place) => schemas.slice(place, place + 1))
  const components = isMap(rest.components) ? rest.components : {}
  return { ...rest, components: { schemas: Object.fromEntries(own), ...components } }
}

/** Documents of a group are those of its versions: `api/v1` of the core, `apis/apps/v1` of apps. */
function schemasOf({ documents }: GatheredVersion, { schemas }: Gathered): Uint8Array {
  const groups: Record<string, string[]> = {}
  const named: Record<string, JsonMap> = {}
  for (const [path, document] of Object.entries(documents)) {
    const [root, ...parts] = path.split('/')
    const group = root === 'api' ? '' : parts.length === 2 ? parts[0] : undefined
    if (group === undefined || parts.length === 0) continue
    const names = (groups[group] ??= [])
    for (const [name, schema] of document.schemas.flatMap((place) => schemas.slice(place, place + 1))) {
      if (!names.includes(name)) names.push(name)
      named[name] = schema
    }
  }
  return Buffer.from(JSON.stringify({ groups, schemas: named }))
}

/** Beside this file in the sources; beside the program, or above its chunks, when it is bundled. */
function dataFile(): string {
  const name = 'kubernetes.json.br'
  const places = [`./${name}`, `../${name}`].map((place) => fileURLToPath(new URL(place, import.meta.url)))
  const found = places.find((place) => existsSync(place))
  if (found === undefined) throw new Error(`${name} is missing beside the program`)
  return found
}
