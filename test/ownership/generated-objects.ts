import fc from 'fast-check'
import type { Json, KubeObject } from '../../src/core/object/index.ts'

/** A generated manifest, and the path of its endpoint. */
export interface Generated {
  readonly path: string
  readonly object: KubeObject
}

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
const text = fc.string({ maxLength: 12, unit: 'grapheme-ascii' })
const labelKey = fc.oneof(
  name,
  name.map((part) => `app.kubernetes.io/${part}`),
  name.map((part) => `${part}.Example_1`),
)
const labels = fc.dictionary(labelKey, name, { maxKeys: 3, noNullPrototype: true })
const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP')
const quantity = fc.constantFrom('100m', '1', '1000m', '1Gi', '0.5', 2)

function optional<T extends object>(
  shape: { [K in keyof T]: fc.Arbitrary<T[K]> },
  required: (keyof T)[] = [],
) {
  return fc.record(shape, { requiredKeys: required })
}

const metadata = (prefix: string) =>
  fc
    .record({ labels, annotations: fc.dictionary(labelKey, text, { maxKeys: 2, noNullPrototype: true }) })
    .map((more) => ({
      name: prefix,
      namespace: 'default',
      ...more,
    }))

const env = fc.uniqueArray(
  optional({ name: name.map((part) => part.toUpperCase()), value: text }, ['name']),
  {
    maxLength: 3,
    selector: (item) => item.name,
  },
)

const containerPorts = fc.uniqueArray(
  optional({ containerPort: fc.integer({ min: 1, max: 4 }), protocol }, ['containerPort']),
  { maxLength: 4, selector: (port) => `${port.containerPort}${port.protocol ?? 'TCP'}` },
)

const container = optional(
  {
    name,
    image: fc.constant('registry.example/app:1'),
    args: fc.array(text, { maxLength: 3 }),
    command: fc.constantFrom(null, [], ['sh']),
    env,
    ports: containerPorts,
    resources: optional({
      limits: fc.dictionary(fc.constantFrom('cpu', 'memory'), fc.constantFrom('4', 8), {
        noNullPrototype: true,
      }),
      requests: fc.dictionary(fc.constantFrom('cpu', 'memory'), fc.constantFrom('100m', '1', '1000m', 2), {
        noNullPrototype: true,
      }),
    }),
    securityContext: fc.constantFrom({}, null, { runAsNonRoot: true }, { capabilities: { drop: ['ALL'] } }),
    livenessProbe: fc.constant({ httpGet: { path: '/', port: 'web' } }),
  },
  ['name', 'image'],
)

const containers = fc.uniqueArray(container, { minLength: 1, maxLength: 3, selector: (item) => item.name })

const volumes = fc
  .uniqueArray(
    fc.tuple(
      name,
      fc.constantFrom<Json>({ emptyDir: {} }, { configMap: { name: 'c', items: [{ key: 'a', path: 'b' }] } }),
    ),
    { maxLength: 2, selector: ([volume]) => volume },
  )
  .map((list) => list.map(([volume, source]) => ({ name: volume, ...(source as object) })))

const podSpec = optional(
  {
    containers,
    volumes,
    nodeSelector: labels,
    imagePullSecrets: fc.constantFrom([], [{ name: 'a' }, { name: 'b' }]),
    hostAliases: fc.constantFrom([{ ip: '10.0.0.1', hostnames: ['a'] }]),
    tolerations: fc.constantFrom([], [{ key: 'a', operator: 'Exists' }]),
    topologySpreadConstraints: fc.constant([
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'x' } },
      },
    ]),
    securityContext: fc.constantFrom({}, { fsGroup: 1 }),
    affinity: fc.constantFrom({}, { nodeAffinity: {} }),
  },
  ['containers'],
)

const deployment: fc.Arbitrary<Generated> = fc
  .record({
    meta: metadata('generated'),
    pod: podSpec,
    replicas: fc.constantFrom(undefined, null, 0, 3),
    strategy: fc.constantFrom(undefined, {}, { type: 'Recreate' }),
  })
  .map(({ meta, pod, replicas, strategy }) => ({
    path: '/apis/apps/v1/namespaces/default/deployments/generated',
    object: manifest('apps/v1', 'Deployment', meta, {
      spec: {
        replicas,
        strategy,
        selector: { matchLabels: { app: 'x' } },
        template: { metadata: { labels: { app: 'x' } }, spec: pod },
      },
    }),
  }))

const service: fc.Arbitrary<Generated> = fc
  .record({
    meta: metadata('generated'),
    ports: fc.uniqueArray(
      optional(
        {
          port: fc.integer({ min: 1, max: 3 }),
          protocol,
          targetPort: fc.constantFrom<Json>(80, 'web'),
          appProtocol: fc.constant('x/y'),
        },
        ['port'],
      ),
      { minLength: 1, maxLength: 4, selector: (port) => `${port.port}${port.protocol ?? 'TCP'}` },
    ),
    selector: labels,
  })
  .map(({ meta, ports, selector }) => ({
    path: '/api/v1/namespaces/default/services/generated',
    object: manifest('v1', 'Service', meta, {
      spec: { selector, ports: ports.map((port, index) => ({ name: `p${index}`, ...port })) },
    }),
  }))

const configMap: fc.Arbitrary<Generated> = fc
  .record({
    meta: metadata('generated'),
    data: fc.dictionary(
      fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,8}$/).map((key) => `k${key}`),
      text,
      { maxKeys: 4, noNullPrototype: true },
    ),
    immutable: fc.constantFrom(undefined, true, null),
  })
  .map(({ meta, data, immutable }) => ({
    path: '/api/v1/namespaces/default/configmaps/generated',
    object: manifest('v1', 'ConfigMap', meta, { data, immutable }),
  }))

const shop: fc.Arbitrary<Generated> = fc
  .record({
    meta: metadata('generated'),
    spec: optional({
      replicas: fc.integer({ min: 0, max: 9 }),
      size: fc.constantFrom<Json>(1, '10%'),
      note: fc.constantFrom(null, 'x'),
      args: fc.array(text, { maxLength: 3 }),
      tags: fc.uniqueArray(text, { maxLength: 3 }),
      ports: fc.uniqueArray(
        optional(
          { port: fc.integer({ min: 1, max: 3 }), protocol, name, options: fc.constantFrom({}, { a: 'b' }) },
          ['port'],
        ),
        { maxLength: 4, selector: (port) => `${port.port}${port.protocol ?? 'TCP'}` },
      ),
      selector: labels,
      limits: fc.dictionary(name, quantity, { maxKeys: 2, noNullPrototype: true }),
      extra: fc.constantFrom<Json>({}, { a: {} }, { a: { b: [1, { c: 2 }] } }, { 'x/y': null }),
    }),
  })
  .map(({ meta, spec }) => ({
    path: '/apis/ownership.example.dev/v1/namespaces/default/shops/generated',
    object: manifest('ownership.example.dev/v1', 'Shop', meta, { spec }),
  }))

/** By kind, manifests that a server accepts. */
export const GENERATED: Readonly<Record<string, fc.Arbitrary<Generated>>> = {
  Deployment: deployment,
  Service: service,
  ConfigMap: configMap,
  Shop: shop,
}

/** Through JSON, as manifests come: no undefined, no negative zero. */
function manifest(apiVersion: string, kind: string, metadata: object, rest: object): KubeObject {
  return JSON.parse(JSON.stringify({ apiVersion, kind, metadata, ...rest })) as KubeObject
}
