import type {
  ManifestQuery,
  ObjectsQuery,
  RenderedManifest,
  RenderedObject,
  RenderedObjects,
} from '../../../api/index.ts'
import { allows, readable } from '../../../core/access/index.ts'
import { asJson, isMap, type Json, type JsonMap, keyOf, refOf } from '../../../core/object/index.ts'
import type { ContentObject } from '../../../spoke/index.ts'
import type { HubParts } from './hub-parts.ts'
import { fleetCluster, seesPlaced } from './in-scope.ts'

/** The objects of a bundle as rendered for a cluster. Undefined when it is not there. */
export async function listObjects(
  parts: HubParts,
  cluster: string,
  bundle: string,
  { limit }: ObjectsQuery,
): Promise<RenderedObjects | undefined> {
  const rendering = await renderingOf(parts, cluster, bundle)
  if (rendering === undefined) return undefined
  const drift = await parts.store.drift.select({
    clusters: [cluster],
    bundle,
    states: ['open', 'healing'],
    within: readable(parts.grants),
  })
  const fields = new Map<string, number>()
  for (const { ref } of drift) fields.set(keyOf(ref), (fields.get(keyOf(ref)) ?? 0) + 1)
  const troubles = new Map(
    (parts.board.entry(cluster).bundles.get(bundle)?.troubles ?? []).map((one) => [one.key, one]),
  )
  const ownerOf = ownersIn(rendering.objects, rendering.namespace)
  const items = rendering.objects.map((content): RenderedObject => {
    const ref = placed(content, rendering.namespace)
    const key = keyOf(ref)
    const trouble = troubles.get(key)
    const owner = ownerOf(content)
    return {
      object: ref,
      key,
      origin: content.origin,
      hook: content.hook !== undefined,
      drift: fields.get(key) ?? 0,
      ...(content.wave === undefined ? {} : { wave: content.wave }),
      ...(owner === undefined ? {} : { owner }),
      ...(trouble === undefined ? {} : { trouble: { health: trouble.health, message: trouble.message } }),
    }
  })
  const { revision } = rendering
  const total = items.length
  if (limit === undefined || total <= limit) return { revision, items, total }
  const isWell = ({ drift: count, trouble }: RenderedObject): boolean => count === 0 && trouble === undefined
  const worstFirst = items.toSorted((one, two) => Number(isWell(one)) - Number(isWell(two)))
  return { revision, items: worstFirst.slice(0, limit), total }
}

/** One object of them, without the values of Secrets. */
export async function showManifest(
  parts: HubParts,
  cluster: string,
  bundle: string,
  query: ManifestQuery,
): Promise<RenderedManifest | undefined> {
  const rendering = await renderingOf(parts, cluster, bundle)
  const wanted = keyOf(query)
  const found = rendering?.objects.find(
    (content) =>
      keyOf(refOf(content.object)) === wanted || keyOf(placed(content, rendering.namespace)) === wanted,
  )
  if (rendering === undefined || found === undefined) return undefined
  return {
    object: placed(found, rendering.namespace),
    revision: rendering.revision,
    origin: found.origin,
    manifest: withoutSecrets(found),
  }
}

/** What a bundle is rendered to on a cluster: the objects of it that whoever asks may look at. */
async function renderingOf(parts: HubParts, cluster: string, bundle: string) {
  if (fleetCluster(parts, cluster) === undefined || !seesPlaced(parts, cluster, bundle)) return undefined
  const assignment = parts.board.assignment(cluster, bundle) ?? parts.rollouts.target(cluster, bundle)
  if (assignment === undefined) return undefined
  const content = await parts.renderings.content(assignment.variant).catch(() => undefined)
  if (content === undefined) return undefined
  const namespace = assignment.namespace ?? 'default'
  const objects = content.objects.filter((one) =>
    allows(parts.grants, 'read', { cluster, bundle, namespace: placed(one, namespace).namespace }),
  )
  return { revision: assignment.revision, objects, namespace }
}

/** Kinds without a namespace that bundles hold most; what else has none is told by its manifest. */
const clusterWide = new Set(['Namespace', 'CustomResourceDefinition', 'ClusterRole', 'ClusterRoleBinding'])

/** Where an object stands that is written without its namespace. */
function placed({ object }: ContentObject, namespace: string) {
  const ref = refOf(object)
  return ref.namespace !== '' || clusterWide.has(ref.kind) ? ref : { ...ref, namespace }
}

/** The fields by which a workload names what it uses, by the kind of that. */
const namingFields: Readonly<Record<string, string>> = {
  ConfigMap: 'name',
  Secret: 'secretName',
  ServiceAccount: 'serviceAccountName',
  PersistentVolumeClaim: 'claimName',
}

/**
 * Answers which workload of the same rendering names an object, as far as the usual kinds say it. Each workload is read
 * once, however many objects there are.
 */
function ownersIn(
  all: readonly ContentObject[],
  namespace: string,
): (content: ContentObject) => string | undefined {
  const users = new Map<string, ContentObject>()
  const fields = new Set(Object.values(namingFields))
  for (const content of all.filter(({ object }) => isWorkload(object.kind))) {
    const look = (value: Json): void => {
      if (Array.isArray(value)) value.forEach(look)
      else if (isMap(value)) {
        for (const [field, inside] of Object.entries(value)) {
          if (typeof inside !== 'string') look(inside)
          else if (fields.has(field) && !users.has(`${field} ${inside}`))
            users.set(`${field} ${inside}`, content)
        }
      }
    }
    look(asJson(content.object))
  }
  return ({ object }) => {
    const field = namingFields[object.kind]
    const user = field === undefined ? undefined : users.get(`${field} ${object.metadata.name}`)
    return user === undefined ? undefined : keyOf(placed(user, namespace))
  }
}

function isWorkload(kind: string): boolean {
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'].includes(kind)
}

function withoutSecrets({ object }: ContentObject): JsonMap {
  const whole = asJson(object)
  if (!isMap(whole)) return {}
  if (whole['kind'] !== 'Secret') return whole
  const hidden = (value: Json | undefined): Json =>
    isMap(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, '(not shown)'])) : {}
  const { data, stringData, metadata, ...rest } = whole
  return {
    ...rest,
    ...(isMap(metadata) ? { metadata: withoutApplied(metadata) } : {}),
    ...(data === undefined ? {} : { data: hidden(data) }),
    ...(stringData === undefined ? {} : { stringData: hidden(stringData) }),
  }
}

/** The annotation in which kubectl apply keeps all that it was given, values of Secrets among them. */
const appliedByKubectl = 'kubectl.kubernetes.io/last-applied-configuration'

function withoutApplied(metadata: JsonMap): JsonMap {
  const { annotations } = metadata
  if (!isMap(annotations) || !Object.hasOwn(annotations, appliedByKubectl)) return metadata
  return { ...metadata, annotations: { ...annotations, [appliedByKubectl]: '(not shown)' } }
}
