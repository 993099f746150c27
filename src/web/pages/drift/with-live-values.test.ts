import { expect, test } from 'vitest'
import { withLiveValues } from './with-live-values.ts'

const manifest = {
  kind: 'Deployment',
  metadata: { name: 'api', labels: { 'app.kubernetes.io/name': 'api' } },
  spec: {
    replicas: 3,
    containers: [
      { name: 'api', args: ['-v', '-q'] },
      { name: 'proxy', image: 'proxy:1.4' },
    ],
  },
}
const text = (value: unknown) => ({ is: 'text' as const, text: JSON.stringify(value) })

test('live values take the places of fields, keyed items, indexes and quoted names', () => {
  const { live, unplaced } = withLiveValues(manifest, [
    { path: 'spec.replicas', live: text(5) },
    { path: 'spec.containers[name="proxy"].image', live: text('proxy:1.4.1') },
    { path: 'spec.containers[name="api"].args[1]', live: text('-x') },
    { path: 'metadata.labels["app.kubernetes.io/name"]', live: text('other') },
  ])
  expect(unplaced).toEqual([])
  expect(live).toEqual({
    kind: 'Deployment',
    metadata: { name: 'api', labels: { 'app.kubernetes.io/name': 'other' } },
    spec: {
      replicas: 5,
      containers: [
        { name: 'api', args: ['-v', '-x'] },
        { name: 'proxy', image: 'proxy:1.4.1' },
      ],
    },
  })
  expect(manifest.spec.replicas).toBe(3)
})

test('a field that is absent live is taken away, and an addition appears', () => {
  const { live } = withLiveValues(manifest, [
    { path: 'spec.replicas', live: { is: 'absent' } },
    { path: 'metadata.annotations.note', live: text('added') },
  ])
  expect(live['spec']).not.toHaveProperty('replicas')
  expect(live['metadata']).toHaveProperty('annotations.note', 'added')
})

test('what is secret, structured, of the whole object or without a place is named and never guessed', () => {
  const { live, unplaced } = withLiveValues(manifest, [
    { path: 'data.token', live: { is: 'secret' } },
    { path: 'spec', live: { is: 'large' } },
    { path: '', live: { is: 'absent' } },
    { path: 'spec.containers[name="gone"].image', live: text('x') },
  ])
  expect(unplaced).toEqual(['data.token', 'spec', 'whole object', 'spec.containers[name="gone"].image'])
  expect(live).toEqual(manifest)
})
