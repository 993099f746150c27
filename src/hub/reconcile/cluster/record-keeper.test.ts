import { expect, test } from 'vitest'
import { recordedOf } from '../../../../test/hub/recorded-rows.ts'
import { createLog, FakeClock } from '../../../runtime/index.ts'
import type { RecordedNews } from '../../store/index.ts'
import { RecordKeeper } from './record-keeper.ts'

const at = '2026-07-20T12:00:00.000Z'

/** A store that refuses as long as it is full. */
class FullStore {
  full = true
  readonly written: RecordedNews[] = []

  async save(news: readonly RecordedNews[]): Promise<void> {
    if (this.full) throw new Error('the disk is full')
    this.written.push(...news)
  }

  async known() {
    return { versions: new Map<string, string>(), kinds: new Set<string>() }
  }
}

test('what waits for the store is held once where clusters have the same', async () => {
  const clock = new FakeClock(0)
  const store = new FullStore()
  store.full = false
  const log = createLog({ level: 'warn', stream: { write: () => {} } })
  const keeper = new RecordKeeper({ store: { recorded: store }, clock, log })
  for (const cluster of ['one', 'two', 'three']) {
    const sink = keeper.sinkOf(cluster)
    for (const one of recordedOf(cluster, at)) {
      // Each cluster's answers are read for themselves.
      if ('change' in one) sink.object(structuredClone(one.change))
    }
  }
  await clock.advance(1_000)
  const contents = store.written.flatMap((one) => ('change' in one ? (one.change.now?.content ?? []) : []))
  const kinds = recordedOf('one', at).filter((one) => 'change' in one && one.change.now !== undefined)
  expect(contents).toHaveLength(3 * kinds.length)
  expect(new Set(contents).size).toBe(kinds.length)
  await keeper.stop()
})

test('what the store refused is written once it takes it again, whole and in its order', async () => {
  const clock = new FakeClock(0)
  const store = new FullStore()
  const lines: string[] = []
  const log = createLog({ level: 'warn', stream: { write: (line: string) => void lines.push(line) } })
  const keeper = new RecordKeeper({ store: { recorded: store }, clock, log })
  const news = recordedOf('one', at)
  const sink = keeper.sinkOf('one')
  for (const one of news) {
    if ('change' in one) sink.object(one.change)
    else sink.kind(one.kind)
  }
  await clock.advance(1_000)
  expect(lines.join('\n')).toContain('the disk is full')
  expect(store.written).toEqual([])
  store.full = false
  await clock.advance(10_000)
  expect(store.written).toEqual(news)
  sink.kind({ group: '', kind: 'ResourceQuota', state: 'unknown', at })
  await keeper.stop()
  expect(store.written).toHaveLength(news.length + 1)
})
