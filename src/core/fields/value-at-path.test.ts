import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonMap } from '../object/index.ts'
import type { FieldPath, PathElement } from './path-element.ts'
import { PathReader, valueAtPath, valuesAtPath } from './value-at-path.ts'

const live: JsonMap = {
  metadata: { finalizers: ['a/b', 'c'], labels: { 'app.kubernetes.io/name': 'web' } },
  spec: {
    args: ['x', 'y'],
    none: null,
    ports: [
      { containerPort: 53, protocol: 'TCP', name: 'dns' },
      { containerPort: 53, protocol: 'UDP' },
    ],
  },
}

test('each kind of element resolves on live objects', () => {
  expect(valueAtPath(live, [])).toBe(live)
  expect(valueAtPath(live, [{ f: 'metadata' }, { f: 'labels' }, { f: 'app.kubernetes.io/name' }])).toBe('web')
  expect(valueAtPath(live, [{ f: 'metadata' }, { f: 'finalizers' }, { v: 'c' }])).toBe('c')
  expect(valueAtPath(live, [{ f: 'spec' }, { f: 'args' }, { i: 1 }])).toBe('y')
  expect(valueAtPath(live, [{ f: 'spec' }, { f: 'none' }])).toBeNull()
  const port = { containerPort: 53, protocol: 'TCP' }
  expect(valueAtPath(live, [{ f: 'spec' }, { f: 'ports' }, { k: port }, { f: 'name' }])).toBe('dns')
})

test('what is not there is undefined, not an error', () => {
  expect(valueAtPath(live, [{ f: 'spec' }, { f: 'toString' }])).toBeUndefined()
  expect(valueAtPath(live, [{ f: 'spec' }, { f: 'args' }, { f: 'length' }])).toBeUndefined()
  expect(valueAtPath(live, [{ f: 'spec' }, { f: 'args' }, { i: 7 }])).toBeUndefined()
  expect(valueAtPath(live, [{ f: 'spec' }, { f: 'none' }, { f: 'a' }])).toBeUndefined()
  expect(valueAtPath(live, [{ f: 'metadata' }, { f: 'finalizers' }, { v: 'd' }])).toBeUndefined()
})

test('an item of a manifest that leaves a defaulted key out is found, unless it could be another', () => {
  const tcp = [{ f: 'ports' }, { k: { containerPort: 53, protocol: 'TCP' } }]
  const udp = { containerPort: 53, protocol: 'UDP' }
  expect(valueAtPath({ ports: [udp, { containerPort: 53 }] }, tcp)).toEqual({ containerPort: 53 })
  expect(valueAtPath({ ports: [udp] }, tcp)).toBeUndefined()
  expect(
    valueAtPath({ ports: [{ containerPort: 53 }, { containerPort: 53, name: 'x' }] }, tcp),
  ).toBeUndefined()
})

test('items that share a key give all their values', () => {
  const env = [{ f: 'env' }, { k: { name: 'A' } }, { f: 'value' }]
  expect(
    valuesAtPath(
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
      env,
    ),
  ).toEqual(['1', '2'])
})

test('a reader gives at every path what stands there, in whatever order it is asked', () => {
  const elements: PathElement[] = [
    { f: 'spec' },
    { f: 'ports' },
    { f: 'args' },
    { i: 0 },
    { k: { containerPort: 53 } },
    { f: 'protocol' },
  ]
  const paths: fc.Arbitrary<FieldPath[]> = fc.array(fc.array(fc.constantFrom(...elements), { maxLength: 4 }))
  fc.assert(
    fc.property(paths, (all) => {
      const reader = new PathReader(live)
      for (const path of all) expect(reader.read(path)).toEqual(valuesAtPath(live, path))
    }),
  )
})
