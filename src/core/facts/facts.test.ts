import { expect, test } from 'vitest'
import { parseQuantity, whyLacking } from './index.ts'

const served = { apis: { 'apps/v1': ['Deployment'], v1: ['ConfigMap', 'Pod'] } }

test('quantities are read as Kubernetes writes them', () => {
  const texts = ['4', '250m', '16Gi', '1.5k', '2e3', '32873684Ki']
  expect(texts.map(parseQuantity)).toEqual([4, 0.25, 16 * 2 ** 30, 1500, 2000, 32873684 * 1024])
  expect(['', 'x', '1Q', '1 Gi', '--1'].map(parseQuantity)).toEqual(
    Array.from({ length: 5 }, () => undefined),
  )
})

test('an API is required by group, version and kind, or by group and version alone', () => {
  const lacking = (api: string) => whyLacking({ api }, { facts: served, failedGroups: [] })
  expect(['apps/v1 Deployment', 'apps/v1', 'v1 Pod'].map(lacking)).toEqual([undefined, undefined, undefined])
  expect(lacking('monitoring.coreos.com/v1 ServiceMonitor')).toBe(
    'requires monitoring.coreos.com/v1 ServiceMonitor, which this cluster does not serve',
  )
  expect(lacking('apps/v1 CloneSet')).toContain('does not serve')
  expect(lacking('constructor')).toContain('does not serve')
})

test('what is not known is not lacking', () => {
  const required = { api: 'metrics.k8s.io/v1beta1 NodeMetrics' }
  expect(whyLacking(required, { facts: undefined, failedGroups: [] })).toContain('is not known yet')
  expect(whyLacking(required, { facts: served, failedGroups: ['metrics.k8s.io/v1beta1'] })).toContain(
    'cannot tell now',
  )
})
