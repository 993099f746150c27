import type { JsonMap, KubeObject } from '../../src/core/object/index.ts'

/** A Deployment with two containers, ports that differ by protocol only, and a map for others to fill. */
export function deployment(name: string, spec: JsonMap = {}, container: JsonMap = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels: { app: 'web', tier: 'front' } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      ...spec,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'registry.example/web:1',
              args: ['serve', '--fast'],
              ports: [
                { containerPort: 53, name: 'dns' },
                { containerPort: 53, protocol: 'UDP' },
              ],
              env: [{ name: 'A', value: '1' }],
              resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } },
              ...container,
            },
            { name: 'side', image: 'registry.example/side:1' },
          ],
          volumes: [{ name: 'tmp', emptyDir: {} }],
        },
      },
    },
  }
}

/** An object of the kind of `definitions.ts`. */
export function shop(name: string, spec: JsonMap): KubeObject {
  return {
    apiVersion: 'ownership.example.dev/v1',
    kind: 'Shop',
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
    spec,
  }
}
