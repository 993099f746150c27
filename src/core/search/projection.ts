import { isMap, type JsonMap } from '../object/json.ts'
import { type KubeObject, valueAt } from '../object/kube-object.ts'

/** The numbers that objects are found by. */
export const numberFields = ['replicas', 'ready', 'containers', 'keys'] as const

type NumberField = (typeof numberFields)[number]

/** What of one object is found: small, and without a value that could be a secret. */
export interface ObjectProjection {
  readonly labels: Readonly<Record<string, string>>
  readonly images: readonly string[]
  /** `Kind/name`. */
  readonly owners: readonly string[]
  readonly numbers: Readonly<Partial<Record<NumberField, number>>>
}

const most = 100

/** Projects an object as it is live, or as it is declared. */
export function projectionOf(object: KubeObject): ObjectProjection {
  const { labels = {}, ownerReferences = [] } = object.metadata
  const pod = podSpecOf(object)
  const containers = pod === undefined ? [] : containersOf(pod)
  const images = containers.flatMap(({ image }) => (typeof image === 'string' ? [image] : []))
  const numbers: Partial<Record<NumberField, number>> = {}
  put(numbers, 'replicas', valueAt(object, 'spec', 'replicas'))
  put(
    numbers,
    'ready',
    valueAt(object, 'status', 'readyReplicas') ?? valueAt(object, 'status', 'numberReady'),
  )
  if (pod !== undefined) numbers.containers = containers.length
  if (object.kind === 'ConfigMap' || object.kind === 'Secret') {
    const keys = ['data', 'stringData', 'binaryData'].flatMap((field) => Object.keys(mapAt(object, field)))
    numbers.keys = new Set(keys).size
  }
  return {
    labels: Object.fromEntries(Object.entries(labels).slice(0, most)),
    images: [...new Set(images)].slice(0, most),
    owners: ownerReferences.slice(0, most).map(({ kind, name }) => `${kind}/${name}`),
    numbers,
  }
}

/** The pod that an object is, or that it makes. */
function podSpecOf(object: KubeObject): JsonMap | undefined {
  const places: readonly (readonly string[])[] =
    object.kind === 'Pod'
      ? [['spec']]
      : [
          ['spec', 'template', 'spec'],
          ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
        ]
  for (const place of places) {
    const found = valueAt(object, ...place)
    if (isMap(found) && Array.isArray(found['containers'])) return found
  }
  return undefined
}

function containersOf(pod: JsonMap): JsonMap[] {
  return ['initContainers', 'containers'].flatMap((field) => {
    const list = pod[field]
    return Array.isArray(list) ? list.filter(isMap) : []
  })
}

function mapAt(object: KubeObject, field: string): JsonMap {
  const value = valueAt(object, field)
  return isMap(value) ? value : {}
}

function put(numbers: Partial<Record<NumberField, number>>, field: NumberField, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value)) numbers[field] = value
}
