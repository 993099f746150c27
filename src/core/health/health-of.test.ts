import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonMap, KubeObject } from '../object/index.ts'
import { healthOf } from './health-of.ts'

function object(
  apiVersion: string,
  kind: string,
  parts: { spec?: JsonMap; status?: JsonMap; metadata?: JsonMap } = {},
): KubeObject {
  const { metadata = {}, ...rest } = parts
  return { apiVersion, kind, ...rest, metadata: { name: 'x', ...metadata } }
}

function verdict(apiVersion: string, kind: string, parts: Parameters<typeof object>[2]): string {
  const { status, reason } = healthOf(object(apiVersion, kind, parts))
  return reason === '' ? status : `${status} ${reason}`
}

const condition = (type: string, status: string, reason = ''): JsonMap => ({
  type,
  status,
  reason,
  message: `${type} says`,
})

describe('any object', () => {
  test('that is being deleted is Terminating, with what holds it up', () => {
    const deleted = { deletionTimestamp: '2026-07-01T12:00:00Z', finalizers: ['a/b'] }
    expect(healthOf(object('v1', 'ConfigMap', { metadata: deleted }))).toEqual({
      status: 'Terminating',
      reason: 'Terminating',
      message: 'Resource scheduled for deletion; finalizers: a/b',
    })
    const conditions = [
      condition('NamespaceContentRemaining', 'True'),
      condition('NamespaceDeletionContentFailure', 'False'),
    ]
    const namespace = object('v1', 'Namespace', {
      metadata: deleted,
      status: { phase: 'Terminating', conditions },
    })
    expect(healthOf(namespace).message).toContain('NamespaceContentRemaining says')
    expect(healthOf(namespace).message).not.toContain('Failure')
  })

  test('whose controller has not seen the latest generation is never Current', () => {
    const current = { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 }
    for (const kind of ['Deployment', 'StatefulSet', 'ReplicaSet', 'DaemonSet']) {
      expect(
        verdict('apps/v1', kind, {
          metadata: { generation: 2 },
          status: { ...current, observedGeneration: 1 },
        }),
      ).toBe('InProgress LatestGenerationNotObserved')
    }
  })

  test('says by the standard conditions that it is reconciling or stalled', () => {
    const reconciling = { conditions: [condition('Reconciling', 'True', 'Waiting')] }
    expect(verdict('example.dev/v1', 'Shop', { status: reconciling })).toBe('InProgress Waiting')
    expect(
      verdict('example.dev/v1', 'Shop', { status: { conditions: [condition('Stalled', 'True', 'Broken')] } }),
    ).toBe('Failed Broken')
    expect(
      verdict('example.dev/v1', 'Shop', { status: { conditions: [condition('Stalled', 'False')] } }),
    ).toBe('Current')
  })

  test('of an unknown kind is as ready as its Ready condition, else Current once it exists', () => {
    const ready = (status: string): string => {
      return verdict('example.dev/v1', 'Shop', {
        status: { conditions: [condition('Ready', status, 'Why')] },
      })
    }
    expect([ready('True'), ready('False'), ready('Unknown')]).toEqual([
      'Current',
      'InProgress Why',
      'InProgress Why',
    ])
    expect(verdict('example.dev/v1', 'Shop', {})).toBe('Current')
    expect(verdict('networking.k8s.io/v1', 'Ingress', {})).toBe('Current')
  })

  test('of any shape has a verdict', () => {
    const kinds = [
      ['v1', 'Pod'],
      ['v1', 'Namespace'],
      ['apps/v1', 'Deployment'],
      ['apps/v1', 'DaemonSet'],
      ['batch/v1', 'Job'],
      ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
    ] as const
    const anything = fc.jsonValue() as fc.Arbitrary<JsonMap>
    fc.assert(
      fc.property(fc.constantFrom(...kinds), anything, anything, ([apiVersion, kind], spec, status) => {
        expect(healthOf(object(apiVersion, kind, { spec, status })).status).toMatch(/^[A-Z]/)
      }),
    )
  })

  test('without a kind is Unknown', () => {
    expect(healthOf({ metadata: { name: 'x' } } as unknown as KubeObject).status).toBe('Unknown')
  })
})

