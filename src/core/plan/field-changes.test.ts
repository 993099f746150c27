import { expect, test } from 'vitest'
import { fieldChanges } from './field-changes.ts'

const deployment = (replicas: number, image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', resourceVersion: String(replicas), generation: replicas },
  spec: { replicas, template: { spec: { containers: [{ name: 'web', image }] } } },
  status: { observedGeneration: replicas },
})

test('changes name the field and both values, items of lists by their name', () => {
  expect(fieldChanges(deployment(3, 'web:1'), deployment(5, 'web:2'))).toEqual([
    { path: 'spec.replicas', from: '3', to: '5' },
    { path: 'spec.template.spec.containers[name="web"].image', from: 'web:1', to: 'web:2' },
  ])
})

test('what the server counts and the status are no changes', () => {
  const live = {
    ...deployment(3, 'web:1'),
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '9' },
  }
  expect(fieldChanges(live, deployment(3, 'web:1'))).toEqual([])
})

test('values of a Secret are never shown', () => {
  const secret = (password: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db' },
    data: { password },
  })
  expect(fieldChanges(secret('b2xk'), secret('bmV3'))).toEqual([
    { path: 'data.password', from: 'secret', to: 'secret' },
  ])
})

test('an object that is not there is one change', () => {
  expect(fieldChanges(undefined, deployment(3, 'web:1'))).toEqual([
    { path: 'object', from: 'absent', to: 'created' },
  ])
})
