import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeClock, Redacted } from '../../../runtime/index.ts'
import { deriveKeys } from '../../keys/index.ts'
import { openStore, type Store } from '../../store/index.ts'
import { RenderMemory } from './render-memory.ts'

const keys = deriveKeys(new Redacted(new Uint8Array(32).fill(5)))
let folder: string
let store: Store
let clock: FakeClock

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-memory-'))
  clock = new FakeClock()
  store = await openStore({
    location: { kind: 'embedded', folder },
    clock,
    keys: () => Promise.resolve(keys),
  })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

async function opened(): Promise<RenderMemory> {
  const memory = new RenderMemory(store, clock)
  await memory.load()
  return memory
}

test("a bundle's clock stands at its first rendering, over restarts, in whole seconds", async () => {
  const memory = await opened()
  const first = memory.clock('shop')
  expect(first % 1000).toBe(0)
  await memory.save()
  await clock.advance(90 * 86_400_000)
  expect((await opened()).clock('shop')).toBe(first)
  expect((await opened()).clock('other')).toBeGreaterThan(first)
})

test('another number of random bytes is noticed for each scope by itself, and the first is no change', async () => {
  const memory = await opened()
  expect(memory.noteRandom('shop', 'cluster a', 48)).toBeUndefined()
  expect(memory.noteRandom('shop', 'cluster b', 57)).toBeUndefined()
  expect(memory.noteRandom('shop', 'cluster a', 48)).toBeUndefined()
  await memory.save()
  const again = await opened()
  expect(again.noteRandom('shop', 'cluster a', 60)).toBe(48)
  expect(again.noteRandom('shop', 'cluster b', 57)).toBeUndefined()
})

test('what the dependencies of a chart led to is remembered', async () => {
  const memory = await opened()
  const resolved = [
    {
      of: '',
      name: 'redis',
      version: '1.2.3',
      repository: 'https://charts.example.com',
      digest: 'sha256:1',
      by: 'range' as const,
    },
  ]
  memory.recordDependencies('shop', resolved)
  await memory.save()
  expect((await opened()).dependencies('shop')).toEqual(resolved)
  expect((await opened()).dependencies('other')).toEqual([])
})
