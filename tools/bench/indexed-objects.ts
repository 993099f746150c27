import { projectionOf } from '../../src/core/search/index.ts'
import { keyOf, refOf, type KubeObject } from '../../src/core/object/index.ts'
import type { IndexChange } from '../../src/hub/store/index.ts'
import { number } from './load.ts'

const apps =
  'cart catalog checkout frontend gateway identity invoices ledger mail media orders payments pricing profile recommend reports search shipping stock support'.split(
    ' ',
  )
const teams = 'atlas boreas castor draco eris'.split(' ')
const perApp = 50

/** The apps of a cluster of so many objects, each in a namespace of its own. */
export function appsOf(count: number): readonly string[] {
  return apps.slice(0, Math.max(1, Math.ceil(count / perApp)))
}

/**
 * The objects of one cluster as the index is told of them: for each of twenty apps Deployments with versions that differ
 * between clusters, Services, ConfigMaps, Secrets, accounts and bindings, in the app's namespace.
 */
export function indexedObjects(cluster: number, count: number): IndexChange[] {
  return Array.from({ length: count }, (_, i) => {
    const object = objectOf(cluster, i)
    const key = keyOf(refOf(object))
    return {
      cluster: clusterOf(cluster),
      bundle: object.metadata.namespace ?? '',
      key,
      projection: projectionOf(object),
    }
  })
}

export function clusterOf(cluster: number): string {
  return `search-${number(cluster)}`
}

function objectOf(cluster: number, i: number): KubeObject {
  const app = apps[Math.floor(i / perApp) % apps.length] ?? ''
  const part = i % perApp
  const name = `${app}-${number(Math.floor(i / (perApp * apps.length)) * perApp + part)}`
  const labels = {
    'app.kubernetes.io/name': app,
    'app.kubernetes.io/instance': name,
    team: teams[apps.indexOf(app) % teams.length] ?? '',
    tier: part % 10 === 0 ? 'web' : 'backend',
    'evenkeel.dev/bundle': app,
  }
  const metadata = { name, namespace: app, labels }
  if (part < 10) return deployment(metadata, `registry.example.com/shop/${app}:1.${(cluster + part) % 40}.0`)
  if (part < 20) return { apiVersion: 'v1', kind: 'Service', metadata }
  if (part < 35) return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { settings: name } }
  if (part < 42) return { apiVersion: 'v1', kind: 'Secret', metadata, data: { password: '' } }
  if (part < 46) return { apiVersion: 'v1', kind: 'ServiceAccount', metadata }
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata }
}

function deployment(metadata: KubeObject['metadata'], image: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas: 2, template: { spec: { containers: [{ name: 'app', image }] } } },
    status: { readyReplicas: 2 },
  }
}
