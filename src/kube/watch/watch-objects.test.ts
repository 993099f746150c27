import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  bookmark,
  clientOf,
  configMap,
  configMapList,
  configMaps,
  Recorder,
  revisionOf,
} from '../../../test/faults/scripted-client.ts'
import { ScriptedServer } from '../../../test/faults/scripted-server.ts'
import { errorEvent, event, ScriptedWatches } from '../../../test/faults/scripted-watches.ts'
import { waitFor } from '../../../test/faults/wait-for.ts'
import { type ClusterClient, type Watch, watchObjects, type WatchOptions } from '../index.ts'

let server: ScriptedServer
let client: ClusterClient
let watches: ScriptedWatches
let heard: Recorder
const running: Watch[] = []

beforeEach(async () => {
  server = await ScriptedServer.start()
  client = await clientOf(server.kubeconfig())
  watches = new ScriptedWatches(server)
  heard = new Recorder()
})

afterEach(async () => {
  await Promise.all(running.splice(0).map((watch) => watch.stop()))
  await client.close()
  await server.stop()
})

// Little jitter: waits are a few milliseconds.
function start(options: WatchOptions = {}, handler: Recorder = heard): Watch {
  const watch = watchObjects(client, configMaps, { random: () => 0.01, ...options }, handler)
  running.push(watch)
  return watch
}

