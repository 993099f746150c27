import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatPath, valueAtPath } from '../fields/index.ts'
import { asJson, type Json, type KubeObject } from '../object/index.ts'
import { fieldSetOf } from './field-set-of.ts'
import { parseOpenApi } from './parse-open-api.ts'
import type { TypeSchema } from './type-schema.ts'

/** One kind with every list and map type, in the spelling of `/openapi/v3`. */
const DOCUMENT = {
  components: {
    schemas: {
      'dev.example.v1.Shop': {
        type: 'object',
        'x-kubernetes-group-version-kind': [{ group: 'example.dev', version: 'v1', kind: 'Shop' }],
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          metadata: { allOf: [{ $ref: '#/components/schemas/meta.v1.ObjectMeta' }], default: {} },
          spec: { $ref: '#/components/schemas/dev.example.v1.ShopSpec' },
          status: { type: 'object', properties: { phase: { type: 'string' } } },
        },
      },
      'dev.example.v1.ShopSpec': {
        type: 'object',
        properties: {
          replicas: { type: 'integer' },
          size: { 'x-kubernetes-int-or-string': true },
          args: { type: 'array', items: { type: 'string' } },
          tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
          ports: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['port', 'protocol'],
            items: { allOf: [{ $ref: '#/components/schemas/dev.example.v1.Port' }], default: {} },
          },
          old: {
            type: 'array',
            'x-kubernetes-patch-strategy': 'merge',
            'x-kubernetes-patch-merge-key': 'port',
            items: { $ref: '#/components/schemas/dev.example.v1.Port' },
          },
          selector: {
            type: 'object',
            additionalProperties: { type: 'string' },
            'x-kubernetes-map-type': 'atomic',
          },
          limits: { type: 'object', additionalProperties: { $ref: '#/components/schemas/quantity' } },
          extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          child: { $ref: '#/components/schemas/dev.example.v1.ShopSpec' },
          frozen: {
            allOf: [{ $ref: '#/components/schemas/dev.example.v1.ShopSpec' }],
            'x-kubernetes-map-type': 'atomic',
          },
        },
      },
      'dev.example.v1.Port': {
        type: 'object',
        properties: {
          port: { type: 'integer' },
          protocol: { type: 'string', default: 'TCP' },
          name: { type: 'string' },
        },
      },
      quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
      'meta.v1.ObjectMeta': {
        type: 'object',
        properties: {
          name: { type: 'string' },
          namespace: { type: 'string' },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          finalizers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        },
      },
    },
  },
  paths: {
    '/apis/example.dev/v1/namespaces/{namespace}/shops/{name}/status': {
      get: { 'x-kubernetes-group-version-kind': { group: 'example.dev', version: 'v1', kind: 'Shop' } },
    },
  },
}

const type: TypeSchema | undefined = parseOpenApi(DOCUMENT).typeOf({
  group: 'example.dev',
  version: 'v1',
  kind: 'Shop',
})

function shop(spec: Json, more: object = {}): KubeObject {
  return {
    apiVersion: 'example.dev/v1',
    kind: 'Shop',
    metadata: { name: 'x', namespace: 'y' },
    spec,
    ...more,
  }
}

function pathsOf(object: KubeObject, of: TypeSchema | undefined = type): string[] {
  return [...fieldSetOf(object, of).members()].map(formatPath)
}

