import { expect, test } from 'vitest'
import { preparedObjects } from '../../tools/bench/prepared-objects.ts'
import { heapInUse } from '../heap-in-use.ts'
import { startSimulator } from './start-simulator.ts'

test('a cluster of a thousand objects costs far below 6 MiB while it shares them', async () => {
  const objects = preparedObjects(1_000)
  const alone = await startSimulator({ clusters: [{ name: 'one' }], objects, controllers: [] })
  const before = heapInUse()
  const clusters = Array.from({ length: 300 }, (_, i) => ({ name: `c-${i}` }))
  const many = await startSimulator({ clusters, objects, controllers: [] })
  try {
    const each = (heapInUse() - before) / clusters.length
    expect(each).toBeLessThan(6 * 1_024 * 1_024)
    const { cluster } = many.simulator.cluster('c-299')
    expect(cluster.store.count('configmaps') + cluster.store.count('secrets')).toBeGreaterThan(500)
  } finally {
    await many.close()
    await alone.close()
  }
})
