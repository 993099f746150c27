import { expect, test } from 'vitest'
import { editAtPath } from './edit-at-path.ts'

const pod = {
  spec: {
    containers: [
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:1' },
    ],
    tags: ['x', 'y'],
  },
}
const spec = { f: 'spec' }
const b = { k: { name: 'b' } }

test('a field, a list item and a set item are replaced or taken away, and nothing else changes', () => {
  const image = [spec, { f: 'containers' }, b, { f: 'image' }]
  expect(editAtPath(pod, image, 'b:2').spec).toEqual({
    containers: [
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:2' },
    ],
    tags: ['x', 'y'],
  })
  expect(editAtPath(pod, [spec, { f: 'containers' }, b], undefined).spec).toEqual({
    containers: [{ name: 'a', image: 'a:1' }],
    tags: ['x', 'y'],
  })
  expect(editAtPath(pod, [spec, { f: 'tags' }, { v: 'x' }], undefined).spec).toMatchObject({ tags: ['y'] })
  expect(pod.spec.tags).toEqual(['x', 'y'])
})

test('nothing is made where nothing stands', () => {
  expect(editAtPath(pod, [spec, { f: 'volumes' }, b, { f: 'name' }], 'v')).toEqual(pod)
  expect(editAtPath(pod, [spec, { f: 'containers' }, { k: { name: 'c' } }], undefined)).toEqual(pod)
})
