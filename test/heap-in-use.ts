import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Memory of this process in use when nothing is left to collect, in bytes: the heap, and what it holds outside of it. */
export function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let i = 0; i < 3; i += 1) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
