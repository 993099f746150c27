import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonMap } from '../object/index.ts'
import { type Manifest, normalise, objectHash, variantOf } from './index.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function manifest(value: JsonMap, line = 1, file = 'apps/web/all.yaml'): Manifest {
  return { value, origin: { file, line } }
}

function configMap(name: string, more: JsonMap = {}, metadata: JsonMap = {}): JsonMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, ...more }
}

function normaliseAll(...values: readonly JsonMap[]) {
  return normalise(
    values.map((value, index) => manifest(value, index + 1)),
    { bundle: 'web' },
  )
}

const names = (result: ReturnType<typeof normalise>): string[] =>
  result.objects.map((one) => one.object.metadata.name)

test('a plain object passes unchanged, and its namespace stays absent', () => {
  const { objects, problems } = normaliseAll(configMap('a', { data: { k: 'v' } }))
  expect(problems).toEqual([])
  expect(objects).toEqual([
    { object: configMap('a', { data: { k: 'v' } }), origin: { file: 'apps/web/all.yaml', line: 1 } },
  ])
})

describe('stringData of a Secret', () => {
  test('becomes data, and wins over data as on the server', () => {
    const { objects } = normaliseAll({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { a: 'b2xk', b: 'a2VlcA==' },
      stringData: { a: 'new', c: 'grüße 😀' },
    })
    expect(objects[0]?.object).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { a: 'bmV3', b: 'a2VlcA==', c: Buffer.from('grüße 😀').toString('base64') },
    })
  })

  test('is encoded as Node encodes it, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { k: text } }
        const data = normaliseAll(secret).objects[0]?.object['data']
        expect(data).toEqual({ k: Buffer.from(text).toString('base64') })
      }),
    )
  })

  test('that is no text is refused without its value', () => {
    const { problems } = normaliseAll({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'shop' },
      stringData: { pin: 424242 },
    })
    expect(problems).toMatchObject([{ subject: 'Secret shop/s', severity: 'error', hint: 'quote it' }])
    expect(JSON.stringify(problems)).not.toContain('424242')
  })

  test('stays where it is in kinds that are no Secrets of the core group', () => {
    const other = {
      apiVersion: 'example.com/v1',
      kind: 'Secret',
      metadata: { name: 's' },
      stringData: { a: 'b' },
    }
    expect(normaliseAll(other).objects[0]?.object).toEqual(other)
  })
})

test('what the server writes is left out with a warning, and silently where it says nothing', () => {
  const { objects, problems } = normaliseAll(
    configMap('a', { status: { phase: 'x' } }, { uid: 'u', resourceVersion: '7', managedFields: [{}] }),
    configMap('b', { status: { loadBalancer: {} } }, { creationTimestamp: null }),
  )
  expect(objects.map((one) => one.object)).toEqual([configMap('a'), configMap('b')])
  expect(problems).toMatchObject([
    {
      subject: 'ConfigMap a',
      severity: 'warning',
      message:
        "status, metadata.uid, metadata.resourceVersion, metadata.managedFields are the server's to write and left out",
    },
  ])
})

