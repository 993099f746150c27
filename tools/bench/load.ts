import { type KubeObject, valueAt } from '../../src/core/object/index.ts'

const benchLabel = 'bench'

/** The selector of everything that the bench declares. */
export const benchSelector = `${benchLabel}=m`

const pad = 'x'.repeat(260)

/** A ConfigMap of about 400 bytes. `rev` is what a commit changes, `v` what a rogue write changes. */
export function configMap(namespace: string, name: string, rev: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { [benchLabel]: 'm' } },
    data: { rev, v: 'ok', pad },
  }
}

/** Whether a live object is at a revision of `configMap`. */
export function atRevision(rev: string): (live: KubeObject) => boolean {
  return (live) => valueAt(live, 'data', 'rev') === rev
}

/** ConfigMaps with names by number. */
export function configMaps(namespace: string, prefix: string, count: number, rev: string): KubeObject[] {
  return Array.from({ length: count }, (_, i) => configMap(namespace, `${prefix}-${number(i)}`, rev))
}

export function deployment(namespace: string, name: string): KubeObject {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { [benchLabel]: 'm' } },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: 'registry.example.com/app:1', args: ['serve'] }] },
      },
    },
  }
}

export function namespaceObject(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

/** Four digits, so that names sort. */
export function number(i: number): string {
  return String(i).padStart(4, '0')
}

/** The file that a person would keep the object in. */
export function yamlOf(object: KubeObject): string {
  return `${lines(object, '').join('\n')}\n`
}

function lines(map: object, indent: string): string[] {
  return Object.entries(map).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [`${indent}${key}:`, ...lines(value, `${indent}  `)]
      : [`${indent}${key}: ${JSON.stringify(value)}`],
  )
}
