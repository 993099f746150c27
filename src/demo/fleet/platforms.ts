import type { JsonMap } from '../../core/object/index.ts'

/** What `ek sim --fleet` takes for a platform (docs/simulator.md). */
export interface DemoPlatform {
  readonly nodes: number
  readonly node: { readonly cpu: string; readonly memory: string }
  readonly manifests: readonly JsonMap[]
}

/** What the clusters of the demo run on, by name: two platforms, in sizes. */
export function platforms(): Readonly<Record<string, DemoPlatform>> {
  const kubernetes = [
    ...definitions,
    ...storage({ standard: 'csi.disk.example', fast: 'csi.ssd.example' }),
    ingressClass('nginx'),
  ]
  const openshift = [
    ...definitions,
    ...openshiftDefinitions,
    ...storage({ 'thin-csi': 'csi.vsan.example', 'fast-rwx': 'csi.file.example' }),
    ingressClass('openshift-default'),
    ...openshiftParts,
  ]
  return {
    kubernetes: { nodes: 3, node: { cpu: '8', memory: '32Gi' }, manifests: kubernetes },
    'kubernetes-large': {
      nodes: 5,
      node: { cpu: '32', memory: '128Gi' },
      manifests: [...kubernetes, ...storage({ archive: 'csi.object.example' })],
    },
    'kubernetes-edge': {
      nodes: 1,
      node: { cpu: '4', memory: '16Gi' },
      manifests: [...definitions, ...storage({ local: 'csi.local.example' }), ingressClass('nginx')],
    },
    openshift: { nodes: 4, node: { cpu: '16', memory: '64Gi' }, manifests: openshift },
    'openshift-large': { nodes: 6, node: { cpu: '48', memory: '256Gi' }, manifests: openshift },
  }
}

function storage(classes: Readonly<Record<string, string>>): JsonMap[] {
  return Object.entries(classes).map(([name, provisioner]) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
  }))
}

function ingressClass(name: string): JsonMap {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name },
    spec: { controller: `example.dev/${name}` },
  }
}

/** A custom resource whose fields nobody checks. */
function definition(
  group: string,
  kind: string,
  plural: string,
  { version = 'v1', scope = 'Namespaced' as 'Namespaced' | 'Cluster', status = true } = {},
): JsonMap {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(status ? { subresources: { status: {} } } : {}),
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      ],
    },
  }
}

const definitions = [
  definition('cert-manager.io', 'Certificate', 'certificates'),
  definition('cert-manager.io', 'Issuer', 'issuers'),
  definition('monitoring.coreos.com', 'ServiceMonitor', 'servicemonitors', { status: false }),
  definition('monitoring.coreos.com', 'PrometheusRule', 'prometheusrules', { status: false }),
]

/** Their states are written with the objects, so they have no status of their own. */
const cluster = { scope: 'Cluster', status: false } as const
const openshiftDefinitions = [
  definition('config.openshift.io', 'ClusterVersion', 'clusterversions', cluster),
  definition('config.openshift.io', 'ClusterOperator', 'clusteroperators', cluster),
  definition('machineconfiguration.openshift.io', 'MachineConfigPool', 'machineconfigpools', cluster),
  definition('route.openshift.io', 'Route', 'routes'),
  definition('tuned.openshift.io', 'Tuned', 'tuneds', { status: false }),
  definition('operators.coreos.com', 'Subscription', 'subscriptions', { version: 'v1alpha1', status: false }),
]

const openshiftParts: readonly JsonMap[] = [
  ...['openshift-operators', 'openshift-cluster-node-tuning-operator', 'openshift-ingress'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  })),
  {
    apiVersion: 'config.openshift.io/v1',
    kind: 'ClusterVersion',
    metadata: { name: 'version' },
    spec: { channel: 'stable-4.21' },
    status: { desired: { version: '4.21.9' }, conditions: [isTrue('Available')] },
  },
  ...['authentication', 'console', 'dns', 'etcd', 'ingress', 'kube-apiserver', 'monitoring', 'network'].map(
    (name) => ({
      apiVersion: 'config.openshift.io/v1',
      kind: 'ClusterOperator',
      metadata: { name },
      status: { versions: [{ name: 'operator', version: '4.21.9' }], conditions: [isTrue('Available')] },
    }),
  ),
  ...['master', 'worker'].map((name) => ({
    apiVersion: 'machineconfiguration.openshift.io/v1',
    kind: 'MachineConfigPool',
    metadata: { name },
    status: {
      machineCount: 3,
      readyMachineCount: 3,
      updatedMachineCount: 3,
      conditions: [isTrue('Updated')],
    },
  })),
  subscription('openshift-cert-manager-operator', 'cert-manager-operator.v1.18.1'),
  subscription('cluster-logging', 'cluster-logging.v6.3.0'),
]

function subscription(name: string, installedCSV: string): JsonMap {
  return {
    apiVersion: 'operators.coreos.com/v1alpha1',
    kind: 'Subscription',
    metadata: { name, namespace: 'openshift-operators' },
    spec: { name, channel: 'stable', source: 'platform-operators', sourceNamespace: 'openshift-marketplace' },
    status: { installedCSV, state: 'AtLatestKnown' },
  }
}

function isTrue(type: string): JsonMap {
  return { type, status: 'True' }
}
