import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { preparedObjects } from '../../tools/bench/prepared-objects.ts'
import { startSimulator } from './start-simulator.ts'

/** Memory in use, in bytes, when nothing is left to collect. */
function inUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let i = 0; i < 3; i += 1) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('a cluster of a thousand objects costs far below 6 MiB while it shares them', async () => {
  const objects = preparedObjects(1_000)
  const alone = await startSimulator({ clusters: [{ name: 'one' }], objects, controllers: [] })
  const before = inUse()
  const clusters = Array.from({ length: 300 }, (_, i) => ({ name: `c-${i}` }))
  const many = await startSimulator({ clusters, objects, controllers: [] })
  try {
    const each = (inUse() - before) / clusters.length
    expect(each).toBeLessThan(6 * 1_024 * 1_024)
    const { cluster } = many.simulator.cluster('c-299')
    expect(cluster.store.count('configmaps') + cluster.store.count('secrets')).toBeGreaterThan(500)
  } finally {
    await many.close()
    await alone.close()
  }
})
