import { expect, test } from 'vitest'
import { asMember } from './names.ts'

test('the labelled copy of an object is one for everybody who asks the same of it', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', labels: { team: 'shop' } } }
  const labelled = asMember(object, 'shop', 'set-1')
  expect(labelled.metadata.labels).toEqual({
    team: 'shop',
    'evenkeel.dev/bundle': 'shop',
    'applyset.kubernetes.io/part-of': 'set-1',
  })
  expect(asMember(object, 'shop', 'set-1')).toBe(labelled)
  expect(asMember(object, 'till', 'set-2').metadata.labels).toMatchObject({ 'evenkeel.dev/bundle': 'till' })
  expect(asMember(structuredClone(object), 'shop', 'set-1')).not.toBe(labelled)
  expect(object.metadata.labels).toEqual({ team: 'shop' })
})
