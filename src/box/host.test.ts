import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { BoxHost, ModuleExit } from './host.ts'

/** A host with memory, and its functions as a module would call them. */
function hosted() {
  const host = new BoxHost('render')
  const memory = { buffer: new ArrayBuffer(65_536) }
  host.attach(memory)
  const view = new DataView(memory.buffer)
  const call = (name: string, ...values: (number | bigint)[]): number => {
    const run = host.imports([name])[name] as unknown as (...all: (number | bigint)[]) => number
    return run(...values)
  }
  const bytes = (at: number, length: number) => Buffer.from(memory.buffer.slice(at, at + length))
  const write = (descriptor: number, text: string): number => {
    Buffer.from(memory.buffer).write(text, 1000)
    view.setUint32(500, 1000, true)
    view.setUint32(504, Buffer.byteLength(text), true)
    return call('fd_write', descriptor, 500, 1, 600)
  }
  return { host, view, call, bytes, write }
}

const seed = Buffer.from('seed')

test('a module sees its name as the only argument and an empty environment', () => {
  const { view, call, bytes } = hosted()
  expect(call('args_sizes_get', 0, 4)).toBe(0)
  expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([1, 7])
  expect(call('args_get', 8, 16)).toBe(0)
  expect(bytes(16, 7).toString()).toBe('render\0')
  expect(call('environ_sizes_get', 0, 4)).toBe(0)
  expect([view.getUint32(0, true), view.getUint32(4, true)]).toEqual([0, 0])
})

test('the clock stands at the time of the call, and waiting ends at once', () => {
  const { host, view, call } = hosted()
  host.begin(seed, 1_700_000_000_123)
  for (let look = 0; look < 3; look++) {
    call('clock_time_get', 0, 0n, 8)
    expect(view.getBigUint64(8, true)).toBe(1_700_000_000_123_000_000n)
    call('clock_time_get', 1, 0n, 8)
    expect(view.getBigUint64(8, true)).toBe(1_000_000_000n)
  }
  expect(call('poll_oneoff', 0, 100, 2, 200)).toBe(0)
})

test('random bytes are one stream made from the seed, counted, and begin anew with every call', () => {
  const { host, call, bytes } = hosted()
  const block = (number: number) => createHmac('sha256', seed).update(String(number)).digest()
  const stream = Buffer.concat([block(0), block(1), block(2)])
  host.begin(seed, 0)
  for (const [at, length] of [
    [0, 5],
    [5, 50],
    [55, 0],
    [55, 20],
  ] as const) {
    call('random_get', 2000 + at, length)
  }
  expect(bytes(2000, 75)).toEqual(stream.subarray(0, 75))
  expect(host.randomBytes).toBe(75)
  host.begin(seed, 0)
  expect(host.randomBytes).toBe(0)
  call('random_get', 3000, 32)
  expect(bytes(3000, 32)).toEqual(block(0))
})

test('standard error is kept up to a size, standard output is dropped, other streams do not exist', () => {
  const { host, view, write } = hosted()
  expect([write(1, 'out'), write(2, 'err '), write(3, 'x')]).toEqual([0, 0, 8])
  expect(host.stderr).toBe('err ')
  for (let line = 0; line < 5; line++) expect(write(2, 'x'.repeat(20_000))).toBe(0)
  expect(view.getUint32(600, true)).toBe(20_000)
  expect(host.stderr).toHaveLength(64 * 1024)
  host.begin(seed, 0)
  expect(host.stderr).toBe('')
})

test('everything else is not supported, and ending itself ends the call', () => {
  const { call } = hosted()
  const others = 'path_open fd_read fd_readdir sock_accept path_symlink toString __proto__ fd_seek proc_raise'
  for (const name of others.split(' ')) expect(call(name, 0, 0, 0), name).toBe(52)
  expect(call('fd_prestat_get', 3, 0)).toBe(8)
  expect(call('fd_fdstat_get', 3, 0)).toBe(8)
  expect(() => call('proc_exit', 2)).toThrow(ModuleExit)
})
