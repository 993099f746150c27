import { expect, test } from 'vitest'
import { isIgnored } from './ignore-rule.ts'

const web = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }

test('a rule covers its field and what is below it, and nothing beside it', () => {
  expect(isIgnored(['Deployment/*: spec.replicas'], web, 'spec.replicas')).toBe(true)
  expect(
    isIgnored(['Deployment/*: spec.template'], web, 'spec.template.spec.containers[name="web"].image'),
  ).toBe(true)
  expect(isIgnored(['Deployment/*: spec.rep'], web, 'spec.replicas')).toBe(false)
})

test('a rule names kind, namespace and name, each with stars', () => {
  expect(isIgnored(['Deployment/shop/w*: spec.replicas'], web, 'spec.replicas')).toBe(true)
  expect(isIgnored(['Deployment/other/web: spec.replicas'], web, 'spec.replicas')).toBe(false)
  expect(isIgnored(['StatefulSet/web: spec.replicas'], web, 'spec.replicas')).toBe(false)
  expect(isIgnored(['*/web'], web, 'metadata.labels.a')).toBe(true)
})

test('items of a list are covered by the rule for the list', () => {
  expect(
    isIgnored(['*/*: spec.template.spec.containers'], web, 'spec.template.spec.containers[name="a"].image'),
  ).toBe(true)
})
