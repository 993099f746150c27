import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bookmark, clientOf, configMaps, Recorder, revisionOf } from '../../../test/faults/scripted-client.ts'
import { ScriptedServer } from '../../../test/faults/scripted-server.ts'
import { event, ScriptedWatches } from '../../../test/faults/scripted-watches.ts'
import { startTcpProxy, type TcpProxy } from '../../../test/faults/tcp-proxy.ts'
import { waitFor } from '../../../test/faults/wait-for.ts'
import { FakeClock } from '../../runtime/index.ts'
import { type ClusterClient, type Watch, watchObjects, type WatchOptions } from '../index.ts'

let server: ScriptedServer
let proxy: TcpProxy
let clock: FakeClock
let client: ClusterClient
let watches: ScriptedWatches
let heard: Recorder
const running: Watch[] = []

beforeEach(async () => {
  await serve({})
  heard = new Recorder()
})

afterEach(stopAll)

async function serve(options: { maxStreams?: number; http1?: boolean }, user?: object): Promise<void> {
  server = await ScriptedServer.start(options)
  proxy = await startTcpProxy(server)
  clock = new FakeClock()
  client = await clientOf(server.kubeconfig(user, { server: `https://127.0.0.1:${proxy.port}` }), { clock })
  watches = new ScriptedWatches(server)
  watches.lists = (_request, answer) => answer.json(revisionOf(1_000))
}

async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((watch) => watch.stop()))
  await client.close()
  await proxy.stop()
  await server.stop()
}

// The same jitter each time: first waits of 250 ms, and streams of seven and a half minutes.
function start(options: WatchOptions = {}, handler: Recorder = heard): Watch {
  const watch = watchObjects(client, configMaps, { random: () => 0.5, ...options }, handler)
  running.push(watch)
  return watch
}

/**
 * Moves the clock in steps until the condition holds: for waits whose start cannot be seen. The steps are small,
 * so that what really takes time (a handshake) does not run into its deadline.
 */
async function untilInTime(condition: () => boolean): Promise<void> {
  await waitFor(async () => {
    if (condition()) return true
    await clock.advance(50)
    return false
  })
}

const live = async (revision = 9): Promise<void> => {
  await watches.nextWithList(0, { a: 3 }, revision)
  await waitFor(() => heard.state === 'live')
}

test('a stream that ends after its agreed time is resumed from where it stood, and stays live', async () => {
  start()
  await live()
  const [first] = watches.opened
  first?.answer.line(bookmark(20))
  await waitFor(() => heard.progress.includes('20'))
  for (let minute = 0; minute < 8; minute += 1) {
    first?.answer.line(bookmark(21 + minute))
    await waitFor(() => heard.progress.includes(String(21 + minute)))
    await clock.advance(60_000)
  }
  first?.answer.end()
  const second = await watches.next(1)
  expect(second.request.query.get('resourceVersion')).toBe('28')
  second.answer.line(event('MODIFIED', 'a', 30))
  await waitFor(() => heard.progress.includes('30'))
  expect(heard.passed).toEqual(['listing', 'live'])
  expect(server.requests.filter((request) => !request.isWatch)).toEqual([])
})

test('one that ends early is resumed after the revision was compared with that of the server', async () => {
  start()
  await live()
  watches.opened[0]?.answer.end()
  await untilInTime(() => watches.opened.length === 2)
  const second = await watches.next(1)
  expect(second.request.query.get('resourceVersion')).toBe('9')
  await waitFor(() => heard.state === 'live')
  expect(heard.passed).toEqual(['listing', 'live', 'disconnected', 'live'])
  const probes = server.requests.filter((request) => !request.isWatch)
  expect(probes.map((request) => request.query.get('limit'))).toEqual(['1'])
})

