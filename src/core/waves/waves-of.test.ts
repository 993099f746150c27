import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KubeObject } from '../object/index.ts'
import { wavesOf } from './waves-of.ts'

function object(apiVersion: string, kind: string, name = 'x'): KubeObject {
  return { apiVersion, kind, metadata: { name } }
}

const BUNDLE = [
  object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
  object('example.dev/v1', 'Shop'),
  object('apps/v1', 'Deployment'),
  object('v1', 'Service'),
  object('v1', 'ConfigMap'),
  object('rbac.authorization.k8s.io/v1', 'RoleBinding'),
  object('v1', 'ServiceAccount'),
  object('v1', 'ResourceQuota'),
  object('gateway.networking.k8s.io/v1', 'GatewayClass'),
  object('storage.k8s.io/v1', 'StorageClass'),
  object('rbac.authorization.k8s.io/v1', 'ClusterRole'),
  object('v1', 'Namespace'),
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
]

function kinds(waves: readonly (readonly KubeObject[])[]): string[][] {
  return waves.map((wave) => wave.map(({ kind }) => kind))
}

test('case 33: what defines comes first, webhook configurations come last', () => {
  expect(kinds(wavesOf(BUNDLE))).toEqual([
    ['ClusterRole', 'Namespace', 'CustomResourceDefinition'],
    ['GatewayClass', 'StorageClass'],
    ['ResourceQuota', 'ServiceAccount', 'RoleBinding', 'ConfigMap', 'Service', 'Deployment', 'Shop'],
    ['ValidatingWebhookConfiguration'],
  ])
})

test('no wave is empty, nothing is lost or doubled, and equals keep their order', () => {
  expect(wavesOf([])).toEqual([])
  fc.assert(
    fc.property(fc.shuffledSubarray(BUNDLE), (objects) => {
      const waves = wavesOf(objects)
      expect(waves.every((wave) => wave.length > 0)).toBe(true)
      expect(new Set(waves.flat())).toEqual(new Set(objects))
      expect(waves.flat()).toHaveLength(objects.length)
    }),
  )
  const same = ['c', 'a', 'b'].map((name) => object('v1', 'ConfigMap', name))
  expect(wavesOf(same)).toEqual([same])
})
