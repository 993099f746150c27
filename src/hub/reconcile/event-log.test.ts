import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLog, FakeClock, Redacted } from '../../runtime/index.ts'
import { deriveKeys } from '../keys/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { EventLog } from './event-log.ts'

let folder: string
let store: Store
const clock = new FakeClock()
const lines: string[] = []
const log = createLog({ level: 'warn', stream: { write: (line: string) => void lines.push(line) } })

beforeEach(async () => {
  lines.length = 0
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-events-'))
  const keys = deriveKeys(new Redacted(new Uint8Array(32).fill(7)))
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

test('listeners hear of every event once, in the order of its sequence, whichever way it came', async () => {
  const events = new EventLog(store, clock, log)
  const heard: [number, string][] = []
  events.subscribe(({ sequence, message }) => heard.push([sequence, message]))
  const recorded = []
  for (let index = 0; index < 30; index++) {
    events.add({ type: 'a', message: `added ${index}` })
    if (index % 3 === 0) recorded.push(events.record({ type: 'b', message: `recorded ${index}` }))
  }
  await Promise.all(recorded)
  await events.stop()
  expect(heard.map(([sequence]) => sequence)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
  expect(new Set(heard.map(([, message]) => message)).size).toBe(40)
  const added = heard.map(([, message]) => message).filter((message) => message.startsWith('added'))
  expect(added).toEqual(Array.from({ length: 30 }, (_, index) => `added ${index}`))
  expect((await store.events.select({}, 100, 0)).map(({ message }) => message)).toEqual(
    heard.map(([, message]) => message),
  )
})

test('a listener that ended hears nothing more', async () => {
  const events = new EventLog(store, clock, log)
  const heard: string[] = []
  const end = events.subscribe(({ message }) => heard.push(message))
  await events.record({ type: 'a', message: 'one' })
  end()
  await events.record({ type: 'a', message: 'two' })
  expect(heard).toEqual(['one'])
})

test('what a store does not take is waited for, said once in the log, and does not keep the hub from stopping', async () => {
  const events = new EventLog(store, clock, log)
  await store.close()
  events.add({ type: 'a', message: 'one' })
  await expect(events.record({ type: 'a', message: 'two' })).rejects.toMatchObject({ code: 'store-failed' })
  await events.stop()
  expect(lines.join('')).toContain('events wait for the store')
  expect(clock.pending).toBe(0)
})
