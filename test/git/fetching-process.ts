import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '../../src/git/index.ts'

/**
 * A process of its own that fetches, for tests that kill it or give it a small disk.
 * `again URL FOLDER`: makes a mirror anew, for ever. `full URL FOLDER`: fetches on a full disk and then on one with room,
 * and prints how each ended and what was left.
 */
const [mode, url = '', cacheDir = ''] = process.argv.slice(2)

async function fetchOnce(): Promise<string> {
  try {
    const repository = await openRepository({ url, cacheDir })
    await repository.fetch()
    const { commit } = await repository.resolve()
    await repository.close()
    return commit
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

if (mode === 'again') {
  for (;;) {
    await fetchOnce()
    rmSync(join(cacheDir, 'mirror.git'), { recursive: true, force: true })
  }
}

const filler = join(cacheDir, 'filler')
for (let size = 1 << 20, at = 0; size >= 1; at += 1) {
  try {
    writeFileSync(`${filler}-${at}`, Buffer.alloc(size))
  } catch {
    size = Math.floor(size / 2)
  }
}
rmSync(`${filler}-0`)
const full = await fetchOnce()
const left = readdirSync(cacheDir, { recursive: true }).filter((name) => /tmp_|\.lock$/.test(String(name)))
for (const name of readdirSync(cacheDir)) if (name.startsWith('filler')) rmSync(join(cacheDir, name))
process.stdout.write(JSON.stringify({ full, left, after: await fetchOnce() }))
