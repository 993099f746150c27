import { expect, test } from 'vitest'
import { FakeClock } from '../../../runtime/index.ts'
import { GatheredWrites } from './gathered-writes.ts'

/** Writes of numbers in batches, gathered for a second, into a store that can be full. */
function writesOf(
  largestBatch = 3,
  nameOf?: (one: number) => string,
  isUrgent: (one: number) => boolean = () => false,
) {
  const clock = new FakeClock(0)
  const written: number[][] = []
  const told: unknown[] = []
  const store = { full: false }
  const writes = new GatheredWrites<number>({
    clock,
    gatherMs: 1_000,
    largestBatch,
    isUrgent,
    ...(nameOf === undefined ? {} : { nameOf }),
    save: async (items) => {
      if (store.full) throw new Error('the disk is full')
      written.push([...items])
    },
    onError: (error) => told.push(error),
  })
  return { clock, written, told, store, writes }
}

test('what is told within the time is written together, in batches and in its order', async () => {
  const { clock, written, writes } = writesOf()
  for (const one of [1, 2, 3, 4]) writes.add(one)
  await clock.advance(900)
  expect(written).toEqual([])
  await clock.advance(200)
  expect(written).toEqual([[1, 2, 3], [4]])
  await clock.advance(10_000)
  expect(written).toHaveLength(2)
})

test('what the store refused is told, and written before what came since', async () => {
  const { clock, written, told, store, writes } = writesOf()
  store.full = true
  writes.add(1)
  await clock.advance(1_100)
  writes.add(2)
  await clock.advance(1_100)
  expect(told.map(String)).toContain('Error: the disk is full')
  expect(written).toEqual([])
  store.full = false
  await clock.advance(10_000)
  expect(written).toEqual([[1, 2]])
})

test('what waits at the end is written once, and what comes after it is not taken', async () => {
  const { clock, written, store, writes } = writesOf()
  writes.add(1)
  await writes.stop()
  expect(written).toEqual([[1]])
  writes.add(2)
  await clock.advance(10_000)
  expect(written).toHaveLength(1)
  store.full = true
  await expect(writes.stop()).resolves.toBeUndefined()
})

test('of more than can wait the oldest are forgotten', async () => {
  const { clock, written, writes } = writesOf(50_000)
  for (let one = 1; one <= 200_001; one += 1) writes.add(one)
  await clock.advance(1_100)
  expect(written[0]?.[0]).toBe(50_001)
  expect(written.at(-1)?.at(-1)).toBe(200_001)
})

test('of what has a name the newest is written, also after the store refused an older one', async () => {
  const { clock, written, store, writes } = writesOf(50, (one) => (one % 2 === 0 ? 'even' : 'odd'))
  for (const one of [1, 2, 3]) writes.add(one)
  expect([writes.has('odd'), writes.has('other')]).toEqual([true, false])
  store.full = true
  await clock.advance(1_100)
  writes.add(5)
  store.full = false
  await clock.advance(10_000)
  expect(written).toEqual([[5, 2]])
  expect(writes.has('odd')).toBe(false)
})

test('what is urgent is written before all else that waits, and once', async () => {
  const isUrgent = (one: number): boolean => one >= 100
  const { clock, written, store, writes } = writesOf(3, (one) => String(one % 100), isUrgent)
  for (const one of [1, 2, 3, 4, 105]) writes.add(one)
  // It takes the place of what waits of its name.
  writes.add(104)
  expect([1, 4, 5, 6].map((one) => writes.has(String(one)))).toEqual([true, true, true, false])
  store.full = true
  await clock.advance(1_100)
  writes.add(106)
  store.full = false
  await clock.advance(10_000)
  expect(written).toEqual([
    [105, 104, 106],
    [1, 2, 3],
  ])
})
