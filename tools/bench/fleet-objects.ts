import type { KubeObject } from '../../src/core/object/index.ts'
import { configMap, number } from './load.ts'

const namespace = 'default'
const labels = { bench: 'm' }

/** The Deployment whose status says which version it is of: its `readyReplicas`. */
export const beatName = 'beat'
export const beatKey = `${namespace}/${beatName}`

/** A bundle of so many objects: three fifths ConfigMaps, Services, CronJobs, and the one that beats. */
export function fleetObjects(count: number): KubeObject[] {
  const others = Array.from({ length: count - 1 }, (_, i) => {
    const name = `object-${number(i)}`
    if (i % 5 === 0) return cronJob(name)
    return i % 5 === 1 ? service(name) : configMap(namespace, name, '1')
  })
  return [beat(), ...others]
}

function beat(): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: beatName, namespace, labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: beatName } },
      template: { metadata: { labels: { app: beatName } }, spec: podSpec },
    },
  }
}

function cronJob(name: string): KubeObject {
  const spec = { ...podSpec, restartPolicy: 'OnFailure' }
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace, labels },
    spec: { schedule: '17 3 * * *', jobTemplate: { spec: { template: { spec } } } },
  }
}

function service(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  }
}

const podSpec = {
  containers: [
    {
      name: 'app',
      image: 'registry.example.com/app:1',
      args: ['serve', '--quietly'],
      env: [{ name: 'LEVEL', value: 'info' }],
      ports: [{ name: 'http', containerPort: 8080 }],
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    },
  ],
}
