import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../runtime/index.ts'
import { openStore, type Store } from './index.ts'
import { testKeys } from './store.conformance.ts'

const many = 1_000

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-many-'))
  store = await openStore({
    location: { kind: 'embedded', folder },
    clock: systemClock,
    keys: () => Promise.resolve(testKeys),
  })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

/** Many writes at once; tells how many of them are not done. */
function write(): { left: () => number; all: Promise<unknown> } {
  let left = many
  const each = Array.from({ length: many }, async (_, at) => {
    await store.clusters.takeEpoch(`c${at}`, 1)
    left -= 1
  })
  return { left: () => left, all: Promise.all(each) }
}

test('what is read waits for none of the writes that were asked for before', async () => {
  await store.clusters.takeEpoch('known', 1)
  const writes = write()
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  await store.clusters.all()
  expect(writes.left()).toBeGreaterThan(many / 2)
  await writes.all
})

test('while many writes wait for their commits, other events are heard', async () => {
  const writes = write()
  let heard = 0
  const hear = (): void => {
    if (writes.left() === 0) return
    heard += 1
    setImmediate(hear)
  }
  setImmediate(hear)
  await writes.all
  expect(heard).toBeGreaterThanOrEqual(10)
})
