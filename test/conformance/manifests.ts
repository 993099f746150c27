import type { JsonMap } from '../../src/core/object/index.ts'

const labels = { app: 'web' }

export const podSpec: JsonMap = {
  containers: [
    {
      name: 'web',
      image: 'example.dev/web:1',
      env: [{ name: 'A', value: '1' }],
      ports: [{ containerPort: 80 }],
      resources: { limits: { cpu: '1000m', memory: '64Mi' } },
    },
    { name: 'side', image: 'example.dev/side' },
  ],
}

const template: JsonMap = { metadata: { labels }, spec: podSpec }

/** An object with what a case changes: metadata are merged, everything else replaced. */
function object(
  apiVersion: string,
  kind: string,
  name: string,
  rest: JsonMap,
  metadata: JsonMap = {},
): JsonMap {
  return { apiVersion, kind, metadata: { name, ...metadata }, ...rest }
}

export function deployment(spec: JsonMap = {}, metadata: JsonMap = {}): JsonMap {
  const whole = { replicas: 3, selector: { matchLabels: labels }, template, ...spec }
  return object('apps/v1', 'Deployment', 'web', { spec: whole }, metadata)
}

/** A pod template whose first container is changed, and the rest of the pod. */
export function templateWith(container: JsonMap, pod: JsonMap = {}): JsonMap {
  const first = { name: 'web', image: 'example.dev/web:1', ...container }
  return { metadata: { labels }, spec: { containers: [first], ...pod } }
}

export function configMap(data: JsonMap = { a: '1' }, metadata: JsonMap = {}): JsonMap {
  return object('v1', 'ConfigMap', 'settings', { data }, metadata)
}

export function secret(rest: JsonMap): JsonMap {
  return object('v1', 'Secret', 'keys', rest)
}

export function service(spec: JsonMap = {}, metadata: JsonMap = {}): JsonMap {
  return object(
    'v1',
    'Service',
    'web',
    { spec: { selector: labels, ports: [{ port: 80 }], ...spec } },
    metadata,
  )
}

export const pod = object('v1', 'Pod', 'web', { spec: podSpec })

export const statefulSet = object('apps/v1', 'StatefulSet', 'web', {
  spec: { serviceName: 'web', selector: { matchLabels: labels }, template },
})

export const cronJob = object('batch/v1', 'CronJob', 'web', {
  spec: {
    schedule: '*/5 * * * *',
    jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } },
  },
})

export const job = object('batch/v1', 'Job', 'web', {
  spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } },
})

export const ingress = object('networking.k8s.io/v1', 'Ingress', 'web', {
  spec: {
    rules: [
      {
        host: 'web.example.dev',
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
          ],
        },
      },
    ],
  },
})

export const claim = object('v1', 'PersistentVolumeClaim', 'web', {
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
})

export const daemonSet = object('apps/v1', 'DaemonSet', 'web', {
  spec: { selector: { matchLabels: labels }, template },
})

export const replicaSet = object('apps/v1', 'ReplicaSet', 'web', {
  spec: { selector: { matchLabels: labels }, template },
})

export const autoscaler = object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
  spec: {
    maxReplicas: 5,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
  },
})

/** One of each remaining kind that a fleet is made of, with the collection it belongs to. */
export const others: readonly (readonly [string, string, JsonMap])[] = [
  ['v1', 'serviceaccounts', object('v1', 'ServiceAccount', 'web', {})],
  [
    'v1',
    'resourcequotas',
    object('v1', 'ResourceQuota', 'web', { spec: { hard: { pods: '10', 'limits.cpu': '1500m' } } }),
  ],
  [
    'v1',
    'limitranges',
    object('v1', 'LimitRange', 'web', {
      spec: { limits: [{ type: 'Container', default: { cpu: '100m' } }] },
    }),
  ],
  [
    'v1',
    'endpoints',
    object('v1', 'Endpoints', 'web', {
      subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }],
    }),
  ],
  [
    'v1',
    'events',
    object('v1', 'Event', 'web', {
      involvedObject: { kind: 'Pod', name: 'web', namespace: 'NAMESPACE' },
      reason: 'Tested',
      message: 'a test',
      type: 'Normal',
    }),
  ],
  [
    'networking.k8s.io/v1',
    'networkpolicies',
    object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
      spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] },
    }),
  ],
  [
    'policy/v1',
    'poddisruptionbudgets',
    object('policy/v1', 'PodDisruptionBudget', 'web', {
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    }),
  ],
  [
    'rbac.authorization.k8s.io/v1',
    'roles',
    object('rbac.authorization.k8s.io/v1', 'Role', 'web', {
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
  ],
  [
    'rbac.authorization.k8s.io/v1',
    'rolebindings',
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'web', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' },
      subjects: [{ kind: 'ServiceAccount', name: 'web' }],
    }),
  ],
  [
    'coordination.k8s.io/v1',
    'leases',
    object('coordination.k8s.io/v1', 'Lease', 'web', {
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15 },
    }),
  ],
  [
    'discovery.k8s.io/v1',
    'endpointslices',
    object('discovery.k8s.io/v1', 'EndpointSlice', 'web', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.2.3'] }],
      ports: [{ port: 80 }],
    }),
  ],
  [
    'events.k8s.io/v1',
    'events',
    object('events.k8s.io/v1', 'Event', 'later', {
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'example.dev/test',
      reportingInstance: 'a',
      action: 'Test',
      reason: 'Tested',
      type: 'Normal',
      regarding: { kind: 'Pod', name: 'web', namespace: 'NAMESPACE' },
    }),
  ],
]

/** A definition of custom resources with subresources, defaults, lists of every kind and rules. */
export function gadgets(group: string): JsonMap {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `gadgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Gadget', listKind: 'GadgetList', plural: 'gadgets', singular: 'gadget' },
      versions: [{ name: 'v1', served: true, storage: true, ...gadgetVersion }],
    },
  }
}

const named = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    protocol: { type: 'string', default: 'TCP' },
    value: { type: 'string' },
  },
}

const gadgetVersion: JsonMap = {
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [{ name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' }],
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            replicas: { type: 'integer', default: 1, minimum: 0 },
            text: { type: 'string', maxLength: 10 },
            anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            port: { 'x-kubernetes-int-or-string': true },
            plain: { type: 'array', items: { type: 'string' } },
            tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
            parts: {
              type: 'array',
              items: named,
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name', 'protocol'],
            },
            whole: {
              type: 'object',
              additionalProperties: { type: 'string' },
              'x-kubernetes-map-type': 'atomic',
            },
          },
          'x-kubernetes-validations': [{ rule: 'self.replicas <= 10', message: 'are too many' }],
        },
        status: {
          type: 'object',
          properties: { replicas: { type: 'integer' }, selector: { type: 'string' } },
        },
      },
    },
  },
}
