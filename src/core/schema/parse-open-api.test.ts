import { expect, test } from 'vitest'
import { isAtomicAt } from './node-at.ts'
import { parseOpenApi } from './parse-open-api.ts'

const KIND = { group: '', version: 'v1', kind: 'Thing' }

function thing(spec: object, more: object = {}): unknown {
  const Thing = {
    type: 'object',
    'x-kubernetes-group-version-kind': [KIND],
    properties: { spec },
  }
  return { components: { schemas: { Thing, ...more } } }
}

test('a document without schemas is a failure that can be tried again', () => {
  for (const broken of [undefined, null, 'x', [], {}, { components: { schemas: [] } }]) {
    expect(() => parseOpenApi(broken)).toThrowError(
      expect.objectContaining({ code: 'malformed-schema', retryable: true }),
    )
  }
})

test('a kind that the document does not name has no type', () => {
  expect(parseOpenApi(thing({ type: 'string' })).typeOf({ ...KIND, kind: 'Other' })).toBeUndefined()
})

test('a schema that is odd inside is taken as of unknown type, and cycles end', () => {
  const set = parseOpenApi(
    thing(
      {
        type: 'object',
        properties: {
          dangling: { $ref: '#/components/schemas/Nowhere' },
          strange: 7,
          loop: { $ref: '#/components/schemas/Loop' },
          list: { type: 'array', 'x-kubernetes-list-type': 'map' },
        },
      },
      { Loop: { $ref: '#/components/schemas/Pool' }, Pool: { $ref: '#/components/schemas/Loop' }, Odd: null },
    ),
  )
  const type = set.typeOf(KIND)
  expect(isAtomicAt(type, [{ f: 'spec' }, { f: 'dangling' }, { f: 'x' }])).toBe(false)
  expect(isAtomicAt(type, [{ f: 'spec' }, { f: 'strange' }], [])).toBe(true)
})

test('a node is atomic as its type says, and so is all below it', () => {
  const selector = {
    type: 'object',
    'x-kubernetes-map-type': 'atomic',
    properties: { a: { type: 'object' } },
  }
  const labels = { type: 'object', additionalProperties: { type: 'string' } }
  const args = { type: 'array', items: { type: 'string' } }
  const ports = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['p'],
    items: { type: 'object', properties: { p: { type: 'integer' } } },
  }
  const type = parseOpenApi(thing({ type: 'object', properties: { selector, labels, args, ports } })).typeOf(
    KIND,
  )
  const at = (...names: string[]): boolean => isAtomicAt(type, [{ f: 'spec' }, ...names.map((f) => ({ f }))])
  expect([at('selector'), at('selector', 'a'), at('args'), at('labels', 'x')]).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect([at(), at('labels'), at('ports')]).toEqual([false, false, false])
  expect(isAtomicAt(type, [{ f: 'spec' }, { f: 'args' }, { i: 0 }])).toBe(true)
  expect(isAtomicAt(type, [{ f: 'spec' }, { f: 'ports' }, { k: { p: 1 } }])).toBe(false)
})

test('without a schema the value decides: lists are atomic, maps are not', () => {
  const path = [{ f: 'spec' }, { f: 'x' }]
  expect(isAtomicAt(undefined, path, [])).toBe(true)
  expect(isAtomicAt(undefined, path, {})).toBe(false)
  expect(isAtomicAt(undefined, path, 'x')).toBe(true)
})
