import type { JsonMap } from '../../src/core/object/index.ts'

/** Objects of four kinds as a server stores them after an apply, for clusters that begin with them. */
export function preparedObjects(count: number): { storage: string; object: JsonMap }[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `object-${String(i).padStart(5, '0')}`
    if (i % 5 === 0) return { storage: 'deployments.apps', object: deployment(name) }
    if (i % 5 === 1) return { storage: 'services', object: service(name) }
    if (i % 5 === 2) return { storage: 'secrets', object: secret(name) }
    return { storage: 'configmaps', object: configMap(name, '0') }
  })
}

/** A ConfigMap that says when it was written. */
export function configMap(name: string, at: string): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(name, { 'f:data': { 'f:at': {}, 'f:settings': {} } }),
    data: { at, settings: Array.from({ length: 12 }, (_, i) => `key-${i}: a setting of ${name}`).join('\n') },
  }
}

function metadata(name: string, fields: JsonMap): JsonMap {
  return {
    name,
    namespace: 'default',
    labels: { app: name, bench: 'yes', 'evenkeel.dev/bundle': 'bench' },
    managedFields: [
      {
        manager: 'evenkeel',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { 'f:app': {}, 'f:bench': {}, 'f:evenkeel.dev/bundle': {} } },
          ...fields,
        },
      },
    ],
  }
}

function secret(name: string): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata(name, { 'f:data': { 'f:password': {} }, 'f:type': {} }),
    type: 'Opaque',
    data: { password: Buffer.from(`password of ${name}`).toString('base64') },
  }
}

function service(name: string): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name, {
      'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': {} }, 'f:selector': {} },
    }),
    spec: {
      clusterIP: '10.96.0.10',
      clusterIPs: ['10.96.0.10'],
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
      selector: { app: name },
      sessionAffinity: 'None',
      type: 'ClusterIP',
    },
    status: { loadBalancer: {} },
  }
}

function deployment(name: string): JsonMap {
  const container = {
    name: 'app',
    image: `example.dev/${name}:1`,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ containerPort: 8080, protocol: 'TCP' }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...metadata(name, {
        'f:spec': {
          'f:replicas': {},
          'f:selector': {},
          'f:template': {
            'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {}, 'f:ports': {} } } },
          },
        },
      }),
      generation: 1,
    },
    spec: {
      progressDeadlineSeconds: 600,
      replicas: 0,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: name } },
      strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' }, type: 'RollingUpdate' },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [container],
          dnsPolicy: 'ClusterFirst',
          restartPolicy: 'Always',
          schedulerName: 'default-scheduler',
          securityContext: {},
          terminationGracePeriodSeconds: 30,
        },
      },
    },
    status: {},
  }
}
