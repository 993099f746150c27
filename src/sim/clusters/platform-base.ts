import { type JsonMap, mapOf, textOf } from '../../core/object/index.ts'
import { controllerManager } from '../controllers/acting.ts'
import { establishStored } from '../controllers/definitions.ts'
import type { BaseLayer } from '../store/index.ts'
import { mustWrite } from '../verbs/write.ts'
import { Cluster, type ClusterOptions } from './cluster.ts'
import { templateOf, type TemplateOptions } from './template.ts'

/** What clusters of one kind begin with, besides what every cluster has. */
export interface Platform {
  /** How many nodes there are; three without it. */
  readonly nodes?: number
  /** What each node has, such as `8` and `32Gi`. */
  readonly node?: { readonly cpu: string; readonly memory: string }
  /** Objects that are applied one after the other: storage classes, definitions, operators. */
  readonly manifests?: readonly JsonMap[]
}

/**
 * The base of a platform: its manifests are applied to a cluster of its own, as anybody would apply them, and what is
 * stored then is what every cluster of the platform begins with. Throws an `Error` that names the manifest which a server
 * refuses.
 */
export async function platformBase(
  { manifests = [], nodes, node }: Platform,
  template: TemplateOptions,
  options: Omit<ClusterOptions, 'name' | 'base'>,
): Promise<BaseLayer> {
  const base = templateOf({
    ...template,
    nodes: nodes ?? template.nodes,
    ...(node === undefined ? {} : { node }),
  })
  if (manifests.length === 0) return base
  const cluster = new Cluster({ ...options, name: 'template', base })
  cluster.beforeAnswer = (storage, key) => establishStored(cluster, storage, key)
  for (const manifest of manifests) await apply(cluster, manifest)
  return cluster.store.asBase()
}

async function apply(cluster: Cluster, manifest: JsonMap): Promise<void> {
  const { apiVersion, kind, metadata } = manifest
  const { name, namespace } = mapOf(metadata)
  const named = `${textOf(kind)} ${textOf(name)}`
  const resource = cluster.catalogue.byKind(textOf(apiVersion), textOf(kind))
  if (resource === undefined) throw new Error(`${named}: ${textOf(apiVersion)} has no such kind`)
  try {
    await mustWrite(cluster, {
      resource,
      method: 'PATCH',
      subresource: '',
      namespace: textOf(namespace),
      name: textOf(name),
      query: 'fieldManager=platform',
      contentType: 'application/apply-patch+yaml',
      userAgent: 'platform',
      body: Buffer.from(JSON.stringify(manifest)),
      user: controllerManager,
    })
  } catch (error) {
    throw new Error(`${named}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