describe('incident 17: silence', () => {
  test('of a stream on a connection that lives drops the stream only', async () => {
    start({ idleMs: 75_000 })
    const other = new Recorder()
    await live()
    start({ idleMs: 600_000, labelSelector: 'x=y' }, other)
    await watches.nextWithList(1, {}, 9)
    await waitFor(() => other.state === 'live')
    await clock.advance(74_000)
    // Bytes for one stream show that the connection lives, and nothing about the other stream.
    watches.opened[1]?.answer.line(bookmark(10))
    await waitFor(() => other.progress.includes('10'))
    expect(heard.state).toBe('live')
    await clock.advance(1_000)
    await waitFor(() => heard.state === 'disconnected')
    expect(heard.states.at(-1)?.failure?.code).toBe('timeout')
    await untilInTime(() => watches.opened.length === 3)
    await watches.next(2)
    await waitFor(() => heard.state === 'live')
    expect(other.passed).toEqual(['listing', 'live'])
  })

  test('of a whole connection, half-open, moves all its watches to another one', async () => {
    start({ idleMs: 75_000 })
    const other = new Recorder()
    await live()
    start({ idleMs: 75_000, labelSelector: 'x=y' }, other)
    await watches.nextWithList(1, {}, 9)
    await waitFor(() => other.state === 'live')
    expect(proxy.accepted).toBe(1)
    proxy.freezeOpen()
    watches.opened[0]?.answer.line(event('DELETED', 'a', 12))
    await clock.advance(76_000)
    await waitFor(() => [heard, other].every((one) => one.passed.includes('disconnected')))
    expect(heard.told).toEqual(['ADDED a@3'])
    await untilInTime(() => watches.opened.length === 4)
    for (const index of [2, 3]) await watches.next(index)
    await waitFor(() => heard.state === 'live' && other.state === 'live')
    for (const { request, answer } of watches.opened.slice(2)) {
      if (!request.query.has('labelSelector')) answer.line(event('DELETED', 'a', 12))
    }
    await waitFor(() => heard.events.length === 2)
    expect(heard.told).toEqual(['ADDED a@3', 'DELETED a@12'])
  })

  test('from the start, before any answer, does not last either', async () => {
    start({ idleMs: 75_000 })
    await waitFor(() => watches.opened.length === 1)
    await clock.advance(76_000)
    await waitFor(() => heard.passed.includes('disconnected'))
    await untilInTime(() => watches.opened.length === 2)
  })
})

test('a server that goes away and comes back is found again, and tells what was missed', async () => {
  start()
  await live()
  await proxy.refuse()
  await waitFor(() => heard.state === 'disconnected')
  const since = heard.states.at(-1)?.since
  await untilInTime(() => (heard.states.at(-1)?.failure?.message ?? '').includes('ECONNREFUSED'))
  // The age of what is known counts from the loss, not from the last attempt.
  expect(heard.states.at(-1)).toMatchObject({ kind: 'disconnected', since, epoch: 0 })
  await proxy.accept()
  await untilInTime(() => watches.opened.length === 2)
  const second = await watches.next(1)
  second.answer.line(event('DELETED', 'a', 12))
  await waitFor(() => heard.events.length === 2)
  expect(heard.told).toEqual(['ADDED a@3', 'DELETED a@12'])
})

describe('a refusal', () => {
  const refuseWith = (code: number, reason: string): void => {
    watches.refuse = (_request, answer) => {
      answer.status(code, reason, 'because')
      return true
    }
    watches.lists = (_request, answer) => answer.status(code, reason, 'because')
  }

  test.each([
    [403, 'Forbidden', 'denied', 'forbidden'],
    [401, 'Unauthorized', 'denied', 'unauthorized'],
    [500, 'InternalError', 'disconnected', 'server-error'],
    [503, 'ServiceUnavailable', 'disconnected', 'server-error'],
  ])('with %i %s shows as %s, and ends when the server is content', async (code, reason, kind, failure) => {
    refuseWith(code, reason)
    start()
    await waitFor(() => heard.state === kind)
    expect(heard.states.at(-1)?.failure?.code).toBe(failure)
    watches.refuse = () => false
    await untilInTime(() => watches.opened.length === 1)
    await live()
    expect(heard.told).toEqual(['ADDED a@3'])
  })

  test('because the kind is gone says nothing about its objects', async () => {
    start()
    await live()
    watches.refuse = (_request, answer) => {
      answer.text('404 page not found', 404)
      return true
    }
    watches.lists = (_request, answer) => answer.text('404 page not found', 404)
    watches.opened[0]?.answer.end()
    await untilInTime(() => heard.state === 'gone-kind')
    expect(heard.told).toEqual(['ADDED a@3'])
  })

  test('incident 37: with 429 is respected for as long as the server asks', async () => {
    watches.refuse = (_request, answer) => {
      answer.status(429, 'TooManyRequests', 'later', {}, { 'retry-after': '120' })
      return true
    }
    start()
    await waitFor(() => heard.state === 'disconnected' && clock.pending === 1)
    const asked = server.requests.length
    await clock.advance(119_000)
    expect(server.requests).toHaveLength(asked)
    watches.refuse = () => false
    await clock.advance(1_000)
    await live()
  })
})

