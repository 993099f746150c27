import { expect, test } from 'vitest'
import { createLog, FakeClock, Shutdown } from './index.ts'

function shutdown(deadlineMs?: number) {
  const clock = new FakeClock()
  const lines: string[] = []
  const log = createLog({ level: 'debug', stream: { write: (line: string) => void lines.push(line) } })
  return {
    clock,
    lines,
    all: new Shutdown({ clock, log, ...(deadlineMs === undefined ? {} : { deadlineMs }) }),
  }
}

test('what was started last is stopped first, and stopping twice stops once', async () => {
  const { all, clock } = shutdown()
  const stopped: string[] = []
  all.add('store', () => void stopped.push('store'))
  all.add('engine', async () => {
    await Promise.resolve()
    stopped.push('engine')
  })
  await Promise.all([all.stop(), all.stop()])
  expect(stopped).toEqual(['engine', 'store'])
  expect(clock.pending).toBe(0)
})

test('a stop that fails is logged and does not keep the others from being stopped', async () => {
  const { all, lines } = shutdown()
  const stopped: string[] = []
  all.add('store', () => void stopped.push('store'))
  all.add('engine', () => Promise.reject(new Error('stuck')))
  await all.stop()
  expect(stopped).toEqual(['store'])
  expect(lines.join()).toContain('"part":"engine","reason":"stuck"')
})

test('a stop that hangs is left behind at the deadline and named', async () => {
  const { all, lines, clock } = shutdown(1_000)
  const stopped: string[] = []
  all.add('store', () => void stopped.push('store'))
  all.add('engine', () => new Promise(() => {}))
  const stopping = all.stop()
  await clock.advance(1_000)
  await stopping
  expect(stopped).toEqual(['store'])
  expect(lines.join()).toContain('"part":"engine"')
})

test('nothing can be started while everything is being stopped', async () => {
  const { all } = shutdown()
  await all.stop()
  expect(() => all.add('late', () => {})).toThrow('late was started')
})
