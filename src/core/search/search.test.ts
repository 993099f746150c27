import fc from 'fast-check'
import { expect, test } from 'vitest'
import { projectionOf, readQuestion, wordsOf } from './index.ts'

test('a question is read part by part', () => {
  expect(readQuestion('kind:Deployment,Pod image~log4j env:prod replicas>5 "team a" namespace:x')).toEqual({
    kinds: ['Deployment', 'Pod'],
    environments: ['prod'],
    namespaces: ['x'],
    labels: [],
    images: [],
    owners: [],
    numbers: [{ field: 'replicas', comparison: '>', value: 5 }],
    words: [{ word: 'log4j', where: 'image' }, { word: 'team' }, { word: 'a' }],
    problems: [],
  })
  expect(readQuestion('label:team=a,b label:gpu owner:Job/x image:"a:1" keys:2')).toMatchObject({
    labels: [{ key: 'team', values: ['a', 'b'] }, { key: 'gpu' }],
    owners: [['Job/x']],
    images: [['a:1']],
    numbers: [{ field: 'keys', comparison: '=', value: 2 }],
  })
})

test('what a question cannot ask is told with the nearest field', () => {
  const problems = (text: string) => readQuestion(text).problems
  expect(problems('kidn:Pod')).toEqual(['kidn is not indexed; did you mean kind?'])
  expect(problems('nodeSelector:x')[0]).toMatch(/^nodeSelector is not indexed; known are kind, /)
  expect(problems('kind~pod')).toEqual(['kind is not indexed by words; did you mean kind?'])
  expect(problems('replicas:many')).toEqual(['replicas:many: replicas is a number'])
  expect(problems('kind>5')).toEqual(['kind>5: kind is no number'])
  expect(problems('kind:')).toEqual(['kind: says no value'])
})

test('no text makes a question fail, and words hold letters and digits alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const question = readQuestion(text)
      for (const { word } of question.words) expect(word).toMatch(/^[\p{L}\p{N}]+$/u)
    }),
    { numRuns: 500 },
  )
  expect(wordsOf('A-b.c/ä_1', 'A')).toEqual(['a', 'b', 'c', 'ä', '1'])
})

test('no value of a Secret or ConfigMap is projected, and a strange shape is none', () => {
  const object = (kind: string, more: object) => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'a' },
    ...more,
  })
  const secret = projectionOf(
    object('Secret', { data: { a: 'cGFzcw==' }, stringData: { a: 'pass', b: 'x' } }),
  )
  expect(secret).toEqual({ labels: {}, images: [], owners: [], numbers: { keys: 2 } })
  const strange = { spec: { replicas: 'many', template: { spec: { containers: [null, 1, { image: 3 }] } } } }
  expect(projectionOf(object('Deployment', strange))).toEqual({
    labels: {},
    images: [],
    owners: [],
    numbers: { containers: 1 },
  })
})
