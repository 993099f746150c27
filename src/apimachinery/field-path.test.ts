import { expect, test } from 'vitest'
import { stepsOfPath } from './field-path.ts'

test('a field path is taken apart into names, indexes and keys', () => {
  expect(stepsOfPath('spec.template.spec.containers[0].ports[12].name')).toEqual([
    'spec',
    'template',
    'spec',
    'containers',
    0,
    'ports',
    12,
    'name',
  ])
  expect(stepsOfPath('metadata.annotations[example.dev/a.b]')).toEqual([
    'metadata',
    'annotations',
    'example.dev/a.b',
  ])
  expect(stepsOfPath('data[a key]')).toEqual(['data', 'a key'])
  expect(stepsOfPath('')).toEqual([])
})
