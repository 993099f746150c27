import type { JsonMap, KubeObject, ObjectMeta } from '../../src/core/object/index.ts'

/** One manifest of each kind that a generator would not make more varied. */
export const SAMPLES: readonly Sample[] = [
  namespaced('apps/v1', 'StatefulSet', 'statefulsets', {
    spec: {
      serviceName: 'x',
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'a', image: 'b' }] } },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  }),
  namespaced('batch/v1', 'CronJob', 'cronjobs', {
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } } },
      },
    },
  }),
  namespaced('v1', 'Secret', 'secrets', { type: 'Opaque', data: { a: 'Yg==' } }),
  namespaced('v1', 'ServiceAccount', 'serviceaccounts', {
    imagePullSecrets: [{ name: 'a' }],
    secrets: [{ name: 'b' }],
  }),
  namespaced('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1024Mi' } } },
  }),
  namespaced('v1', 'ResourceQuota', 'resourcequotas', {
    spec: { hard: { 'requests.cpu': '4', pods: '10' } },
  }),
  namespaced('v1', 'LimitRange', 'limitranges', {
    spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
  }),
  namespaced('networking.k8s.io/v1', 'Ingress', 'ingresses', {
    spec: {
      tls: [{ hosts: ['a.example'], secretName: 's' }],
      rules: [
        {
          host: 'a.example',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } },
            ],
          },
        },
      ],
    },
  }),
  namespaced('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', {
    spec: {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
    },
  }),
  namespaced('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', {
    spec: { minAvailable: '50%', selector: { matchLabels: { app: 'x' } } },
  }),
  namespaced('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
        },
      ],
    },
  }),
  namespaced('rbac.authorization.k8s.io/v1', 'Role', 'roles', {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  }),
  namespaced('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
  }),
  clusterWide('v1', 'Namespace', 'namespaces', { spec: { finalizers: ['kubernetes'] } }),
  clusterWide('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
  }),
  clusterWide('storage.k8s.io/v1', 'StorageClass', 'storageclasses', {
    provisioner: 'x.example/y',
    parameters: { type: 'fast' },
    mountOptions: ['ro'],
  }),
  clusterWide('v1', 'PersistentVolume', 'persistentvolumes', {
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
  }),
  clusterWide(
    'admissionregistration.k8s.io/v1',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    {
      webhooks: [
        {
          name: 'a.example.dev',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          clientConfig: { url: 'https://127.0.0.1:1/' },
          failurePolicy: 'Ignore',
          rules: [
            { apiGroups: ['none.example.dev'], apiVersions: ['*'], operations: ['*'], resources: ['*'] },
          ],
          matchConditions: [{ name: 'never', expression: 'false' }],
        },
      ],
    },
  ),
  clusterWide('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', {
    metadata: { name: 'samples.example.dev' },
    spec: {
      group: 'example.dev',
      scope: 'Cluster',
      names: { plural: 'samples', singular: 'sample', kind: 'Sample' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  }),
]

interface Sample {
  readonly path: string
  readonly object: KubeObject
}

function namespaced(apiVersion: string, kind: string, plural: string, rest: JsonMap): Sample {
  return sample(
    apiVersion,
    kind,
    `namespaces/default/${plural}`,
    { name: 'sample', namespace: 'default' },
    rest,
  )
}

function clusterWide(apiVersion: string, kind: string, plural: string, rest: JsonMap): Sample {
  return sample(apiVersion, kind, plural, { name: 'sample' }, rest)
}

function sample(
  apiVersion: string,
  kind: string,
  place: string,
  metadata: ObjectMeta,
  rest: JsonMap,
): Sample {
  const object: KubeObject = { apiVersion, kind, metadata, ...rest }
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return { path: `${root}/${place}/${object.metadata.name}`, object }
}
