import { expect, test } from 'vitest'
import { effectOf } from './effect.ts'

const map = (name: string, value: string) => ({
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data: { value } },
  hash: `${name} ${value}`,
})
const named = (items: ReturnType<typeof effectOf>) => items.map(({ action, ref }) => `${action} ${ref.name}`)

test('objects that are new, other or gone are an effect, and equal ones are none', () => {
  const items = effectOf(
    [map('a', '1'), map('b', '1'), map('c', '1')],
    [map('a', '1'), map('b', '2'), map('d', '1')],
  )
  expect(named(items)).toEqual(['configure b', 'create d', 'delete c'])
  expect(items[0]?.fields).toEqual([{ path: 'data.value', from: '1', to: '2' }])
})

test('where nothing was before, everything is created', () => {
  expect(named(effectOf(undefined, [map('a', '1')]))).toEqual(['create a'])
})
