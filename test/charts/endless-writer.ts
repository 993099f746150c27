import { randomBytes } from 'node:crypto'
import { BlobCache } from '../../src/charts/blob-cache.ts'
import { systemClock } from '../../src/runtime/index.ts'

/** Keeps large bytes in the cache folder that its argument names, until somebody kills it. */
const cache = new BlobCache(process.argv[2] ?? '', Number.MAX_SAFE_INTEGER, systemClock)
for (;;) await cache.put(randomBytes(32 * 1024 * 1024))
