import type { Profile } from '../../apimachinery/index.ts'
import { isMap, type JsonMap, mapsOf, textOf, textsOf } from '../../core/object/index.ts'
import { type ServedResource, type ServedSubresource, storageOf } from './served-resource.ts'

/** What a release of Kubernetes publishes about itself: the same for every cluster that behaves as it. */
export interface Release {
  readonly profile: Profile
  /** The answer of `/version`. */
  readonly version: JsonMap
  /** The APIGroupDiscoveryLists (v2) of `/api` and `/apis`. */
  readonly discovery: { readonly core: JsonMap; readonly groups: JsonMap }
  /** The OpenAPI v3 documents by path: `api/v1`, `apis/apps/v1`. */
  readonly openApi: ReadonlyMap<string, Uint8Array>
}

/** The resources of a discovery document. */
export function resourcesOf(document: JsonMap): readonly ServedResource[] {
  return mapsOf(document.items).flatMap((item) => {
    const group = isMap(item.metadata) ? textOf(item.metadata.name) : ''
    return mapsOf(item.versions).flatMap((version) =>
      mapsOf(version.resources).map((entry) => resourceOf(entry, group, textOf(version.version))),
    )
  })
}

function resourceOf(entry: JsonMap, group: string, version: string): ServedResource {
  const plural = textOf(entry.resource)
  return {
    group,
    version,
    plural,
    kind: kindOf(entry),
    singular: textOf(entry.singularResource),
    namespaced: entry.scope === 'Namespaced',
    verbs: textsOf(entry.verbs),
    shortNames: textsOf(entry.shortNames),
    categories: textsOf(entry.categories),
    subresources: mapsOf(entry.subresources).map((one): ServedSubresource => {
      const { responseKind } = one
      const named = isMap(responseKind) && textOf(responseKind.version) !== ''
      return {
        name: textOf(one.subresource),
        group: named ? textOf(responseKind.group) : group,
        version: named ? textOf(responseKind.version) : version,
        kind: kindOf(one),
        verbs: textsOf(one.verbs),
      }
    }),
    storage: storageOf(group, plural),
  }
}

function kindOf({ responseKind }: JsonMap): string {
  return isMap(responseKind) ? textOf(responseKind.kind) : ''
}
