import type { RenderedObject } from '../../src/api/index.ts'
import { keyOf } from '../../src/core/object/index.ts'
import { ago } from '../cli/example-fleet.ts'
import type { FleetInMemory } from '../cli/fleet-in-memory.ts'
import type { RenderedInMemory } from '../cli/pages-in-memory.ts'

const revision = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334'

/** What is known of namespaces besides what is rendered into them. */
export const knownNamespaces: Pick<FleetInMemory, 'namespaces_' | 'commits'> = {
  namespaces_: ['checkout', 'ingress'],
  commits: [
    { bundle: 'checkout', revision, subject: 'Checkout 1.5', author: 'Ada Example', at: ago(11_000) },
  ],
}

/** What two bundles render to, as far as the pages show it. */
export function renderedBundles(): Map<string, RenderedInMemory> {
  const api = object('apps', 'Deployment', 'checkout', 'api')
  const worker = object('apps', 'Deployment', 'checkout', 'worker')
  const checkout = [
    one(object('', 'Namespace', '', 'checkout'), 'apps/checkout/base/namespace.yaml', 1, {}),
    one(api, 'apps/checkout/base/api.yaml', 9, deployment('api', 3), { drift: 1 }),
    one(
      object('', 'ConfigMap', 'checkout', 'api-features'),
      'apps/checkout/base/features.yaml',
      1,
      { data: { slowPath: 'off' } },
      { owner: keyOf(api) },
    ),
    one(
      object('', 'Secret', 'checkout', 'api-keys'),
      'apps/checkout/base/keys.yaml',
      1,
      { data: { token: '(not shown)' } },
      { owner: keyOf(api) },
    ),
    one(
      object('', 'ServiceAccount', 'checkout', 'api'),
      'apps/checkout/base/api.yaml',
      1,
      {},
      { owner: keyOf(api) },
    ),
    one(object('', 'Service', 'checkout', 'api'), 'apps/checkout/base/api.yaml', 40, {
      spec: { selector: { app: 'api' } },
    }),
    one(worker, 'apps/checkout/base/worker.yaml', 1, deployment('worker', 8)),
    one(
      object('', 'ConfigMap', 'checkout', 'worker-settings'),
      'apps/checkout/overlays/prod/settings.yaml',
      1,
      { data: { batch: '50' } },
      { owner: keyOf(worker) },
    ),
    one(
      object('networking.k8s.io', 'NetworkPolicy', 'checkout', 'deny-all'),
      'apps/checkout/base/network.yaml',
      1,
      { spec: { podSelector: {} } },
    ),
    one(object('networking.k8s.io', 'Ingress', 'checkout', 'shop'), 'apps/checkout/base/ingress.yaml', 1, {}),
    one(
      object('batch', 'Job', 'checkout', 'migrate'),
      'apps/checkout/base/migrate.yaml',
      1,
      {},
      { hook: true },
    ),
    one(object('policy', 'PodDisruptionBudget', 'checkout', 'api'), 'apps/checkout/base/api.yaml', 58, {}),
  ]
  const router = object('apps', 'Deployment', 'ingress', 'router')
  const ingress = [
    one(object('', 'Namespace', '', 'ingress'), 'apps/ingress/base/namespace.yaml', 1, {}),
    one(router, 'apps/ingress/base/router.yaml', 1, deployment('router', 2)),
    one(object('cert-manager.io', 'Certificate', 'ingress', 'api-tls'), 'apps/ingress/base/tls.yaml', 1, {}),
  ]
  return new Map([
    ['checkout', { revision, items: checkout }],
    ['ingress', { revision, items: ingress }],
  ])
}

function object(group: string, kind: string, namespace: string, name: string): RenderedObject['object'] {
  return { group, kind, namespace, name }
}

function one(
  ref: RenderedObject['object'],
  file: string,
  line: number,
  rest: Record<string, unknown>,
  given: Partial<RenderedObject> = {},
): RenderedInMemory['items'][number] {
  const apiVersion = ref.group === '' ? 'v1' : `${ref.group}/v1`
  const metadata = { name: ref.name, ...(ref.namespace === '' ? {} : { namespace: ref.namespace }) }
  return {
    object: ref,
    key: keyOf(ref),
    origin: { file, line },
    hook: false,
    drift: 0,
    ...given,
    manifest: { apiVersion, kind: ref.kind, metadata, ...rest },
  }
}

function deployment(name: string, replicas: number): Record<string, unknown> {
  const containers = [
    { name, image: `registry.corp/${name}:1.4`, resources: { requests: { cpu: '250m', memory: '256Mi' } } },
    { name: 'proxy', image: 'registry.corp/proxy:1.4' },
  ]
  return {
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers } },
    },
  }
}
