import { parseOpenApi, type SchemaSet, type TypeSchema } from '../../core/schema/index.ts'
import { groupOf, versionOf } from '../../core/object/index.ts'
import { type ClusterClient, isKubeFailure } from '../../kube/index.ts'

/** The type of a kind and the hash of the document that it came from. */
export interface KindSchema {
  /** Undefined where the cluster publishes no schema for the kind. */
  readonly type: TypeSchema | undefined
  readonly hash: string
}

/** Parsed documents by the server's hash: clusters of one version share them. */
const parsed = new Map<string, SchemaSet>()
const mostParsed = 256

/**
 * The types of one cluster, read lazily per group-version from `/openapi/v3`.
 *
 * `forget` makes the next look-up ask the server again; it asks only whether the document's hash changed.
 */
export class SchemaBook {
  readonly #client: ClusterClient
  readonly #known = new Map<string, Promise<{ set: SchemaSet | undefined; hash: string }>>()

  constructor(client: ClusterClient) {
    this.#client = client
  }

  async schemaOf(apiVersion: string, kind: string): Promise<KindSchema> {
    let document = this.#known.get(apiVersion)
    if (document === undefined) {
      document = this.#read(apiVersion)
      this.#known.set(apiVersion, document)
      document.catch(() => this.#known.delete(apiVersion))
    }
    const { set, hash } = await document
    const type = set?.typeOf({ group: groupOf(apiVersion), version: versionOf(apiVersion), kind })
    return { type, hash }
  }

  /** Drops what is known of a group, after one of its definitions changed. */
  forget(group: string): void {
    for (const apiVersion of this.#known.keys()) {
      if (groupOf(apiVersion) === group) this.#known.delete(apiVersion)
    }
  }

  async #read(apiVersion: string): Promise<{ set: SchemaSet | undefined; hash: string }> {
    try {
      const { hash, document } = await this.#client.openApi(apiVersion)
      const key = `${apiVersion} ${hash}`
      let set = parsed.get(key)
      if (set === undefined) {
        set = parseOpenApi(document)
        parsed.set(key, set)
        if (parsed.size > mostParsed) parsed.delete(parsed.keys().next().value ?? key)
      }
      return { set, hash }
    } catch (error) {
      if (isKubeFailure(error, 'unknown-kind')) return { set: undefined, hash: 'none' }
      throw error
    }
  }
}
