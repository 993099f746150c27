import { expect, test } from 'vitest'
import type { Access } from '../kinds/index.ts'
import type { KubeObject } from '../object/index.ts'
import { mayWrite, writesOf } from './index.ts'

const access = (name: string, spec: Partial<Access['spec']>): Access => ({
  apiVersion: 'evenkeel.dev/v1alpha1',
  kind: 'Access',
  metadata: { name },
  spec: { subjects: [{ group: name }], roles: ['operator'], ...spec },
})

const object = (apiVersion: string, kind: string, name: string, namespace?: string): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
})

const deployment = (namespace?: string) => object('apps/v1', 'Deployment', 'api', namespace)

test('a bundle that no Access bounds is not bounded', () => {
  const all = [
    access('team', { bundles: ['cart'] }),
    access('other', { bundles: ['web'], writes: { kinds: ['Job'] } }),
  ]
  expect(writesOf(all, 'cart')).toEqual([])
})

test('namespaces bound what goes into them, wherever it says so', () => {
  const cart = writesOf([access('team', { bundles: ['cart'], writes: { namespaces: ['cart'] } })], 'cart')
  expect(mayWrite(cart, deployment('cart'), 'default')).toBe(true)
  expect(mayWrite(cart, deployment(), 'cart')).toBe(true)
  expect(mayWrite(cart, deployment(), 'default')).toBe(false)
  expect(mayWrite(cart, deployment('payments'), 'cart')).toBe(false)
  expect(mayWrite(cart, object('v1', 'Namespace', 'cart'), 'cart')).toBe(true)
  expect(mayWrite(cart, object('v1', 'Namespace', 'kube-system'), 'cart')).toBe(false)
})

test('what has no namespace, or may have none, must be named by its kind', () => {
  const namespaces = ['cart']
  const plain = writesOf([access('team', { bundles: ['cart'], writes: { namespaces } })], 'cart')
  const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'all')
  const issuer = object('cert-manager.io/v1', 'ClusterIssuer', 'ca')
  // A namespace in the text of an object that has none is nothing to go by.
  const disguised = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'all', 'cart')
  for (const one of [role, issuer, disguised]) expect(mayWrite(plain, one, 'cart')).toBe(false)
  const kinds = ['ClusterIssuer.cert-manager.io']
  const named = writesOf([access('team', { bundles: ['cart'], writes: { namespaces, kinds } })], 'cart')
  expect(mayWrite(named, issuer, 'cart')).toBe(true)
  expect(mayWrite(named, role, 'cart')).toBe(false)
  expect(mayWrite(named, deployment('cart'), 'cart')).toBe(false)
})

test('what several of them give adds up', () => {
  const all = writesOf(
    [
      access('team', { bundles: ['cart'], writes: { namespaces: ['cart'] } }),
      access('monitoring', { bundles: ['cart'], writes: { kinds: ['ServiceMonitor'] } }),
    ],
    'cart',
  )
  expect(mayWrite(all, deployment('cart'), 'cart')).toBe(true)
  expect(mayWrite(all, object('monitoring.coreos.com/v1', 'ServiceMonitor', 'cart', 'monitoring'), 'x')).toBe(
    true,
  )
  expect(mayWrite(all, deployment('monitoring'), 'cart')).toBe(false)
})
