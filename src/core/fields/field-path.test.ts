import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../object/index.ts'
import { comparePaths, conflictText, formatPath, pathKey, pathOfKey } from './field-path.ts'
import type { FieldPath, PathElement } from './path-element.ts'

const scalar: fc.Arbitrary<Json> = fc.oneof(fc.string(), fc.integer(), fc.boolean())
const element: fc.Arbitrary<PathElement> = fc.oneof(
  fc.oneof(fc.string(), fc.constantFrom('\\n', 'a\nb', '\\', '__proto__', '.', '\0')).map((f) => ({ f })),
  fc.dictionary(fc.string(), scalar, { minKeys: 1, maxKeys: 3, noNullPrototype: true }).map((k) => ({ k })),
  scalar.map((v) => ({ v })),
  fc.nat().map((i) => ({ i })),
)
const path: fc.Arbitrary<FieldPath> = fc.array(element, { maxLength: 5 })

const image: FieldPath = [{ f: 'spec' }, { f: 'containers' }, { k: { name: 'web' } }, { f: 'image' }]
const port: FieldPath = [{ f: 'ports' }, { k: { protocol: 'UDP', containerPort: 53 } }]
const finalizer: FieldPath = [{ f: 'metadata' }, { f: 'finalizers' }, { v: 'x' }]

test('a path reads as in a conflict of kubectl, without the leading dot', () => {
  expect(formatPath(image)).toBe('spec.containers[name="web"].image')
  expect(formatPath(port)).toBe('ports[containerPort=53,protocol="UDP"]')
  expect(formatPath([{ f: 'metadata' }, { f: 'labels' }, { f: 'app.kubernetes.io/name' }])).toBe(
    'metadata.labels.app.kubernetes.io/name',
  )
  expect(formatPath(finalizer)).toBe('metadata.finalizers["x"]')
  expect(formatPath([{ f: 'args' }, { i: 2 }])).toBe('args[2]')
})

test('a conflict text is the spelling of the API server', () => {
  expect(conflictText(image)).toBe('.spec.containers[name="web"].image')
  expect(conflictText(finalizer)).toBe('.metadata.finalizers[="x"]')
})

test('a path reads back from its key', () => {
  fc.assert(
    fc.property(path, (original) => {
      expect(pathOfKey(pathKey(original))).toEqual(original)
    }),
  )
})

test('equal paths have equal keys and nothing else has', () => {
  fc.assert(
    fc.property(path, path, (a, b) => {
      expect(pathKey(a) === pathKey(b)).toBe(comparePaths(a, b) === 0)
    }),
  )
})

test('the key of an ancestor and a line feed start the keys of its descendants, and of nothing else', () => {
  fc.assert(
    fc.property(fc.array(element, { minLength: 1, maxLength: 3 }), path, (a, b) => {
      const below = pathKey(b).startsWith(`${pathKey(a)}\n`)
      expect(below).toBe(b.length > a.length && comparePaths(b.slice(0, a.length), a) === 0)
    }),
  )
})

test('paths are ordered as in FieldsV1: f, k, v, i, and a node before what is in it', () => {
  const sorted: FieldPath[] = [
    [{ f: 'a' }],
    [{ f: 'a' }, { f: 'b' }],
    [{ f: 'a' }, { k: { port: 9 } }],
    [{ f: 'a' }, { k: { port: 80 } }],
    [{ f: 'a' }, { v: 1 }],
    [{ f: 'a' }, { v: 'x' }],
    [{ f: 'a' }, { i: 0 }],
    [{ f: 'b' }],
  ]
  expect([...sorted].reverse().sort(comparePaths)).toEqual(sorted)
})

test('the order of paths is total', () => {
  fc.assert(
    fc.property(path, path, path, (a, b, c) => {
      expect(Math.sign(comparePaths(a, b)) + Math.sign(comparePaths(b, a))).toBe(0)
      if (comparePaths(a, b) <= 0 && comparePaths(b, c) <= 0)
        expect(comparePaths(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test('a key that was not written by pathKey is refused, not misread', () => {
  for (const key of ['x', 'k:{', 'k:1', 'i:x', 'f:a\nnope', 'z:future']) {
    expect(() => pathOfKey(key), key).toThrowError(expect.objectContaining({ code: 'malformed-fields' }))
  }
})
