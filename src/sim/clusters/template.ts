import { isMap, type JsonMap, textOf } from '../../core/object/index.ts'
import { bootstrapAccess } from '../access/index.ts'
import { storageOf } from '../discovery/index.ts'
import { type BaseLayer, ClusterStore, derivedUid, type Shapes } from '../store/index.ts'

export interface TemplateOptions {
  /** RFC 3339: when everything that clusters begin with was created. */
  readonly createdAt: string
  readonly nodes: number
  /** What each node has. */
  readonly node?: { readonly cpu: string; readonly memory: string }
  /** Besides what every cluster has. Complete but for uid, creationTimestamp and resourceVersion, which are filled in. */
  readonly objects?: readonly { readonly storage: string; readonly object: JsonMap }[]
  readonly shapes: Shapes
  /** The version that nodes show. */
  readonly kubeletVersion: string
}

const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/**
 * What clusters begin with: the system's namespaces, roles for people, nodes, and the Service of the API server. It is
 * made once and shared by all clusters.
 */
export function templateOf(options: TemplateOptions): BaseLayer {
  const { createdAt, nodes, shapes, objects = [] } = options
  const store = new ClusterStore({ identity: 'template', shapes, historyBytes: 0 })
  const add = (storage: string, object: JsonMap): void => {
    const metadata = isMap(object.metadata) ? object.metadata : {}
    const { name = '', namespace = '' } = metadata
    const key = namespace === '' ? textOf(name) : `${textOf(namespace)}/${textOf(name)}`
    const filled = {
      uid: derivedUid('template', storage, key),
      creationTimestamp: createdAt,
      ...metadata,
    }
    store.put(storage, key, { ...object, metadata: filled }, store.get(storage, key)?.revision)
  }
  for (const name of namespaces) add('namespaces', namespaceNamed(name))
  for (const object of bootstrapAccess()) {
    add(storageOf('rbac.authorization.k8s.io', `${textOf(object.kind).toLowerCase()}s`), object)
  }
  for (let i = 1; i <= nodes; i += 1) add('nodes', node(`node-${i}`, options))
  add('services', apiService())
  for (const object of systemPriorities) add('priorityclasses.scheduling.k8s.io', object)
  for (const { storage, object } of objects) add(storage, object)
  return store.asBase()
}

function namespaceNamed(name: string): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }
}

/** Source: Kubernetes, pkg/apis/scheduling/v1/helpers.go. */
const systemPriorities: readonly JsonMap[] = [
  priority(
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ),
  priority(
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ),
]

function priority(name: string, value: number, description: string): JsonMap {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name, generation: 1 },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  }
}

function apiService(): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  }
}

/** Nodes are data only: nothing runs on them. */
function node(
  name: string,
  { createdAt: since, kubeletVersion, node: has = { cpu: '4', memory: '16Gi' } }: TemplateOptions,
): JsonMap {
  const capacity = {
    cpu: has.cpu,
    'ephemeral-storage': '100Gi',
    memory: has.memory,
    pods: '110',
  }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
      },
    },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      addresses: [{ type: 'Hostname', address: name }],
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'a simulated node is always ready',
          lastHeartbeatTime: since,
          lastTransitionTime: since,
        },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'simulated://1.0',
        kernelVersion: 'simulated',
        kubeProxyVersion: kubeletVersion,
        kubeletVersion,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'simulated',
        systemUUID: '',
      },
    },
  }
}