describe('an object without an identity is left out with an error, and the others stay', () => {
  const wrong: readonly (readonly [string, JsonMap, string])[] = [
    ['no name', { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }, 'metadata.name is missing'],
    ['no metadata', { apiVersion: 'v1', kind: 'ConfigMap' }, 'metadata is missing'],
    ['no apiVersion', { kind: 'ConfigMap', metadata: { name: 'a' } }, 'apiVersion is missing or malformed'],
    ['no kind', { apiVersion: 'v1', metadata: { name: 'a' } }, 'kind is missing or malformed'],
    [
      'generateName',
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'a-' } },
      'generateName cannot be delivered: each apply would create another object',
    ],
    ['a number as name', configMap('x', {}, { name: 7 }), 'metadata.name is no text'],
    [
      'a number as label',
      configMap('x', {}, { labels: { a: 1 } }),
      'metadata.labels: the value of "a" is no text',
    ],
    [
      'a truth value as annotation',
      configMap('x', {}, { annotations: { on: true } }),
      'metadata.annotations: the value of "on" is no text',
    ],
    [
      'a namespace that is none',
      configMap('x', {}, { namespace: '../kube' }),
      'metadata.namespace is no namespace name',
    ],
  ]
  for (const [what, value, message] of wrong) {
    test(what, () => {
      const result = normaliseAll(configMap('good'), value)
      expect(names(result)).toEqual(['good'])
      expect(result.problems).toMatchObject([{ line: 2, severity: 'error', message }])
    })
  }

  test('row 43: NUL, slashes and escapes in a name', () => {
    for (const name of ['a\0b', 'a/b', '..', 'a%2fb', 'a\u001b[31mb', 'x'.repeat(254)]) {
      const result = normaliseAll(configMap('good'), configMap(name))
      expect(names(result)).toEqual(['good'])
      expect(result.problems).toHaveLength(1)
      expect(/\p{Cc}/u.test(JSON.stringify(result.problems))).toBe(false)
    }
  })
})

test('an object that is declared twice is an error that names both places, and neither is delivered', () => {
  const result = normalise(
    [
      manifest(configMap('a', { data: { from: 'one' } }), 3, 'apps/web/a.yaml'),
      manifest(configMap('a', {}, { namespace: 'default' }), 9, 'apps/web/b.yaml'),
      manifest(configMap('a', {}, { namespace: 'other' })),
    ],
    { bundle: 'web' },
  )
  expect(result.objects.map((one) => one.object.metadata.namespace)).toEqual(['other'])
  expect(result.problems).toMatchObject([
    {
      file: 'apps/web/b.yaml',
      line: 9,
      subject: 'ConfigMap a',
      message: 'declared 2 times in bundle web: apps/web/a.yaml:3, apps/web/b.yaml:9',
    },
  ])
})

test('the same object in two versions of its group is declared twice', () => {
  const hpa = (version: string): JsonMap => ({
    apiVersion: `autoscaling/${version}`,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'a' },
  })
  expect(normaliseAll(hpa('v1'), hpa('v2')).objects).toEqual([])
})

test('lists are unpacked, also in lists, and what is no object in them is an error', () => {
  const result = normaliseAll({
    apiVersion: 'v1',
    kind: 'List',
    items: [configMap('a'), { apiVersion: 'v1', kind: 'ConfigMapList', items: [configMap('b')] }, 'text'],
  })
  expect(names(result)).toEqual(['a', 'b'])
  expect(result.problems).toMatchObject([{ message: 'items[2] is no object', severity: 'error' }])
})

test('a variant depends on the objects alone: not on order, file, or the order of keys', () => {
  const [a, b] = [configMap('a', { data: { x: '1', y: '2' } }), configMap('b')]
  const swapped = { metadata: { name: 'a' }, data: { y: '2', x: '1' }, kind: 'ConfigMap', apiVersion: 'v1' }
  const one = variantOf(normaliseAll(a, b).objects, sha256)
  const two = variantOf(
    normalise([manifest(b, 7, 'x.yaml'), manifest(swapped)], { bundle: 'other' }).objects,
    sha256,
  )
  expect(two).toEqual(one)
  expect(one.hash).toBe(`sha256:${sha256(one.manifests)}`)
  expect(
    one.manifests
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([a, b])
})

test('another value is another variant and another hash', () => {
  const hashOf = (value: string): string | undefined => {
    const object = normaliseAll(configMap('a', { data: { value } })).objects[0]?.object
    return object === undefined ? undefined : objectHash(object, sha256)
  }
  expect(hashOf('1')).not.toBe(hashOf('2'))
  expect(hashOf('1')).toBe(hashOf('1'))
  expect(variantOf(normaliseAll(configMap('a')).objects, sha256).hash).not.toBe(variantOf([], sha256).hash)
})
