import { parseOpenApi, type SchemaSet, type TypeSchema } from '../../core/schema/index.ts'
import { groupOf, versionOf } from '../../core/object/index.ts'
import { type ClusterClient, isKubeFailure, type OpenApiDocument } from '../../kube/index.ts'
import { SharedValues } from '../../core/shared-values.ts'

/** The type of a kind and the hash of the document that it came from. */
export interface KindSchema {
  /** Undefined where the cluster publishes no schema for the kind. */
  readonly type: TypeSchema | undefined
  readonly hash: string
}

/** The types of one group-version, with the server's hash of the document; none where it publishes none. */
interface Types {
  readonly set: SchemaSet | undefined
  readonly hash: string
}

const none: Types = { set: undefined, hash: 'none' }

/**
 * What documents say, by their bytes: clusters of one version share it. Not by the server's hash: one cluster could say
 * something else under that of another.
 */
const shared = new SharedValues<Types>()

/**
 * The types of one cluster, read lazily per group-version from `/openapi/v3`.
 *
 * `forget` makes the next look-up ask the server again; it asks only whether the document's hash changed.
 */
export class SchemaBook {
  readonly #client: Pick<ClusterClient, 'openApi'>
  readonly #known = new Map<string, Promise<Types>>()
  /** What stood before a group was forgotten. */
  readonly #before = new Map<string, Types>()

  constructor(client: Pick<ClusterClient, 'openApi'>) {
    this.#client = client
  }

  async schemaOf(apiVersion: string, kind: string): Promise<KindSchema> {
    let types = this.#known.get(apiVersion)
    if (types === undefined) {
      types = this.#read(apiVersion)
      this.#known.set(apiVersion, types)
      types.catch(() => this.#known.delete(apiVersion))
    }
    const { set, hash } = await types
    const type = set?.typeOf({ group: groupOf(apiVersion), version: versionOf(apiVersion), kind })
    return { type, hash }
  }

  /** Drops what is known of a group, after one of its definitions changed. */
  forget(group: string): void {
    for (const apiVersion of this.#known.keys()) {
      if (groupOf(apiVersion) === group) this.#known.delete(apiVersion)
    }
  }

  async #read(apiVersion: string): Promise<Types> {
    const before = this.#before.get(apiVersion)
    try {
      const found = await this.#client.openApi(apiVersion, before?.hash)
      if (found === undefined) return before ?? none
      const types = typesIn(apiVersion, found)
      this.#before.set(apiVersion, types)
      return types
    } catch (error) {
      if (isKubeFailure(error, 'unknown-kind')) return none
      throw error
    }
  }
}

function typesIn(apiVersion: string, { hash, digest, document }: OpenApiDocument): Types {
  const key = `${apiVersion} ${hash} ${digest}`
  return shared.get(key) ?? shared.share(key, { set: parseOpenApi(document()), hash })
}
