import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AuditRecord } from '../../core/attribution/index.ts'
import { createLog, systemClock } from '../../runtime/index.ts'
import { acceptAuditEvents, AuditFeeds, type Tail, tailAuditLog } from './index.ts'
import { LineReader } from './line-reader.ts'

const canary = 'c4nary-9f3e-s3cret'

function event(name: string, over: Record<string, unknown> = {}) {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID: `id-${name}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/shop/secrets/${name}?fieldManager=kubectl-edit`,
    verb: 'patch',
    user: { username: 'alice@corp' },
    userAgent: 'kubectl/v1.36',
    objectRef: { resource: 'secrets', namespace: 'shop', name, apiVersion: 'v1' },
    responseStatus: { code: 200 },
    requestObject: { data: { password: canary } },
    responseObject: { metadata: { name, resourceVersion: '42' }, data: { password: canary } },
    stageTimestamp: '2026-01-02T03:04:05.000000Z',
    ...over,
  }
}

function collect(cluster = 'a') {
  const feeds = new AuditFeeds()
  const records: AuditRecord[] = []
  feeds.of(cluster).subscribe((record) => records.push(record))
  return { feeds, feed: feeds.of(cluster), records, names: () => records.map((record) => record.target.name) }
}

describe('the webhook', () => {
  test('hands writes on to the engine of their cluster and no other, without their bodies', () => {
    const { feeds, records } = collect()
    const list = {
      kind: 'EventList',
      apiVersion: 'audit.k8s.io/v1',
      items: [event('one'), event('two', { verb: 'get' })],
    }
    expect(acceptAuditEvents(feeds.of('b'), list)).toEqual({ accepted: 1, ignored: 1 })
    expect(records).toEqual([])
    expect(acceptAuditEvents(feeds.of('a'), list)).toEqual({ accepted: 1, ignored: 1 })
    expect(records).toMatchObject([{ user: 'alice@corp', manager: 'kubectl-edit', resourceVersion: '42' }])
    expect(JSON.stringify(records)).not.toContain(canary)
  })

  test('row 42: what no API server sends is refused or ignored, and nothing breaks', () => {
    const { feed, records } = collect()
    const head = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1' }
    for (const body of [
      null,
      [],
      'x',
      {},
      { ...head, kind: 'List' },
      head,
      { ...head, items: null },
      { ...head, items: {} },
    ]) {
      expect(() => acceptAuditEvents(feed, body)).toThrow('audit events')
    }
    expect(() => acceptAuditEvents(feed, { ...head, items: Array(20_001).fill(null) })).toThrow(
      'at most 20000',
    )
    const items = [null, 1, 'x', [], {}, event('a', { objectRef: null }), event('b', { user: {} })]
    expect(acceptAuditEvents(feed, { ...head, items })).toEqual({ accepted: 0, ignored: items.length })
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        (junk) => acceptAuditEvents(feed, { ...head, items: junk }).accepted === 0,
      ),
    )
    expect(records).toEqual([])
  })

  test('an engine that unsubscribed gets nothing more', () => {
    const feeds = new AuditFeeds()
    const names: string[] = []
    const end = feeds.of('a').subscribe((record) => names.push(record.target.name))
    feeds.of('a').take(event('one'))
    end()
    feeds.of('a').take(event('two'))
    expect(names).toEqual(['one'])
  })
})

describe('the log', () => {
  let folder: string
  let file: string
  let tail: Tail | undefined
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evenkeel-audit-'))
    file = join(folder, 'audit.log')
  })
  afterEach(async () => {
    await tail?.stop()
    tail = undefined
    await rm(folder, { recursive: true, force: true })
  })

  const line = (name: string, over: Record<string, unknown> = {}): string =>
    `${JSON.stringify(event(name, over))}\n`

  async function follow() {
    const collected = collect()
    const log = createLog({ level: 'silent' })
    tail = tailAuditLog(file, { feed: collected.feed, clock: systemClock, log, pollMs: 20 })
    await tail.started
    const seen = (names: string[]) => vi.waitFor(() => expect(collected.names()).toEqual(names), 10_000)
    return { ...collected, seen }
  }

  test('is read from its end on, whatever pieces the lines come in', async () => {
    await writeFile(file, line('before'))
    const { seen, records } = await follow()
    await appendFile(file, line('one') + line('two').slice(0, 100))
    await seen(['one'])
    await appendFile(
      file,
      line('two').slice(100) + line('read', { verb: 'get' }) + line('three', { verb: 'delete' }),
    )
    await seen(['one', 'two', 'three'])
    expect(JSON.stringify(records)).not.toContain(canary)
  })

  test('goes on in the new file after a rotation, and loses nothing of the old one', async () => {
    await writeFile(file, '')
    const { seen } = await follow()
    await appendFile(file, line('one'))
    await rename(file, join(folder, 'audit-2026.log'))
    await appendFile(join(folder, 'audit-2026.log'), line('two'))
    await writeFile(file, line('three'))
    await seen(['one', 'two', 'three'])
    await appendFile(file, line('four'))
    await seen(['one', 'two', 'three', 'four'])
  })

  test('starts over when it was cut, and forgets the line that was cut with it', async () => {
    await writeFile(file, '')
    const { seen } = await follow()
    await appendFile(file, line('one') + line('lost').slice(0, 50))
    await seen(['one'])
    await truncate(file, 0)
    await appendFile(file, line('two'))
    await seen(['one', 'two'])
  })

  test('is read from its beginning when it comes into being later', async () => {
    const { seen } = await follow()
    await writeFile(file, line('one'))
    await seen(['one'])
  })

  test('lines that are no events are passed over', async () => {
    await writeFile(file, '')
    const { seen } = await follow()
    await appendFile(file, `not json\n\n{"verb":"patch"\n[]\nnull\n${line('one')}`)
    await seen(['one'])
  })
})

test('lines are the same whatever pieces they come in, and too long ones are left out alone', () => {
  const text = fc.array(fc.string({ maxLength: 12 }).map((part) => part.replaceAll('\n', ' ')))
  fc.assert(
    fc.property(text, fc.array(fc.nat(9)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      const seen: string[] = []
      const reader = new LineReader(10, (line) => seen.push(line.toString()))
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        reader.push(bytes.subarray(at, at + cut))
        at += cut
      }
      expect(seen).toEqual(lines.filter((line) => line !== '' && Buffer.byteLength(line) <= 10))
    }),
  )
})
