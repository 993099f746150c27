import { type IncomingMessage, request as httpRequest } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { exampleFleet } from '../../../test/cli/example-fleet.ts'
import type { FleetInMemory } from '../../../test/cli/fleet-in-memory.ts'
import { adminToken, type ServedFleet, serveFleet } from '../../../test/cli/serve-fleet.ts'
import { createClient, eventStreamPath, type EventView } from '../../api/index.ts'
import { FakeClock } from '../../runtime/index.ts'

let fleet: FleetInMemory
let clock: FakeClock
let hub: ServedFleet
const stop = new Set<AbortController>()

beforeEach(async () => {
  fleet = exampleFleet()
  clock = new FakeClock()
  hub = await serveFleet(fleet, { clock })
})
afterEach(async () => {
  for (const one of stop) one.abort()
  await hub.close()
})

function follow(after?: number, url = hub.url) {
  const controller = new AbortController()
  stop.add(controller)
  const seen: EventView[] = []
  const states: boolean[] = []
  const client = createClient({ url, token: adminToken, fetch })
  const events = client.follow({
    signal: controller.signal,
    waitMs: () => 0,
    onConnection: (state) => states.push(state.connected),
    ...(after === undefined ? {} : { after }),
  })
  const done = (async () => {
    for await (const event of events) seen.push(event)
  })()
  const sequences = () => seen.map((event) => event.sequence)
  return { seen, states, sequences, done, stop: () => controller.abort() }
}

function happen(count: number): void {
  for (let i = 0; i < count; i++) fleet.happen({ type: 'drift', message: 'something' })
}

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 10_000, interval: 5 })

test('a listener gets what was missed and then what comes, each once and in order', async () => {
  happen(1200)
  const listener = follow(3)
  await until(() => expect(listener.seen.length).toBeGreaterThan(0))
  happen(5)
  await until(() => expect(listener.sequences().at(-1)).toBe(1205))
  expect(listener.sequences()).toEqual(Array.from({ length: 1202 }, (_, index) => index + 4))
})

test('a listener without a last event gets only what comes', async () => {
  happen(3)
  const listener = follow()
  await until(() => expect(fleet.listeners).toBe(1))
  happen(1)
  await until(() => expect(listener.sequences()).toEqual([4]))
})

test('a listener that lost its hub resumes behind the last event it saw', async () => {
  const listener = follow(0)
  happen(2)
  await until(() => expect(listener.sequences()).toEqual([1, 2]))
  const port = Number(new URL(hub.url).port)
  await hub.close()
  await until(() => expect(listener.states).toContain(false))
  happen(3)
  hub = await serveFleet(fleet, { port })
  await until(() => expect(listener.sequences()).toEqual([1, 2, 3, 4, 5]))
})

test('all listeners share one subscription, which ends with the last of them', async () => {
  const listeners = [follow(), follow(), follow()]
  await until(() => expect(listeners.every((one) => one.states.length === 1)).toBe(true))
  happen(1)
  await until(() => expect(listeners.map((one) => one.seen.length)).toEqual([1, 1, 1]))
  expect(fleet.listeners).toBe(1)
  for (const one of listeners) one.stop()
  await until(() => expect(fleet.listeners).toBe(0))
  expect(clock.pending).toBe(0)
})

/** A stream of events that nobody reads from. */
function unreadStream(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${adminToken}` }
    const request = httpRequest(hub.url + eventStreamPath, { headers }, (response) => {
      response.pause()
      resolve(response)
    })
    request.once('error', reject)
    request.end()
  })
}

test('a listener that does not read is dropped, and the others go on', async () => {
  const dead = await unreadStream()
  const listener = follow()
  await until(() => expect(listener.states).toEqual([true]))
  const message = 'x'.repeat(64 * 1024)
  const warned = () => hub.lines.join().includes('does not read')
  for (let i = 1; !warned() && i < 1000; i++) {
    fleet.happen({ type: 'drift', message })
    await until(() => expect(listener.seen.length).toBe(i))
  }
  expect(warned()).toBe(true)
  const cutOff = new Promise<unknown>((resolve) => dead.once('error', resolve))
  dead.resume()
  await expect(cutOff).resolves.toBeInstanceOf(Error)
  const before = listener.seen.length
  happen(1)
  await until(() => expect(listener.seen.length).toBe(before + 1))
})

test('row 38: the stream of a token that was taken back ends within five seconds', async () => {
  const listener = follow()
  await until(() => expect(listener.states).toEqual([true]))
  await hub.revoke(adminToken)
  await clock.advance(5_000)
  await expect(listener.done).rejects.toMatchObject({ code: 'unauthenticated' })
  await until(() => expect(fleet.listeners).toBe(0))
})

test('heartbeats come while nothing happens', async () => {
  const answer = await fetch(hub.url + eventStreamPath, {
    headers: { authorization: `Bearer ${adminToken}` },
  })
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  let text = ''
  while (!text.includes('alive')) {
    await until(() => expect(clock.pending).toBe(2))
    await clock.advance(15_000)
    const { value } = await reader.read()
    text += new TextDecoder().decode(value)
  }
  await reader.cancel()
})

test('closing the server ends open streams at once and leaves nothing running', async () => {
  const listener = follow()
  await until(() => expect(listener.states).toEqual([true]))
  await hub.close()
  expect(fleet.listeners).toBe(0)
  expect(clock.pending).toBe(0)
  listener.stop()
  await listener.done
})