describe('a Deployment', () => {
  const done = {
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    conditions: [condition('Progressing', 'True', 'NewReplicaSetAvailable'), condition('Available', 'True')],
  }
  const spec = { replicas: 2, progressDeadlineSeconds: 600 }
  test.each([
    ['Current', done],
    ['InProgress LessReplicas', { ...done, replicas: 1 }],
    ['InProgress LessUpdated', { ...done, updatedReplicas: 1 }],
    ['InProgress ExtraPods', { ...done, replicas: 3 }],
    ['InProgress LessAvailable', { ...done, availableReplicas: 1 }],
    ['InProgress LessReady', { ...done, readyReplicas: 1 }],
    ['InProgress ReplicaSetNotAvailable', { ...done, conditions: [condition('Available', 'True')] }],
    [
      'InProgress DeploymentNotAvailable',
      { ...done, conditions: [condition('Progressing', 'True', 'NewReplicaSetAvailable')] },
    ],
    [
      'Failed ProgressDeadlineExceeded',
      { ...done, conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] },
    ],
  ])('is %s', (wanted, status) => {
    expect(verdict('apps/v1', 'Deployment', { spec, status })).toBe(wanted)
  })

  test('without a deadline needs no Progressing condition', () => {
    const status = { ...done, conditions: [condition('Available', 'True')] }
    expect(verdict('apps/v1', 'Deployment', { spec: { replicas: 2 }, status })).toBe('Current')
  })
})

test('a StatefulSet follows its replicas, its partition and its revisions', () => {
  const spec = { replicas: 3 }
  const done = { replicas: 3, readyReplicas: 3, currentReplicas: 3, updatedReplicas: 3 }
  const of = (more: JsonMap, withSpec: JsonMap = spec): string =>
    verdict('apps/v1', 'StatefulSet', { spec: withSpec, status: { ...done, ...more } })
  const partition = { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } } }
  expect(of({})).toBe('Current')
  expect(of({ replicas: 2 })).toBe('InProgress LessReplicas')
  expect(of({ readyReplicas: 2 })).toBe('InProgress LessReady')
  expect(of({ replicas: 4 })).toBe('InProgress ExtraPods')
  expect(of({ currentReplicas: 1 })).toBe('InProgress LessCurrent')
  expect(of({ currentRevision: 'a', updateRevision: 'b' })).toBe('InProgress RevisionMismatch')
  expect(of({ updatedReplicas: 2 }, partition)).toBe('Current')
  expect(of({ updatedReplicas: 1 }, partition)).toBe('InProgress PartitionRollout')
  expect(of({ replicas: 0 }, { ...spec, updateStrategy: { type: 'OnDelete' } })).toBe('Current')
})

test('a DaemonSet is Current when all scheduled Pods are updated, available and ready', () => {
  const done = {
    observedGeneration: 1,
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
    numberReady: 2,
  }
  const of = (more: JsonMap): string =>
    verdict('apps/v1', 'DaemonSet', { metadata: { generation: 1 }, status: { ...done, ...more } })
  expect(of({})).toBe('Current')
  expect(of({ currentNumberScheduled: 1 })).toBe('InProgress LessCurrent')
  expect(of({ updatedNumberScheduled: 1 })).toBe('InProgress LessUpdated')
  expect(of({ numberAvailable: 1 })).toBe('InProgress LessAvailable')
  expect(of({ numberReady: 1 })).toBe('InProgress LessReady')
  expect(verdict('apps/v1', 'DaemonSet', { status: done })).toBe('InProgress NoGeneration')
  expect(verdict('apps/v1', 'DaemonSet', { metadata: { generation: 1 } })).toBe(
    'InProgress NoObservedGeneration',
  )
})

