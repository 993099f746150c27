import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStore } from './store.conformance.ts'

const folders: string[] = []

describeStore('SQLite', {
  start: () => Promise.resolve(),
  async fresh() {
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-store-'))
    folders.push(folder)
    return { kind: 'embedded', folder }
  },
  async stop() {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  },
})
