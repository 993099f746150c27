import { expect, test } from 'vitest'
import { FakeClock } from './fake-clock.ts'
import { Turns, watchThread } from './turns.ts'

function stage(most: number) {
  const clock = new FakeClock()
  const state = { busy: true, asked: [] as number[] }
  const start = clock.now()
  const isBusy = (): boolean => {
    state.asked.push(clock.now() - start)
    return state.busy
  }
  const turns = new Turns({ clock, most, isBusy })
  const ends = new Map<string, () => void>()
  const begun: string[] = []
  const ask = (name: string) =>
    turns.ask((end) => {
      begun.push(name)
      ends.set(name, end)
    })
  return { clock, state, turns, ends, begun, ask }
}

test('turns begin in the order in which they were asked for, each when one before it has ended', async () => {
  const { clock, turns, ends, begun, ask } = stage(2)
  for (const name of ['a', 'b', 'c', 'd']) ask(name)
  expect(begun).toEqual([])
  await clock.advance(0)
  expect(begun).toEqual(['a', 'b'])
  expect(turns.counts).toEqual({ running: 2, waiting: 2 })

  await clock.advance(60_000)
  expect(begun).toEqual(['a', 'b'])
  ends.get('b')?.()
  ends.get('b')?.()
  await clock.advance(0)
  expect(begun).toEqual(['a', 'b', 'c'])
  ends.get('a')?.()
  ends.get('c')?.()
  await clock.advance(0)
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  ends.get('d')?.()
  expect(turns.counts).toEqual({ running: 0, waiting: 0 })
  expect(clock.pending).toBe(0)
})

test('a turn is taken at once where one is free and nobody waits', async () => {
  const { clock, turns, ask, begun } = stage(1)
  const end = turns.take()
  expect(end).toBeDefined()
  expect(turns.take()).toBeUndefined()
  ask('a')
  end?.()
  // It is free, and it is the turn of the one who waits.
  expect(turns.take()).toBeUndefined()
  await clock.advance(0)
  expect(begun).toEqual(['a'])
})

test('while the process has time more begin each second, so that what hangs holds nobody up', async () => {
  const { clock, state, begun, ask } = stage(2)
  for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name)
  await clock.advance(5_000)
  expect(begun).toEqual(['a', 'b'])
  state.busy = false
  await clock.advance(1_000)
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  await clock.advance(1_000)
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(clock.pending).toBe(0)
})

test('whether the process has time is asked of whole seconds, however many wait', async () => {
  const { clock, state, begun, ask } = stage(1)
  for (const name of ['a', 'b', 'c']) ask(name)
  await clock.advance(500)
  ask('d')
  await clock.advance(2_000)
  expect(state.asked).toEqual([0, 1_000, 2_000])
  expect(begun).toEqual(['a'])
})

test('a question that was taken back never begins, and leaves no timer', async () => {
  const { clock, turns, begun, ask } = stage(1)
  ask('a')
  const takeBack = ask('b')
  await clock.advance(0)
  takeBack()
  takeBack()
  await clock.advance(10_000)
  expect(begun).toEqual(['a'])
  expect(turns.counts).toEqual({ running: 1, waiting: 0 })
  expect(clock.pending).toBe(0)
})

test('a thread that waits has time, and one that works has not', async () => {
  const used = watchThread()
  await new Promise((resolve) => {
    setTimeout(resolve, 50)
  })
  const waiting = used()
  const until = performance.now() + 50
  while (performance.now() < until);
  await Promise.resolve()
  expect(used()).toBeGreaterThan(waiting)
})
