import { expect, test } from 'vitest'
import { committedDocument, currentDocument } from '../openapi.ts'
import { breakingChanges } from './breaking-changes.ts'

test('the committed OpenAPI document is that of the route table; node tools/openapi.ts writes it', () => {
  expect(committedDocument()).toEqual(currentDocument())
})

interface Shape {
  readonly query?: object
  readonly needsQuery?: boolean
  readonly body?: object
  readonly answer?: object
  readonly more?: object
}

function documentOf({
  query,
  needsQuery = false,
  body,
  answer = { type: 'object' },
  more = {},
}: Shape): object {
  const content = (schema: object) => ({ content: { 'application/json': { schema } } })
  const operation = {
    ...(query === undefined
      ? {}
      : { parameters: [{ in: 'query', name: 'q', required: needsQuery, schema: query }] }),
    ...(body === undefined ? {} : { requestBody: content(body) }),
    responses: { 200: content(answer) },
  }
  return { paths: { '/a': { get: operation } }, components: { schemas: more } }
}

const text = { type: 'string' }
const object = (properties: object, required: string[] = []) => ({ type: 'object', properties, required })

test('what takes something away from a client is told, one sentence each', () => {
  const cases: [Shape, Shape, string[]][] = [
    [{ query: text }, {}, ['GET /a: query q is not taken any more']],
    [{}, { query: text, needsQuery: true }, ['GET /a: query q became required']],
    [{ query: text }, { query: { type: 'integer' } }, ['GET /a: query q was string, is integer']],
    [{}, { body: object({}) }, ['GET /a: it wants a body']],
    [{ body: object({ a: text }) }, { body: object({ a: text }, ['a']) }, ['GET /a: body.a became required']],
    [{ body: object({ a: text }) }, { body: object({}) }, ['GET /a: body.a is gone']],
    [{ answer: object({ a: text }) }, { answer: object({}) }, ['GET /a: answer.a is gone']],
    [
      { answer: object({ a: text }, ['a']) },
      { answer: object({ a: text }) },
      ['GET /a: answer.a may be absent'],
    ],
    [
      { answer: { ...text, enum: ['x'] } },
      { answer: { ...text, enum: ['x', 'y'] } },
      ['GET /a: answer: the value "y" is not known to clients'],
    ],
    [
      { query: { ...text, enum: ['x', 'y'] } },
      { query: { ...text, enum: ['x'] } },
      ['GET /a: query q: the value "y" is not taken any more'],
    ],
    [
      {
        answer: { type: 'array', items: { $ref: '#/components/schemas/A' } },
        more: { A: object({ a: text }) },
      },
      { answer: { type: 'array', items: { $ref: '#/components/schemas/B' } }, more: { B: object({}) } },
      ['GET /a: answer[].a is gone'],
    ],
    [
      { body: { anyOf: [text, object({})] } },
      { body: { anyOf: [text] } },
      ['GET /a: body: anyOf has 1 shapes, had 2'],
    ],
  ]
  for (const [before, after, told] of cases) {
    expect(breakingChanges(documentOf(before), documentOf(after))).toEqual(told)
  }
  expect(breakingChanges(documentOf({}), { paths: {}, components: {} })).toEqual(['GET /a: it is gone'])
})

test('what gives a client more, or asks less of it, is not told', () => {
  const cases: [Shape, Shape][] = [
    [{}, { query: text }],
    [{ query: text, needsQuery: true }, { query: text }],
    [{ body: object({ a: text }, ['a']) }, { body: object({ a: text, b: text }) }],
    [{ answer: object({ a: text }) }, { answer: object({ a: text, b: text }, ['a', 'b']) }],
    [{ answer: { ...text, enum: ['x', 'y'] } }, { answer: { ...text, enum: ['x'] } }],
    [{ query: { ...text, enum: ['x'] } }, { query: { ...text, enum: ['x', 'y'] } }],
  ]
  for (const [before, after] of cases)
    expect(breakingChanges(documentOf(before), documentOf(after))).toEqual([])
})

test('a document that refers to itself is compared to its end', () => {
  const loop = { L: object({ next: { $ref: '#/components/schemas/L' } }) }
  const shape = { answer: { $ref: '#/components/schemas/L' }, more: loop }
  expect(breakingChanges(documentOf(shape), documentOf(shape))).toEqual([])
})