test('a ReplicaSet counts labelled, available, ready and surplus Pods', () => {
  const done = { replicas: 2, readyReplicas: 2, availableReplicas: 2, fullyLabeledReplicas: 2 }
  const of = (more: JsonMap): string =>
    verdict('apps/v1', 'ReplicaSet', { spec: { replicas: 2 }, status: { ...done, ...more } })
  expect(of({})).toBe('Current')
  expect(of({ fullyLabeledReplicas: 1 })).toBe('InProgress LessLabelled')
  expect(of({ availableReplicas: 1 })).toBe('InProgress LessAvailable')
  expect(of({ readyReplicas: 1 })).toBe('InProgress LessReady')
  expect(of({ replicas: 3 })).toBe('InProgress ExtraPods')
  expect(of({ conditions: [condition('ReplicaFailure', 'True')] })).toBe('InProgress ReplicaFailure')
})

test('a Job runs, completes, fails or is suspended', () => {
  const of = (status: JsonMap, spec: JsonMap = {}): string => verdict('batch/v1', 'Job', { spec, status })
  expect(of({})).toBe('InProgress JobNotStarted')
  expect(of({ startTime: '2026-07-01T12:00:00Z', active: 1 })).toBe('Current')
  expect(of({ conditions: [condition('Complete', 'True')] })).toBe('Current')
  expect(of({ conditions: [condition('Failed', 'True')] })).toBe('Failed JobFailed')
  expect(of({ conditions: [condition('Suspended', 'True')] }, { suspend: true })).toBe('Current')
  expect(of({ conditions: [condition('Suspended', 'True')] })).toBe('InProgress JobNotStarted')
})

test('a Pod is judged by its phase, its readiness and its crash loops', () => {
  const of = (status: JsonMap): string => verdict('v1', 'Pod', { status })
  const looping = { name: 'web', state: { waiting: { reason: 'CrashLoopBackOff' } } }
  expect(of({})).toBe('InProgress PodNotObserved')
  expect(of({ phase: 'Pending' })).toBe('InProgress PodPending')
  expect(of({ phase: 'Succeeded' })).toBe('Current')
  expect(of({ phase: 'Failed' })).toBe('Current')
  expect(of({ phase: 'Running', conditions: [condition('Ready', 'True')] })).toBe('Current')
  expect(of({ phase: 'Running', conditions: [condition('Ready', 'False')] })).toBe(
    'InProgress PodRunningNotReady',
  )
  expect(of({ phase: 'Running', containerStatuses: [looping] })).toBe('Failed ContainerCrashLooping')
  expect(of({ phase: 'Strange' })).toBe('Unknown PodPhaseUnknown')
})

test('a Pod that finds no node is Failed after 15 seconds, and not before', () => {
  const status = { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable')] }
  const pod = object('v1', 'Pod', { status, metadata: { creationTimestamp: '2026-07-01T12:00:00Z' } })
  const created = 1_782_907_200_000
  expect(healthOf(pod, created + 14_999).status).toBe('InProgress')
  expect(healthOf(pod, created + 15_000)).toMatchObject({ status: 'Failed', reason: 'PodUnschedulable' })
  expect(healthOf(pod).status).toBe('InProgress')
})

test('a definition is Current once it is established, and Failed when its names are refused', () => {
  const of = (...conditions: JsonMap[]): string =>
    verdict('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { status: { conditions } })
  expect(of()).toBe('InProgress Installing')
  expect(of(condition('Established', 'False', 'Installing'))).toBe('InProgress Installing')
  expect(of(condition('Established', 'False', 'Broken'))).toBe('Failed Broken')
  expect(of(condition('Established', 'True'))).toBe('Current')
  expect(of(condition('NamesAccepted', 'False', 'Conflict'), condition('Established', 'True'))).toBe(
    'Failed Conflict',
  )
})

test('namespaces, claims, Services and disruption budgets have rules of their own', () => {
  expect(verdict('v1', 'Namespace', { status: { phase: 'Active' } })).toBe('Current')
  expect(verdict('v1', 'Namespace', {})).toBe('InProgress NotActive')
  expect(verdict('v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } })).toBe('InProgress NotBound')
  expect(verdict('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } })).toBe('Current')
  expect(verdict('v1', 'Service', { spec: { type: 'LoadBalancer' } })).toBe('InProgress NoIPAssigned')
  expect(verdict('v1', 'Service', { spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' } })).toBe('Current')
  expect(verdict('v1', 'Service', {})).toBe('Current')
  expect(verdict('policy/v1', 'PodDisruptionBudget', {})).toBe('Current')
})
