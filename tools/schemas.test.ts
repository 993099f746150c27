import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { publishedSchemas, staleSchemas } from './schemas.ts'

test('the published schemas are those of the kinds that are read', () => {
  expect(staleSchemas()).toEqual([])
})

test('a schema is published for each kind, refuses unknown fields and offers the known values', () => {
  expect([...publishedSchemas().keys()].toSorted()).toEqual([
    'access.json',
    'bundle.json',
    'cluster.json',
    'environment.json',
    'fleet-file.json',
    'fleet.json',
    'rollout.json',
  ])
  const bundle: unknown = JSON.parse(readFileSync(new URL('../schemas/bundle.json', import.meta.url), 'utf8'))
  expect(bundle).toMatchObject({
    additionalProperties: false,
    properties: {
      spec: { properties: { mode: { enum: ['observe', 'ask', 'enforce'] } }, required: ['source'] },
    },
  })
})