describe('the initial list', () => {
  test('streams where the server can, and is complete only with its bookmark', async () => {
    start({ namespace: 'shop', labelSelector: 'app=web', fieldSelector: 'metadata.name!=x' })
    const { request, answer } = await watches.next(0)
    expect(request.path).toBe('/api/v1/namespaces/shop/configmaps')
    expect(Object.fromEntries(request.query)).toMatchObject({
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      labelSelector: 'app=web',
      fieldSelector: 'metadata.name!=x',
    })
    answer.line(event('ADDED', 'b', 7))
    answer.line(event('ADDED', 'a', 3))
    await waitFor(() => heard.events.length === 2)
    expect(heard.passed).toEqual(['listing'])
    expect(heard.synced).toEqual([])
    answer.line(bookmark(9, true))
    await waitFor(() => heard.state === 'live')
    expect(heard.told).toEqual(['ADDED b@7', 'ADDED a@3'])
    expect(heard.synced).toEqual(['9'])
    expect(heard.isPresent('shop', 'a')).toBe(true)
    expect(heard.isPresent('shop', 'c')).toBe(false)
  })

  test('comes in pages where streaming is refused, and the next watch knows that', async () => {
    watches.refuse = ({ query }, answer) => {
      if (!query.has('sendInitialEvents')) return false
      answer.status(422, 'Invalid', 'sendInitialEvents: Forbidden: disabled by the WatchList feature gate')
      return true
    }
    watches.lists = ({ query }, answer) => {
      const first = query.get('continue') === null
      answer.json(configMapList(9, [configMap(first ? 'a' : 'b', first ? 3 : 4)], first ? 'more' : undefined))
    }
    start()
    const { request } = await watches.next(0)
    expect(request.query.get('resourceVersion')).toBe('9')
    await waitFor(() => heard.state === 'live')
    expect(heard.told).toEqual(['ADDED a@3', 'ADDED b@4'])
    expect(heard.synced).toEqual(['9'])

    const before = server.requests.length
    const second = new Recorder()
    start({ namespace: 'shop' }, second)
    await waitFor(() => second.synced.length === 1)
    expect(server.requests[before]?.isWatch).toBe(false)
  })

  test('a bad selector is not taken for a server without streaming', async () => {
    watches.refuse = (_request, answer) => {
      answer.status(400, 'BadRequest', 'unable to parse requirement')
      return true
    }
    watches.lists = (_request, answer) => answer.status(400, 'BadRequest', 'unable to parse requirement')
    const bad = start({ labelSelector: '!!' })
    const state = await waitFor(() => heard.states.find((one) => one.kind === 'disconnected'))
    expect(state.failure?.code).toBe('invalid')
    await bad.stop()
    watches.refuse = () => false
    const second = new Recorder()
    start({ labelSelector: 'good' }, second)
    const { answer } = await waitFor(() =>
      watches.opened.find(({ request }) => request.query.get('labelSelector') === 'good'),
    )
    answer.open()
    answer.line(bookmark(2, true))
    await waitFor(() => second.state === 'live')
  })

  test('one that is cut off deletes nothing and completes nothing', async () => {
    start()
    const first = await watches.nextWithList(0, { a: 3, b: 4 }, 9)
    await waitFor(() => heard.state === 'live')
    watches.lists = (_request, answer) => answer.json(revisionOf(9))
    first.answer.line(errorEvent(410, 'Expired', 'too old resource version'))
    const second = await watches.next(1)
    second.answer.line(event('ADDED', 'a', 3))
    second.answer.reset()
    const third = await watches.next(2)
    expect(third.request.query.get('sendInitialEvents')).toBe('true')
    expect(heard.told).toEqual(['ADDED a@3', 'ADDED b@4'])
    expect(heard.synced).toEqual(['9'])
    for (const name of ['a', 'b']) third.answer.line(event('ADDED', name, name === 'a' ? 3 : 4))
    third.answer.line(bookmark(12, true))
    await waitFor(() => heard.synced.length === 2)
    expect(heard.told).toEqual(['ADDED a@3', 'ADDED b@4'])
  })

  test('a deletion within it counts, and the object is not told as missing later', async () => {
    start()
    const { answer } = await watches.next(0)
    answer.line(event('ADDED', 'a', 3))
    answer.line(event('DELETED', 'a', 10))
    answer.line(bookmark(11, true))
    await waitFor(() => heard.state === 'live')
    expect(heard.told).toEqual(['ADDED a@3', 'DELETED a@10'])
  })

  test('is left out when the caller knows a revision', async () => {
    watches.lists = (_request, answer) => answer.json(revisionOf(60))
    start({ from: '50' })
    const { request, answer } = await watches.next(0)
    expect(request.query.get('resourceVersion')).toBe('50')
    answer.line(event('DELETED', 'a', 51))
    await waitFor(() => heard.events.length === 1)
    expect(heard.told).toEqual(['DELETED a@51'])
    expect(heard.passed).toEqual(['live'])
  })

  test('of metadata only gives every object its own kind', async () => {
    start({ metadataOnly: true })
    const { request, answer } = await watches.next(0)
    expect(request.headers.accept).toContain('as=PartialObjectMetadata;g=meta.k8s.io;v=v1')
    const { metadata } = configMap('a', 3) as { metadata: object }
    answer.line({
      type: 'ADDED',
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
    })
    const [told] = await waitFor(() => (heard.events.length > 0 ? heard.events : undefined))
    expect(told?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' } })
  })
})

describe('events', () => {
  test('tell what happened, and progress follows them', async () => {
    start()
    const { answer } = await watches.nextWithList(0, { a: 3, b: 4 }, 9)
    answer.line(event('MODIFIED', 'a', 10, { key: 'ü'.repeat(40_000) }))
    answer.line(event('DELETED', 'b', 11))
    answer.line(event('ADDED', 'c', 12))
    answer.line(bookmark(20))
    await waitFor(() => heard.progress.includes('20'))
    expect(heard.told.slice(2)).toEqual(['MODIFIED a@10', 'DELETED b@11', 'ADDED c@12'])
    expect(heard.events[2]?.bytes).toBeGreaterThan(80_000)
    expect(heard.events[3]?.object?.metadata.uid).toBe('uid-b')
    expect(heard.progress.slice(-4)).toEqual(['10', '11', '12', '20'])
  })

  test('that the caller holds already are not told, whatever an annotation pretends', async () => {
    const asked: string[] = []
    const handler = Object.assign(heard, {
      isKnown: (namespace: string, name: string, revision: string) => {
        asked.push(`${namespace}/${name}@${revision}`)
        return revision === '3'
      },
    })
    start({}, handler)
    const { answer } = await watches.nextWithList(0, { a: 3, b: 4 }, 9)
    const sly = configMap('a', 10) as { metadata: object }
    const metadata = { annotations: { resourceVersion: '3', note: '"resourceVersion":"3"' }, ...sly.metadata }
    answer.line({ type: 'MODIFIED', object: { ...sly, metadata } })
    await waitFor(() => heard.progress.includes('10'))
    expect(heard.told).toEqual(['ADDED b@4', 'MODIFIED a@10'])
    expect(asked).toContain('shop/a@3')
    expect(heard.isPresent('shop', 'a')).toBe(true)
  })

  test('incident 22: repeated ones are harmless', async () => {
    start()
    const { answer } = await watches.nextWithList(0, { a: 3, b: 4 }, 9)
    answer.line(event('MODIFIED', 'a', 10))
    answer.line(event('MODIFIED', 'a', 10))
    answer.line(event('DELETED', 'b', 11))
    answer.line(event('DELETED', 'b', 11))
    answer.line(bookmark(12))
    await waitFor(() => heard.progress.includes('12'))
    expect(heard.told.slice(2)).toEqual(['MODIFIED a@10', 'DELETED b@11'])
    expect(watches.opened).toHaveLength(1)
  })

  test('of several objects at one revision are all told, as when a lease ends', async () => {
    start()
    const { answer } = await watches.nextWithList(0, { a: 3, b: 4 }, 9)
    answer.line(event('DELETED', 'a', 10))
    answer.line(event('DELETED', 'b', 10))
    await waitFor(() => heard.events.length === 4)
    expect(heard.told.slice(2)).toEqual(['DELETED a@10', 'DELETED b@10'])
  })

  test('incident 22: one that comes after its time makes everything listed again', async () => {
    start()
    const first = await watches.nextWithList(0, { a: 3 }, 9)
    first.answer.line(event('DELETED', 'a', 11))
    first.answer.line(event('MODIFIED', 'a', 10))
    await watches.nextWithList(1, { b: 12 }, 13)
    await waitFor(() => heard.synced.length === 2)
    expect(heard.told).toEqual(['ADDED a@3', 'DELETED a@11', 'ADDED b@12'])
    expect(heard.states.map((state) => state.epoch)).not.toContain(1)
  })

  test('incident 22: one that was dropped is found by the periodic list, deletions too', async () => {
    start({ relistMs: 0 })
    const first = await watches.nextWithList(0, { a: 3, b: 4, c: 5 }, 9)
    await waitFor(() => heard.state === 'live')
    watches.lists = (_request, answer) => answer.json(revisionOf(14))
    first.answer.end()
    await watches.nextWithList(1, { a: 3, b: 12 }, 15)
    await waitFor(() => heard.synced.length === 2)
    expect(heard.told.slice(3)).toEqual(['MODIFIED b@12', 'DELETED c@15 by relist'])
  })

  test.each([
    ['is not JSON', '<html>\n'],
    ['has no object', '{"type":"ADDED"}\n'],
    ['is of an unknown type', '{"type":"RENAMED","object":{"metadata":{"name":"a"}}}\n'],
  ])('a line that %s makes everything listed again', async (_what, line) => {
    start()
    const first = await watches.nextWithList(0, { a: 3 }, 9)
    await waitFor(() => heard.state === 'live')
    first.answer.raw(line)
    const second = await watches.next(1)
    expect(second.request.query.get('sendInitialEvents')).toBe('true')
    expect(heard.states.map((state) => state.failure?.code)).toContain('bad-answer')
  })

  test('a line that is cut off is dropped and asked for again', async () => {
    start()
    const first = await watches.nextWithList(0, { a: 3 }, 9)
    await waitFor(() => heard.state === 'live')
    watches.lists = (_request, answer) => answer.json(revisionOf(10))
    first.answer.raw(JSON.stringify(event('DELETED', 'a', 10)).slice(0, -1))
    first.answer.end()
    const second = await watches.next(1)
    expect(second.request.query.get('resourceVersion')).toBe('9')
    expect(heard.told).toEqual(['ADDED a@3'])
    second.answer.line(event('DELETED', 'a', 10))
    await waitFor(() => heard.events.length === 2)
  })
})

describe('a revision that cannot be resumed from', () => {
  const relisted = async (): Promise<void> => {
    await watches.nextWithList(1, { a: 3, b: 12 }, 15)
    await waitFor(() => heard.synced.length === 2)
    expect(heard.told).toEqual([
      'ADDED a@3',
      'ADDED b@4',
      'ADDED c@5',
      'MODIFIED b@12',
      'DELETED c@15 by relist',
    ])
    expect(heard.states.at(-1)).toMatchObject({ kind: 'live', epoch: 0 })
  }

  test('incident 18: 410 as an event: what changed in the gap is told, each deletion once', async () => {
    start()
    const first = await watches.nextWithList(0, { a: 3, b: 4, c: 5 }, 9)
    first.answer.line(errorEvent(410, 'Expired', 'too old resource version: 9 (12)'))
    first.answer.line(event('DELETED', 'c', 13))
    await relisted()
    expect(heard.passed).toEqual(['listing', 'live', 'listing', 'listing', 'live'])
  })

  test('incident 18: 410 in place of a stream: the same', async () => {
    start()
    const first = await watches.nextWithList(0, { a: 3, b: 4, c: 5 }, 9)
    await waitFor(() => heard.state === 'live')
    watches.lists = (_request, answer) => answer.json(revisionOf(14))
    watches.refuse = ({ query }, answer) => {
      if (query.get('resourceVersion') === null) return false
      answer.status(410, 'Expired', 'too old resource version')
      return true
    }
    first.answer.end()
    await relisted()
  })

  test('incident 21: one that the server has not reached is given up at once', async () => {
    start()
    const first = await watches.nextWithList(0, { a: 3, b: 4, c: 5 }, 9)
    await waitFor(() => heard.state === 'live')
    watches.lists = (_request, answer) => answer.json(revisionOf(14))
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]
    watches.refuse = ({ query }, answer) => {
      if (query.get('resourceVersion') === null) return false
      answer.status(504, 'Timeout', 'Timeout: Too large resource version: 9, current: 4', { causes })
      return true
    }
    first.answer.end()
    await relisted()
  })

  test('incident 19: revisions that went back begin an epoch, and everything is told anew', async () => {
    start()
    const first = await watches.nextWithList(0, { a: 30, b: 40, c: 50 }, 90)
    await waitFor(() => heard.state === 'live')
    // The etcd behind it was restored: its revisions stand lower, and `a` has another state under an old number.
    watches.lists = (_request, answer) => answer.json(revisionOf(60))
    first.answer.end()
    await watches.nextWithList(1, { a: 30, b: 55 }, 60)
    await waitFor(() => heard.synced.length === 2)
    expect(heard.told.slice(3)).toEqual(['MODIFIED a@30', 'MODIFIED b@55', 'DELETED c@60 by relist'])
    expect(heard.states.at(-1)).toMatchObject({ kind: 'live', epoch: 1 })
    expect(heard.synced).toEqual(['90', '60'])
  })

  test('incident 19: a bookmark that went back begins one too, and the caller is not asked what it knows', async () => {
    const handler = Object.assign(heard, { isKnown: () => true })
    start({}, handler)
    const first = await watches.nextWithList(0, { a: 30, b: 40 }, 90)
    await waitFor(() => heard.state === 'live')
    first.answer.line(bookmark(60))
    // The first list shows that revisions went back; what it skipped as known is listed again.
    await watches.nextWithList(1, { a: 30 }, 61)
    await watches.nextWithList(2, { a: 30 }, 61)
    await waitFor(() => heard.synced.length === 2)
    expect(heard.told).toEqual(['MODIFIED a@30', 'DELETED b@61 by relist'])
    expect(heard.states.at(-1)).toMatchObject({ kind: 'live', epoch: 1 })
  })
})

