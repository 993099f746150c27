import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, brotliCompressSync } from 'node:zlib'
import { type EmulatedVersion, startApiServer } from '../kubernetes/index.ts'
import { gatherSchemas } from './gather-schemas.ts'
import { readVersion } from './read-version.ts'

/**
 * `node tools/sim/main.ts`: reads what real API servers of every version publish about themselves, and writes it, without
 * descriptions, to the file that the simulated servers publish it from.
 */
const versions: readonly EmulatedVersion[] = ['1.33', '1.34', '1.35', '1.36']
const target = join(import.meta.dirname, '..', '..', 'src', 'sim', 'data', 'kubernetes.json.br')

const read = []
for (const version of versions) {
  const server = await startApiServer({ version, audit: 'none' })
  try {
    read.push({ version, ...(await readVersion(server)) })
  } finally {
    await server.stop()
  }
}
const text = JSON.stringify(gatherSchemas(read))
const packed = brotliCompressSync(text, {
  params: {
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  },
})
await writeFile(target, packed)
console.log(`${text.length} bytes, ${packed.length} compressed`)
