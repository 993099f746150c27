import { expect, test } from 'vitest'
import { heapInUse } from '../../../test/heap-in-use.ts'
import { EventReader } from './event-reader.ts'
import type { WatchHandler } from './watch-handler.ts'

const objects = 2_000
const resource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}
const handler: WatchHandler = {
  isKnown: () => true,
  onEvent: () => undefined,
  onSynced: () => undefined,
  onState: () => undefined,
  onProgress: () => undefined,
}

/** What a watch keeps of objects that came in lines with so much in them, in bytes an object. */
function keptOf(bytes: number): number {
  const reader = new EventReader(resource, { name: 'ConfigMaps', action: 'watch', secret: false }, handler)
  reader.beginList()
  const before = heapInUse()
  for (let index = 0; index < objects; index++) {
    const metadata = {
      name: `settings-of-the-shop-${index}`,
      namespace: 'shop-europe',
      resourceVersion: `${index}`,
    }
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text: 'x'.repeat(bytes) } }
    reader.takeLine(Buffer.from(JSON.stringify({ type: 'ADDED', object })))
  }
  reader.endList('1')
  const kept = (heapInUse() - before) / objects
  expect(reader.position).toBe('1')
  return kept
}

test('of an object that is known already, a watch keeps nothing of the line that it came in', () => {
  keptOf(0)
  expect(keptOf(8_000)).toBeLessThan(800)
})
