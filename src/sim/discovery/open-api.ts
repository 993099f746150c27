import type { JsonMap } from '../../core/object/index.ts'
import type { Catalogue } from './catalogue.ts'
import { customDocuments, hashOf } from './documents.ts'
import type { Release } from './release.ts'

/** A published document: its bytes and the hash that clients keep it by. */
export interface OpenApiDocument {
  readonly bytes: Uint8Array
  readonly hash: string
}

const released = new WeakMap<Release, ReadonlyMap<string, OpenApiDocument>>()
const ofCatalogue = new WeakMap<
  Catalogue,
  { readonly version: number; readonly all: ReadonlyMap<string, OpenApiDocument> }
>()

/** Every OpenAPI v3 document that a cluster publishes, by path: `api/v1`, `apis/apps/v1`. */
export function openApiDocuments(catalogue: Catalogue): ReadonlyMap<string, OpenApiDocument> {
  const kept = ofCatalogue.get(catalogue)
  if (kept?.version === catalogue.version) return kept.all
  const all = new Map(documentsOf(catalogue.release))
  for (const [path, document] of customDocuments(catalogue.established())) {
    const bytes = Buffer.from(JSON.stringify(document))
    all.set(path, { bytes, hash: hashOf(bytes) })
  }
  ofCatalogue.set(catalogue, { version: catalogue.version, all })
  return all
}

/** The index of them (`/openapi/v3`). Addresses carry the prefix under which the cluster lives. */
export function openApiIndex(catalogue: Catalogue, prefix: string): JsonMap {
  const paths = [...openApiDocuments(catalogue)].map(([path, { hash }]) => [
    path,
    { serverRelativeURL: `${prefix}/openapi/v3/${path}?hash=${hash}` },
  ])
  return { paths: Object.fromEntries(paths) as JsonMap }
}

function documentsOf(release: Release): ReadonlyMap<string, OpenApiDocument> {
  let found = released.get(release)
  if (found === undefined) {
    found = new Map([...release.openApi].map(([path, bytes]) => [path, { bytes, hash: hashOf(bytes) }]))
    released.set(release, found)
  }
  return found
}
