/** A manifest that is tried at a real API server and by the module. */
export interface Case {
  readonly title: string
  /** The collection that it is sent to. */
  readonly path: string
  /** A value, or a text that is sent as it is. */
  readonly manifest: Readonly<Record<string, unknown>> | string
}

type Fields = Readonly<Record<string, unknown>>

const core = '/api/v1/namespaces/default/'
const group = (name: string) => `/apis/${name}/namespaces/default/`
const meta = { name: 'tried', namespace: 'default' }
const labels = { app: 'tried' }
const container = { name: 'main', image: 'example.dev/main:1' }

const object = (apiVersion: string, kind: string, rest: Fields, metadata: Fields = {}): Fields => ({
  apiVersion,
  kind,
  metadata: { ...meta, ...metadata },
  ...rest,
})
const template = (spec: Fields, templateLabels: Fields = labels): Fields => ({
  metadata: { labels: templateLabels },
  spec: { containers: [container], ...spec },
})
const workload = (kind: string, spec: Fields = {}, pod: Fields = {}): Fields =>
  object('apps/v1', kind, { spec: { selector: { matchLabels: labels }, template: template(pod), ...spec } })
const containers = (...more: readonly Fields[]): Fields => ({
  containers: more.map((one) => ({ ...container, ...one })),
})
const deployment = (title: string, manifest: Fields | string): Case => ({
  title,
  path: `${group('apps/v1')}deployments`,
  manifest,
})
const of = (title: string, path: string, manifest: Fields): Case => ({ title, path, manifest })

/** The definition that `Widget`s are held against. */
export const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.apimachinery.example.dev' },
  spec: {
    group: 'apimachinery.example.dev',
    scope: 'Namespaced',
    names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1 },
                  color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
                  parts: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: {
                      type: 'object',
                      required: ['name'],
                      properties: { name: { type: 'string' }, count: { type: 'integer' } },
                    },
                  },
                },
                'x-kubernetes-validations': [{ rule: 'self.size < 10', message: 'is too large' }],
              },
              status: { type: 'object', properties: { ready: { type: 'boolean' } } },
            },
          },
        },
      },
    ],
  },
} as const

const widget = (title: string, spec: unknown, more: Fields = {}): Case => ({
  title,
  path: `${group('apimachinery.example.dev/v1')}widgets`,
  manifest: object('apimachinery.example.dev/v1', 'Widget', { spec, ...more }),
})