describe('the field set of a manifest', () => {
  test('has scalar leaves, and atomic lists and maps as one (F5)', () => {
    const spec = { replicas: 3, size: '10%', args: ['a', 'b'], selector: { app: 'web' } }
    expect(pathsOf(shop(spec))).toEqual(['spec.args', 'spec.replicas', 'spec.selector', 'spec.size'])
  })

  test('has each set item, and each keyed item with what is in it', () => {
    expect(pathsOf(shop({ tags: ['b', 'a'], ports: [{ port: 80, name: 'web' }] }))).toEqual([
      'spec.ports[port=80,protocol="TCP"]',
      'spec.ports[port=80,protocol="TCP"].name',
      'spec.ports[port=80,protocol="TCP"].port',
      'spec.tags["a"]',
      'spec.tags["b"]',
    ])
  })

  test('names an item by its default where it leaves a key field out, so TCP and UDP are two (F4)', () => {
    const paths = pathsOf(shop({ ports: [{ port: 53 }, { port: 53, protocol: 'UDP' }] }))
    expect(paths).toContain('spec.ports[port=53,protocol="TCP"]')
    expect(paths).toContain('spec.ports[port=53,protocol="UDP"].protocol')
    expect(paths).not.toContain('spec.ports[port=53,protocol="TCP"].protocol')
  })

  test('takes keys from the patch strategy where a type predates list types', () => {
    expect(pathsOf(shop({ old: [{ port: 80 }] }))).toEqual(['spec.old[port=80]', 'spec.old[port=80].port'])
  })

  test('has null and empty maps as leaves; an empty granular list owns nothing (F5)', () => {
    expect(pathsOf(shop({ replicas: null, limits: {}, extra: {}, tags: [], ports: [], args: [] }))).toEqual([
      'spec.args',
      'spec.extra',
      'spec.limits',
      'spec.replicas',
    ])
  })

  test('goes into free-form maps, whose lists are atomic', () => {
    expect(pathsOf(shop({ extra: { a: { b: 1, c: [{ d: 2 }] } } }))).toEqual([
      'spec.extra.a',
      'spec.extra.a.b',
      'spec.extra.a.c',
    ])
  })

  test('follows types that contain themselves, and a field that overrides its type', () => {
    expect(pathsOf(shop({ child: { child: { replicas: 1 } }, frozen: { replicas: 2 } }))).toEqual([
      'spec.child.child.replicas',
      'spec.frozen',
    ])
  })

  test('has no item with the key of another, but both as one', () => {
    expect(
      pathsOf(
        shop({
          ports: [
            { port: 80, name: 'a' },
            { port: 80, name: 'b' },
          ],
        }),
      ),
    ).toEqual(['spec.ports[port=80,protocol="TCP"]'])
  })

  test('never has what servers do not record (F3), nor status where it has an endpoint of its own', () => {
    const object = shop({ replicas: 1 }, { status: { phase: 'x' } })
    const metadata = {
      ...object.metadata,
      uid: 'u',
      resourceVersion: '1',
      labels: { a: 'b' },
      finalizers: ['f'],
    }
    expect(pathsOf({ ...object, metadata })).toEqual([
      'metadata.finalizers["f"]',
      'metadata.labels.a',
      'spec.replicas',
    ])
    const whole = parseOpenApi({ ...DOCUMENT, paths: {} }).typeOf({
      group: 'example.dev',
      version: 'v1',
      kind: 'Shop',
    })
    expect(pathsOf(object, whole)).toContain('status.phase')
  })

  test('without a schema has atomic lists and granular maps', () => {
    const unknown = fieldSetOf(shop({ ports: [{ port: 1 }], child: { a: 1 } }), undefined)
    expect([...unknown.members()].map(formatPath)).toEqual([
      'spec',
      'spec.child',
      'spec.child.a',
      'spec.ports',
    ])
  })

  test('refuses an item that no path can name', () => {
    const keyless = shop({ old: [{ name: 'x' }] })
    expect(() => fieldSetOf(keyless, type)).toThrowError(
      expect.objectContaining({
        code: 'keyless-item',
        message: 'Shop y/x: cannot tell the items of spec.old apart: one has none of "port"',
      }),
    )
  })

  test('refuses to follow an object deeper than any person writes', () => {
    let deep: Json = 1
    for (let level = 0; level < 3000; level += 1) deep = { a: deep }
    expect(() => fieldSetOf(shop({ extra: deep }), type)).toThrowError(
      expect.objectContaining({ code: 'malformed-fields' }),
    )
  })

  test('resolves: at every path of it stands a value of the object', () => {
    const spec = fc.record(
      {
        replicas: fc.integer(),
        args: fc.array(fc.string()),
        tags: fc.uniqueArray(fc.string()),
        selector: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        extra: fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
        ports: fc.uniqueArray(
          fc.record(
            { port: fc.nat(3), protocol: fc.constantFrom('TCP', 'UDP'), name: fc.string() },
            { requiredKeys: ['port'] },
          ),
          { selector: ({ port, protocol }) => `${port}${protocol ?? 'TCP'}` },
        ),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(spec, (generated) => {
        // Through JSON, as manifests come: no undefined, no negative zero.
        const object = JSON.parse(JSON.stringify(shop(generated as Json))) as KubeObject
        for (const path of fieldSetOf(object, type).members()) {
          expect(valueAtPath(asJson(object), path), formatPath(path)).toBeDefined()
        }
      }),
    )
  })
})
