import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildModule, ensureModule } from '../../tools/render/module.ts'

test('the same sources give the same module, and its memory has a maximum of 1 GiB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-module-'))
  try {
    // Go's build cache is used, so that only what makes the module out of its packages is repeated.
    const again = join(folder, 'render.wasm')
    await buildModule(again)
    const [first, second] = await Promise.all([readFile(await ensureModule()), readFile(again)])
    expect(second.equals(first)).toBe(true)
    expect(first.includes(Buffer.from('808001', 'hex'))).toBe(true)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
