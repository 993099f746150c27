import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { peekEvent } from './event-peek.ts'
import { LineSplitter } from './line-splitter.ts'
import { compareRevisions } from './resource-version.ts'

const json = fc.jsonValue({ maxDepth: 4 })
const name = fc.stringMatching(/^[a-z0-9.-]{1,20}$/)
const revision = fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String)

/** Objects whose other fields hold anything, names that are read here among them, in any order of keys. */
const object = fc
  .record({
    name,
    namespace: name,
    resourceVersion: revision,
    annotations: fc.dictionary(fc.constantFrom('resourceVersion', 'name', 'a"b', 'x\\'), fc.string()),
    managedFields: json,
    finalizers: fc.array(fc.string()),
  })
  .chain((metadata) =>
    fc.tuple(shuffledMap(metadata), fc.dictionary(fc.string(), json)).map(([meta, rest]) => {
      const { metadata: _m, ...others } = rest
      return {
        resourceVersion: '0',
        name: 'not this',
        ...others,
        metadata: meta,
        spec: { metadata: { name: 'nor this' } },
      }
    }),
  )

function shuffledMap(map: object): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(map)
  return fc
    .shuffledSubarray(entries, { minLength: entries.length, maxLength: entries.length })
    .map((shuffled) => Object.fromEntries(shuffled) as Record<string, unknown>)
}

describe('a peek into an event', () => {
  test('finds what parsing finds, or nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom('ADDED', 'MODIFIED', 'DELETED'), object, (type, body) => {
        const found = peekEvent(Buffer.from(JSON.stringify({ type, object: body })), true)
        const { name: wanted, namespace, resourceVersion } = body.metadata
        // Only a key with an escape or beyond ASCII makes it give up on well-formed JSON.
        if (found === undefined) expect(JSON.stringify(body)).toMatch(/\\|[\u0080-\uffff]/)
        else expect(found).toEqual({ type, name: wanted, namespace, resourceVersion })
      }),
    )
  })

  test('never throws and never runs on, whatever the bytes are', () => {
    const start = '{"type":"ADDED","object":{"metadata":{"name":"a","namespace":"b","resourceVersion":"1"}}}'
    fc.assert(
      fc.property(fc.nat(start.length), fc.string(), (at, junk) => {
        const line = Buffer.from(start.slice(0, at) + junk)
        const found = peekEvent(line, true)
        if (found !== undefined) expect(line.toString()).toContain(`"${found.resourceVersion}"`)
      }),
    )
  })

  test.each([
    ['a bookmark', '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5"}}}'],
    [
      'an object before its type',
      '{"object":{"metadata":{"name":"a","namespace":"b","resourceVersion":"5"}},"type":"ADDED"}',
    ],
    [
      'a name beyond ASCII',
      '{"type":"ADDED","object":{"metadata":{"name":"ü","namespace":"b","resourceVersion":"5"}}}',
    ],
    [
      'a name with escapes',
      '{"type":"ADDED","object":{"metadata":{"name":"\\u0061","namespace":"b","resourceVersion":"5"}}}',
    ],
    [
      'white space',
      '{ "type": "ADDED", "object": {"metadata":{"name":"a","namespace":"b","resourceVersion":"5"}}}',
    ],
    ['no revision', '{"type":"ADDED","object":{"metadata":{"name":"a","namespace":"b"}}}'],
  ])('is not certain of %s', (_what, line) => {
    expect(peekEvent(Buffer.from(line), true)).toBeUndefined()
  })

  test('stops at the start of a large object', () => {
    const head =
      '{"type":"ADDED","object":{"kind":"Node","metadata":{"name":"a","uid":"u","resourceVersion":"5",'
    expect(peekEvent(Buffer.from(`${head}this was never looked at`), false)).toEqual({
      type: 'ADDED',
      name: 'a',
      namespace: '',
      resourceVersion: '5',
    })
  })
})

test('lines come out whole however the bytes were cut', () => {
  const cuts = fc.array(fc.nat(400))
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[^\n]{0,40}$/)), cuts, (lines, positions) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      const edges = [0, ...positions.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length]
      const splitter = new LineSplitter()
      const out = edges.slice(1).flatMap((end, index) => splitter.take(bytes.subarray(edges[index], end)))
      expect(out.map(String)).toEqual(lines.filter((line) => line !== ''))
    }),
  )
})

test('revisions compare as numbers of any length, and only when they are numbers', () => {
  const pair = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.bigInt({ min: 0n, max: 10n ** 30n }))
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const order = compareRevisions(String(a), String(b)) ?? Number.NaN
      expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0)
    }),
  )
  expect(compareRevisions('abc', '5')).toBeUndefined()
  expect(compareRevisions('05', '5')).toBeUndefined()
  expect(compareRevisions('abc', 'abc')).toBe(0)
})
