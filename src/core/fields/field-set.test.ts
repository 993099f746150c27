import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparePaths, pathKey } from './field-path.ts'
import { FieldSet, parseFieldsV1 } from './field-set.ts'
import type { FieldPath, PathElement } from './path-element.ts'

const element: fc.Arbitrary<PathElement> = fc.oneof(
  fc.constantFrom('spec', 'a', 'b', '__proto__', 'x y').map((f) => ({ f })),
  fc.constantFrom('web', 'db').map((name) => ({ k: { name } })),
  fc.constantFrom<PathElement>({ v: 'x' }, { v: 1 }, { i: 0 }),
)
const paths = fc.array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 12 })
const set = paths.map((all) => FieldSet.of(all))

function keys(fields: FieldSet): string[] {
  return [...fields.members()].map(pathKey)
}

describe('a field set is the set of its members', () => {
  test('it has exactly the paths it was made of', () => {
    fc.assert(
      fc.property(paths, (all) => {
        expect(new Set(keys(FieldSet.of(all)))).toEqual(new Set(all.map(pathKey)))
      }),
    )
  })

  test('union, difference and intersection are those of sets', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [left, right] = [keys(a), new Set(keys(b))]
        expect(new Set(keys(a.union(b)))).toEqual(new Set([...left, ...right]))
        expect(new Set(keys(a.minus(b)))).toEqual(new Set(left.filter((key) => !right.has(key))))
        expect(new Set(keys(a.intersect(b)))).toEqual(new Set(left.filter((key) => right.has(key))))
      }),
    )
  })

  test('members come in the order of FieldsV1, and leaves are those without members below', () => {
    fc.assert(
      fc.property(set, (fields) => {
        const members = [...fields.members()]
        expect(members).toEqual([...members].sort(comparePaths))
        expect([...fields.leaves()]).toEqual(members.filter((path) => !fields.hasChildren(path)))
      }),
    )
  })

  test('an operation leaves its operands as they were', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const before = JSON.stringify([a.toFieldsV1(), b.toFieldsV1()])
        a.union(b)
        a.minus(b)
        a.intersect(b)
        expect(JSON.stringify([a.toFieldsV1(), b.toFieldsV1()])).toBe(before)
      }),
    )
  })
})

describe('FieldsV1', () => {
  test('reads back as it was written', () => {
    fc.assert(
      fc.property(set, (fields) => {
        const read = parseFieldsV1(JSON.parse(JSON.stringify(fields.toFieldsV1())))
        expect(read.equals(fields)).toBe(true)
      }),
    )
  })

  test('tells a node that is a member besides its children from one that is only on the way', () => {
    const fields = parseFieldsV1({ 'f:spec': { 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:port': {} } } } })
    const item: FieldPath = [{ f: 'spec' }, { f: 'ports' }, { k: { port: 80 } }]
    expect(fields.has(item)).toBe(true)
    expect(fields.has([{ f: 'spec' }])).toBe(false)
    expect(fields.hasChildren([{ f: 'spec' }])).toBe(true)
    expect([...fields.leaves()].map(pathKey)).toEqual([pathKey([...item, { f: 'port' }])])
  })

  test('finds an item whatever the order of its key fields and the escapes of its text', () => {
    const fields = parseFieldsV1({
      'k:{"protocol":"TCP","containerPort":80}': {},
      'k:{"name":"a\\u003cb"}': {},
    })
    expect(fields.has([{ k: { containerPort: 80, protocol: 'TCP' } }])).toBe(true)
    expect(fields.has([{ k: { name: 'a<b' } }])).toBe(true)
  })

  test('drops element types of the future with all below them, as the API server does', () => {
    const fields = parseFieldsV1({ 'f:a': {}, 'z:new': { 'f:b': {} } })
    expect(keys(fields)).toEqual(['f:a'])
  })

  test('is refused when it is malformed', () => {
    const deep = JSON.parse('{"f:a":'.repeat(2000) + '{}' + '}'.repeat(2000)) as unknown
    for (const broken of [
      null,
      [],
      'x',
      { a: {} },
      { 'k:{': {} },
      { 'k:[]': {} },
      { 'f:a': 1 },
      { 'i:x': {} },
      deep,
    ]) {
      expect(() => parseFieldsV1(broken)).toThrowError(expect.objectContaining({ code: 'malformed-fields' }))
    }
  })

  test('never crashes on anything else than a failure', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (anything) => {
        try {
          parseFieldsV1(anything)
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed-fields' })
        }
      }),
    )
  })
})

describe('the holder of a path', () => {
  const fields = parseFieldsV1({
    'f:spec': { 'f:selector': {}, 'f:ports': { 'k:{"port":80}': { '.': {}, 'f:port': {} } } },
  })

  test('is the path itself where it is a member', () => {
    expect(fields.holder([{ f: 'spec' }, { f: 'selector' }])).toEqual([{ f: 'spec' }, { f: 'selector' }])
  })

  test('is the atomic ancestor that owns everything below it', () => {
    const below: FieldPath = [{ f: 'spec' }, { f: 'selector' }, { f: 'app' }]
    expect(fields.holder(below)).toEqual([{ f: 'spec' }, { f: 'selector' }])
  })

  test('is not an item that is owned in parts', () => {
    expect(fields.holder([{ f: 'spec' }, { f: 'ports' }, { k: { port: 80 } }, { f: 'name' }])).toBeUndefined()
    expect(fields.holder([{ f: 'spec' }])).toBeUndefined()
  })
})