test('a 200 that is a login page is no list and no stream', async () => {
  watches.refuse = (_request, answer) => {
    answer.text('<html>\nlog in\n</html>\n', 200, 'text/html')
    return true
  }
  watches.lists = (_request, answer) => answer.text('<html>', 200, 'text/html')
  start()
  const state = await waitFor(() => heard.states.find((one) => one.kind === 'disconnected'))
  expect(state.failure?.code).toBe('bad-answer')
  expect([heard.events, heard.synced]).toEqual([[], []])
})

test('a watch that is stopped tells nothing more, and leaves no connection', async () => {
  const watch = start()
  const { answer } = await watches.nextWithList(0, { a: 3 }, 9)
  await waitFor(() => heard.state === 'live')
  const stopping = watch.stop()
  answer.line(event('MODIFIED', 'a', 10))
  await stopping
  await answer.closed
  expect(heard.told).toEqual(['ADDED a@3'])
  expect(client.exchange.transport.watchConnections).toBe(0)
  await watch.stop()
})

test('a watch that is stopped while it lists or waits ends at once', async () => {
  watches.refuse = (_request, answer) => {
    answer.status(429, 'TooManyRequests', 'later', {}, { 'retry-after': '3600' })
    return true
  }
  const watch = start()
  await waitFor(() => heard.state === 'disconnected')
  await watch.stop()
  expect(heard.states.at(-1)?.failure?.retryAfterMs).toBe(3_600_000)
})