describe('incident 38: a credential that ends', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-token-'))
    await stopAll()
    await writeFile(join(folder, 'token'), 'first\n')
    await serve({}, { tokenFile: join(folder, 'token') })
    watches.refuse = ({ headers }, answer) => {
      if (headers.authorization === `Bearer ${good}`) return false
      answer.status(401, 'Unauthorized', 'Unauthorized')
      return true
    }
    watches.lists = ({ headers }, answer) => {
      if (headers.authorization === `Bearer ${good}`) answer.json(revisionOf(1_000))
      else answer.status(401, 'Unauthorized', 'Unauthorized')
    }
  })
  afterEach(() => rm(folder, { recursive: true }))
  let good = 'first'

  test('is read again at the first 401, without a restart and unnoticed', async () => {
    good = 'first'
    start()
    await live()
    good = 'second'
    await writeFile(join(folder, 'token'), 'second\n')
    await clock.advance(5_000)
    watches.opened[0]?.answer.end()
    await untilInTime(() => watches.opened.length === 2)
    await watches.next(1)
    await waitFor(() => heard.state === 'live')
    expect(heard.passed).not.toContain('denied')
  })

  test('and is not replaced shows as denied, deletes nothing, and heals when it is', async () => {
    good = 'first'
    start()
    await live()
    good = 'third'
    watches.opened[0]?.answer.end()
    await untilInTime(() => heard.state === 'denied')
    expect(heard.told).toEqual(['ADDED a@3'])
    await writeFile(join(folder, 'token'), 'third\n')
    await untilInTime(() => watches.opened.length === 2)
    await watches.next(1)
    await waitFor(() => heard.state === 'live')
  })
})

describe('many watches', () => {
  async function startMany(count: number): Promise<Recorder[]> {
    watches.refuse = (_request, answer) => {
      answer.open()
      answer.line(bookmark(9, true))
      return true
    }
    const handlers = Array.from({ length: count }, () => new Recorder())
    for (const [index, handler] of handlers.entries()) start({ labelSelector: `w=${index}` }, handler)
    await waitFor(() => handlers.every((handler) => handler.state === 'live'))
    return handlers
  }

  test('are spread over connections, and writes pass beside them', async () => {
    await startMany(200)
    expect(client.exchange.transport.watchConnections).toBe(3)
    watches.lists = (_request, answer) => answer.json({ major: '1', minor: '36', gitVersion: 'v1.36.3' })
    expect((await client.version()).gitVersion).toBe('v1.36.3')
    expect(server.connections).toBe(4)
    await Promise.all(running.splice(0).map((watch) => watch.stop()))
    expect(client.exchange.transport.watchConnections).toBe(0)
  })

  test('find their streams on a server that grants few', async () => {
    await stopAll()
    await serve({ maxStreams: 10 })
    const handlers = await startMany(35)
    expect(handlers.every((handler) => handler.passed.join() === 'listing,live')).toBe(true)
    expect(client.exchange.transport.watchConnections).toBeGreaterThanOrEqual(4)
  })

  test('take a connection each from a server that speaks only HTTP/1.1', async () => {
    await stopAll()
    await serve({ http1: true })
    await startMany(5)
    expect(client.exchange.transport.watchConnections).toBe(5)
    expect(proxy.open).toBe(5)
  })
})

test('incident 19: asked whether it is current, a watch that hears nothing notices that revisions went back', async () => {
  const watch = start()
  expect(await watch.isCurrent()).toBe(false)
  const first = await watches.nextWithList(0, { a: 30, b: 40 }, 90)
  await waitFor(() => heard.state === 'live')
  watches.lists = (_request, answer) => answer.json(revisionOf(120))
  expect(await watch.isCurrent()).toBe(true)
  watches.lists = (_request, answer) => answer.json(revisionOf(60))
  expect(await watch.isCurrent()).toBe(false)
  await first.answer.closed
  await watches.nextWithList(1, { a: 30 }, 60)
  await waitFor(() => heard.synced.length === 2)
  expect(heard.told.slice(2)).toEqual(['MODIFIED a@30', 'DELETED b@60 by relist'])
  expect(await watch.isCurrent()).toBe(true)
})