const definitionWith = (change: Fields): Fields => ({
  ...widgetDefinition,
  metadata: { name: 'gadgets.apimachinery.example.dev' },
  spec: {
    ...widgetDefinition.spec,
    names: { kind: 'Gadget', listKind: 'GadgetList', plural: 'gadgets', singular: 'gadget' },
    ...change,
  },
})
const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** Every case is sent to both sides. */
export const cases: readonly Case[] = [
  deployment('a valid Deployment', workload('Deployment')),
  deployment(
    'a selector that its template does not match',
    workload('Deployment', { template: template({}, { app: 'other' }) }),
  ),
  deployment('a Deployment without selector and template', object('apps/v1', 'Deployment', { spec: {} })),
  deployment('negative replicas', workload('Deployment', { replicas: -1 })),
  deployment('replicas that are text', workload('Deployment', { replicas: 'two' })),
  deployment('a container without image', workload('Deployment', {}, { containers: [{ name: 'main' }] })),
  deployment('two containers of one name', workload('Deployment', {}, containers({}, {}))),
  deployment(
    'two ports of one name, and one out of range',
    workload(
      'Deployment',
      {},
      containers({
        ports: [
          { name: 'web', containerPort: 80 },
          { name: 'web', containerPort: 81 },
          { containerPort: 99_999 },
        ],
      }),
    ),
  ),
  deployment(
    'a quantity that is none',
    workload('Deployment', {}, containers({ resources: { limits: { cpu: '1x' } } })),
  ),
  deployment(
    'a request above its limit',
    workload('Deployment', {}, containers({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } })),
  ),
  deployment('unknown fields', workload('Deployment', { replicaz: 1 }, containers({ imagee: 'x' }))),
  deployment(
    'a repeated field',
    JSON.stringify(workload('Deployment', { replicas: 1 })).replace(
      '"replicas":1',
      '"replicas":1,"replicas":2',
    ),
  ),
  deployment('an invalid label', {
    ...workload('Deployment'),
    metadata: { ...meta, labels: { 'a b': 'c/d' } },
  }),
  deployment(
    'a volume mount without its volume',
    workload('Deployment', {}, containers({ volumeMounts: [{ name: 'data', mountPath: '/data' }] })),
  ),
  deployment(
    'a probe with two handlers',
    workload(
      'Deployment',
      {},
      containers({ livenessProbe: { tcpSocket: { port: 80 }, exec: { command: ['a'] } } }),
    ),
  ),
  of(
    'a StatefulSet with a restart policy for jobs',
    `${group('apps/v1')}statefulsets`,
    workload('StatefulSet', { serviceName: 'tried' }, { restartPolicy: 'Never' }),
  ),
  of('a StatefulSet without service name', `${group('apps/v1')}statefulsets`, workload('StatefulSet')),
  of(
    'a StatefulSet with a service name that is none',
    `${group('apps/v1')}statefulsets`,
    workload('StatefulSet', { serviceName: 'A_b' }),
  ),
  of(
    'a DaemonSet with an unknown update strategy',
    `${group('apps/v1')}daemonsets`,
    workload('DaemonSet', { updateStrategy: { type: 'Sometimes' } }),
  ),
  of(
    'a ReplicaSet without template',
    `${group('apps/v1')}replicasets`,
    object('apps/v1', 'ReplicaSet', { spec: { selector: { matchLabels: labels } } }),
  ),
  of('a valid Pod', `${core}pods`, object('v1', 'Pod', { spec: containers({}) })),
  of(
    'a Pod with a wrong pull policy and a bad host name',
    `${core}pods`,
    object('v1', 'Pod', { spec: { ...containers({ imagePullPolicy: 'Soon' }), hostname: 'A B' } }),
  ),
  of(
    'a Job that restarts always',
    `${group('batch/v1')}jobs`,
    object('batch/v1', 'Job', {
      spec: { template: { spec: { ...containers({}), restartPolicy: 'Always' } } },
    }),
  ),
  of(
    'a valid Job',
    `${group('batch/v1')}jobs`,
    object('batch/v1', 'Job', {
      spec: { template: { spec: { ...containers({}), restartPolicy: 'Never' } } },
    }),
  ),
  of(
    'a CronJob with a wrong schedule',
    `${group('batch/v1')}cronjobs`,
    object('batch/v1', 'CronJob', {
      spec: {
        schedule: 'daily',
        jobTemplate: { spec: { template: { spec: { ...containers({}), restartPolicy: 'Never' } } } },
      },
    }),
  ),
  ...['Europe/Berlin', 'Mars/Olympus'].map((timeZone) =>
    of(
      `a CronJob by the clocks of ${timeZone}`,
      `${group('batch/v1')}cronjobs`,
      object('batch/v1', 'CronJob', {
        spec: {
          schedule: '@daily',
          timeZone,
          jobTemplate: { spec: { template: { spec: { ...containers({}), restartPolicy: 'Never' } } } },
        },
      }),
    ),
  ),
  of(
    'a valid Service',
    `${core}services`,
    object('v1', 'Service', { spec: { selector: labels, ports: [{ port: 80 }] } }),
  ),
  of('a Service without ports', `${core}services`, object('v1', 'Service', { spec: { selector: labels } })),
  of(
    'a Service of an unknown type with a wrong port',
    `${core}services`,
    object('v1', 'Service', { spec: { type: 'Public', ports: [{ port: 0, targetPort: 'not a port' }] } }),
  ),
  of(
    'a ConfigMap with a wrong key',
    `${core}configmaps`,
    object('v1', 'ConfigMap', { data: { 'a key': 'b', '..': 'c' } }),
  ),
  of('a ConfigMap with a number', `${core}configmaps`, object('v1', 'ConfigMap', { data: { a: 1 } })),
  of('a Secret with a wrong key', `${core}secrets`, object('v1', 'Secret', { stringData: { 'a/b': 'c' } })),
  of('a Secret whose data are no base64', `${core}secrets`, object('v1', 'Secret', { data: { a: '!' } })),
  of(
    'a TLS Secret without its certificate',
    `${core}secrets`,
    object('v1', 'Secret', { type: 'kubernetes.io/tls', stringData: { 'tls.key': 'x' } }),
  ),
  of(
    'a claim without storage',
    `${core}persistentvolumeclaims`,
    object('v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'] } }),
  ),
  of(
    'a claim with an unknown access mode',
    `${core}persistentvolumeclaims`,
    object('v1', 'PersistentVolumeClaim', {
      spec: { accessModes: ['Sometimes'], resources: { requests: { storage: '1Gi' } } },
    }),
  ),
  of('a ServiceAccount', `${core}serviceaccounts`, object('v1', 'ServiceAccount', {})),
  of(
    'a quota that is none',
    `${core}resourcequotas`,
    object('v1', 'ResourceQuota', { spec: { hard: { 'a b': '1' } } }),
  ),
  of(
    'a LimitRange whose least is above its most',
    `${core}limitranges`,
    object('v1', 'LimitRange', {
      spec: { limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }] },
    }),
  ),
  of('a Namespace with a wrong name', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'a.b' },
  }),
  of(
    'an Ingress without path type',
    `${group('networking.k8s.io/v1')}ingresses`,
    object('networking.k8s.io/v1', 'Ingress', {
      spec: {
        rules: [
          { http: { paths: [{ path: 'web', backend: { service: { name: 'web', port: { number: 80 } } } }] } },
        ],
      },
    }),
  ),
  of(
    'an Ingress with a relative path and no backend',
    `${group('networking.k8s.io/v1')}ingresses`,
    object('networking.k8s.io/v1', 'Ingress', {
      spec: { rules: [{ host: 'A_b', http: { paths: [{ path: 'web', pathType: 'Prefix', backend: {} }] } }] },
    }),
  ),
  of(
    'a NetworkPolicy with a wrong port and network',
    `${group('networking.k8s.io/v1')}networkpolicies`,
    object('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: {
        podSelector: {},
        ingress: [{ ports: [{ port: 99_999 }], from: [{ ipBlock: { cidr: '10.0.0.0/99' } }] }],
      },
    }),
  ),
  of(
    'a PodDisruptionBudget with both fields',
    `${group('policy/v1')}poddisruptionbudgets`,
    object('policy/v1', 'PodDisruptionBudget', {
      spec: { minAvailable: 1, maxUnavailable: 1, selector: { matchLabels: labels } },
    }),
  ),
  of(
    'an autoscaler whose least is above its most',
    `${group('autoscaling/v2')}horizontalpodautoscalers`,
    object('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { minReplicas: 5, maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
    }),
  ),
  of(
    'a Role without API group',
    `${group('rbac.authorization.k8s.io/v1')}roles`,
    object('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ resources: ['pods'], verbs: ['get'] }] }),
  ),
  of(
    'a Role without verbs',
    `${group('rbac.authorization.k8s.io/v1')}roles`,
    object('rbac.authorization.k8s.io/v1', 'Role', {
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }],
    }),
  ),
  of(
    'a RoleBinding with wrong groups',
    `${group('rbac.authorization.k8s.io/v1')}rolebindings`,
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      roleRef: { apiGroup: 'apps', kind: 'Role', name: 'a' },
      subjects: [{ kind: 'User', apiGroup: 'apps', name: 'x' }],
    }),
  ),
  of('a StorageClass without provisioner', '/apis/storage.k8s.io/v1/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'tried' },
    provisioner: '',
  }),
  of('a PriorityClass that is too high', '/apis/scheduling.k8s.io/v1/priorityclasses', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'tried' },
    value: 2_000_000_000,
  }),
  of('a valid definition', definitionsPath, definitionWith({})),
  of('a definition whose name does not fit and that stores no version', definitionsPath, {
    ...definitionWith({
      versions: widgetDefinition.spec.versions.map((one) => ({ ...one, storage: false })),
    }),
    metadata: { name: 'wrong.example.dev' },
  }),
  of(
    'a definition whose schema is not structural',
    definitionsPath,
    definitionWith({
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: { properties: {} } } } },
        },
      ],
    }),
  ),
  widget('a valid custom resource', { size: 1 }),
  widget('a custom resource that breaks its schema', { size: 0, color: 'green' }),
  widget('a custom resource without what it requires', { color: 'red' }),
  widget('a custom resource of a wrong type', { size: 'large' }),
  widget('a custom resource with unknown fields', { size: 1, colour: 'red' }, { extra: true }),
  widget('a custom resource that breaks a rule', { size: 20 }),
  widget('a custom resource with a repeated key of a list', {
    size: 1,
    parts: [{ name: 'a' }, { name: 'a' }],
  }),
  widget(
    'a custom resource whose metadata are wrong',
    { size: 1 },
    { metadata: { ...meta, labels: { a: 1 } } },
  ),
]
