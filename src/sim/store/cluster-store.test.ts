import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonMap } from '../../core/object/index.ts'
import { ClusterStore, Shapes, wholeOf } from './index.ts'

const configMap = (name: string, value: string, uid = `uid-${name}`, owner = 'owner-uid'): JsonMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: 'shop',
    uid,
    creationTimestamp: '2026-01-01T00:00:00Z',
    managedFields: [
      {
        manager: 'a',
        operation: 'Update',
        time: '2026-01-01T00:00:00Z',
        fieldsV1: { 'f:metadata': { 'f:ownerReferences': { [`k:{"uid":"${owner}"}`]: {} } } },
      },
    ],
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner }],
  },
  data: { value },
})

const open = (base?: ClusterStore, identity = 'a', shapes = new Shapes()): ClusterStore =>
  new ClusterStore({ identity, shapes, ...(base === undefined ? {} : { base: base.asBase() }) })

const names = (store: ClusterStore, request = {}): unknown[] =>
  store.page('configmaps', request).objects.map((object) => (wholeOf(object).metadata as JsonMap).name)

test('an object comes back as it was stored, under its revision', () => {
  const store = open()
  const stored = store.put('configmaps', 'shop/a', configMap('a', '1'), undefined)
  expect(stored && wholeOf(stored)).toEqual({
    ...configMap('a', '1'),
    metadata: { ...(configMap('a', '1').metadata as JsonMap), resourceVersion: '2' },
  })
  expect(store.revision).toBe(2)
})

test('a write that did not see the latest state changes nothing', () => {
  const store = open()
  const first = store.put('configmaps', 'shop/a', configMap('a', '1'), undefined)
  expect(store.put('configmaps', 'shop/a', configMap('a', '2'), undefined)).toBeUndefined()
  expect(store.put('configmaps', 'shop/a', configMap('a', '2'), first?.revision)).toBeDefined()
  expect(store.put('configmaps', 'shop/a', configMap('a', '3'), first?.revision)).toBeUndefined()
  expect(store.remove('configmaps', 'shop/a', 2)).toBeUndefined()
  expect(store.remove('configmaps', 'shop/a', 3)).toMatchObject({ revision: 4 })
  expect(store.get('configmaps', 'shop/a')).toBeUndefined()
})

test('equal objects of two clusters are kept once', () => {
  const shapes = new Shapes()
  const [one, two] = [open(undefined, 'a', shapes), open(undefined, 'b', shapes)]
  one.put('configmaps', 'shop/a', configMap('a', '1', 'uid-1'), undefined)
  two.put('configmaps', 'shop/a', configMap('a', '1', 'uid-2', 'another-owner'), undefined)
  const [first, second] = [one.get('configmaps', 'shop/a'), two.get('configmaps', 'shop/a')]
  expect(first?.shape).toBe(second?.shape)
  const { metadata } = configMap('a', '1', 'uid-2', 'another-owner')
  expect(second && wholeOf(second).metadata).toEqual({ ...(metadata as JsonMap), resourceVersion: '2' })
})

test('clusters of one base see its objects under uids of their own, and never each other’s changes', () => {
  const template = open()
  for (const name of ['a', 'b', 'c'])
    template.put('configmaps', `shop/${name}`, configMap(name, '1'), undefined)
  const [one, two] = [open(template, 'one'), open(template, 'two')]
  const seen = one.get('configmaps', 'shop/a')
  one.put('configmaps', 'shop/a', configMap('a', '2'), seen?.revision)
  one.remove('configmaps', 'shop/b', one.get('configmaps', 'shop/b')?.revision ?? 0)
  one.put('configmaps', 'shop/bb', configMap('bb', '1'), undefined)
  expect(names(one)).toEqual(['a', 'bb', 'c'])
  expect(names(two)).toEqual(['a', 'b', 'c'])
  const uidIn = (store: ClusterStore): unknown => store.get('configmaps', 'shop/c')?.own[0]
  expect(uidIn(one)).not.toBe(uidIn(two))
  expect(uidIn(one)).toBe(uidIn(open(template, 'one')))
  expect(two.get('configmaps', 'shop/a')?.shape).toBe(template.get('configmaps', 'shop/a')?.shape)
})

test('pages stay at the revision of the first, whatever happens in between', () => {
  const store = open()
  for (const name of ['a', 'b', 'c', 'd'])
    store.put('configmaps', `shop/${name}`, configMap(name, '1'), undefined)
  const first = store.page('configmaps', { limit: 2 })
  expect(first).toMatchObject({ next: 'shop/c', remaining: 2, revision: 5 })
  store.remove('configmaps', 'shop/c', 4)
  store.put('configmaps', 'shop/cc', configMap('cc', '1'), undefined)
  store.put('configmaps', 'shop/d', configMap('d', '2'), 5)
  const second = store.page('configmaps', { limit: 2, from: 'shop/c', revision: 5 })
  expect(second.objects.map(wholeOf)).toMatchObject([{ data: { value: '1' } }, { data: { value: '1' } }])
  expect(names(store, { from: 'shop/c', revision: 5 })).toEqual(['c', 'd'])
  expect(names(store, { from: 'shop/c' })).toEqual(['cc', 'd'])
})

test('a store that has forgotten says from where it remembers', () => {
  const store = new ClusterStore({ identity: 'a', historyBytes: 2_000 })
  for (let i = 0; i < 20; i += 1) store.put('configmaps', `shop/${i}`, configMap(String(i), '1'), undefined)
  expect(store.floor).toBeGreaterThan(1)
  expect([...store.since(store.floor)].map(({ revision }) => revision)[0]).toBe(store.floor + 1)
  store.compact()
  expect(store.floor).toBe(store.revision)
})

test('at every revision that is remembered a list is what was there', () => {
  const step = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), remove: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(step, { maxLength: 5 }), (steps, initial) => {
      const template = open()
      for (const { name } of initial) {
        template.put(
          'configmaps',
          `shop/${name}`,
          configMap(name, 'base'),
          template.get('configmaps', `shop/${name}`)?.revision,
        )
      }
      const store = open(template, 'x')
      const told = new Map<number, unknown[]>([[store.revision, names(store)]])
      for (const { name, remove } of steps) {
        const live = store.get('configmaps', `shop/${name}`)
        if (!remove)
          store.put('configmaps', `shop/${name}`, configMap(name, String(store.revision)), live?.revision)
        else if (live !== undefined) store.remove('configmaps', `shop/${name}`, live.revision)
        told.set(store.revision, names(store))
      }
      for (const [revision, expected] of told) expect(names(store, { revision })).toEqual(expected)
      expect(store.count('configmaps')).toBe(names(store).length)
    }),
  )
})
