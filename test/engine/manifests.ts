import type { JsonMap, KubeObject } from '../../src/core/object/index.ts'

const tcpPorts: readonly JsonMap[] = [
  { containerPort: 53, protocol: 'TCP' },
  { containerPort: 8080, protocol: 'TCP' },
]

/** Objects as people write them; the rig adds the namespace. */
export function deployment(
  name: string,
  change: { replicas?: number; ports?: readonly JsonMap[]; [field: string]: unknown } = {},
): KubeObject {
  const { replicas = 3, ports = tcpPorts, ...spec } = change
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { app: name, tier: 'web' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'registry.example/web:1.4',
              args: ['--port', '8080'],
              ports,
            },
            { name: 'proxy', image: 'registry.example/proxy:2.0' },
          ],
        },
      },
      ...spec,
    },
  }
}

export function configMap(name: string, data: Record<string, string> = { a: '1', b: '2' }): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { app: name } }, data }
}
