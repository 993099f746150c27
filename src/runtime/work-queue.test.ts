import { expect, test } from 'vitest'
import { FakeClock, WorkQueue } from './index.ts'

function gated(concurrency = 1) {
  const clock = new FakeClock()
  const started: string[] = []
  const failed: string[] = []
  const gates = new Map<string, (() => void)[]>()
  const queue = new WorkQueue({
    clock,
    concurrency,
    run: (key) => {
      started.push(key)
      return new Promise((resolve) => {
        gates.set(key, [...(gates.get(key) ?? []), resolve])
      })
    },
    onError: (key) => failed.push(key),
  })
  const open = async (key: string): Promise<void> => {
    gates.get(key)?.shift()?.()
    await clock.advance(0)
  }
  return { clock, started, queue, open, failed }
}

test('a key that waits is not added twice, and one that runs runs once more however often it is added', async () => {
  const { queue, started, open } = gated()
  queue.add('a')
  queue.add('b')
  queue.add('b')
  queue.add('a')
  queue.add('a')
  expect(started).toEqual(['a'])
  await open('a')
  expect(started).toEqual(['a', 'b'])
  await open('b')
  expect(started).toEqual(['a', 'b', 'a'])
  await open('a')
  await queue.idle()
  expect(started).toEqual(['a', 'b', 'a'])
})

test('no more keys run at a time than the concurrency allows', async () => {
  const { queue, started, open } = gated(2)
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key)
  expect(started).toEqual(['a', 'b'])
  await open('b')
  expect(started).toEqual(['a', 'b', 'c'])
})

test('the earliest of several delays counts, and adding without one runs at once', async () => {
  const { queue, started, clock } = gated(9)
  queue.add('a', 100)
  queue.add('a', 500)
  queue.add('b', 500)
  queue.add('b', 100)
  queue.add('c', 500)
  queue.add('c')
  expect(started).toEqual(['c'])
  await clock.advance(100)
  expect(started).toEqual(['c', 'a', 'b'])
  await clock.advance(1_000)
  expect(started).toEqual(['c', 'a', 'b'])
})

test('stop waits for what runs, forgets what waits and takes nothing more', async () => {
  const { queue, started, open, clock } = gated()
  queue.add('a')
  queue.add('b')
  queue.add('c', 100)
  let stopped = false
  const stopping = queue.stop().then(() => {
    stopped = true
  })
  queue.add('d')
  await clock.advance(1_000)
  expect(stopped).toBe(false)
  await open('a')
  await stopping
  expect(started).toEqual(['a'])
  expect(clock.pending).toBe(0)
})

test('a key whose work throws is reported and keeps nobody waiting', async () => {
  const errors: string[] = []
  const queue = new WorkQueue({
    clock: new FakeClock(),
    concurrency: 1,
    run: (key) => (key === 'bad' ? Promise.reject(new Error('broken')) : Promise.resolve()),
    onError: (key, error) => errors.push(`${key}: ${String(error)}`),
  })
  queue.add('bad')
  queue.add('good')
  await queue.idle()
  expect(errors).toEqual(['bad: Error: broken'])
})
