import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildModule, ensureModule } from '../../tools/apimachinery/module.ts'

test('the same sources give the same bytes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-apimachinery-'))
  try {
    const again = join(folder, 'apimachinery.wasm')
    await buildModule(again)
    const [first, second] = await Promise.all([readFile(await ensureModule()), readFile(again)])
    expect(first.equals(second)).toBe(true)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
