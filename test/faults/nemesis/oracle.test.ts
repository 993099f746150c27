import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { JsonMap } from '../../../src/core/object/index.ts'
import { changed, shorter } from './build-program.ts'
import { Evidence } from './evidence.ts'
import { canary, type FleetState } from './fleet-state.ts'
import { mutants } from './mutants.ts'
import { judge, judgeEnd } from './oracle.ts'
import { scheduleOf } from './schedule.ts'

const state = (...names: string[]): FleetState => ({
  bundles: { shop: Object.fromEntries(names.map((name) => [name, '1'])) },
  refused: [],
  garbled: [],
})

/** What an audit log would hold of one run, written by hand. */
class Story {
  readonly evidence = new Evidence()

  commit(revision: string, declared: FleetState): this {
    this.evidence.heads.push({ order: this.evidence.next(), revision, state: declared })
    return this
  }

  request(verb: string, resource: string, name: string, more: JsonMap = {}): this {
    const namespace = resource === 'sets' ? 'evenkeel-system' : resource === 'namespaces' ? '' : 'shop'
    this.evidence.hear('east', {
      verb,
      requestURI: '/',
      user: { username: 'evenkeel' },
      objectRef: { resource: resource === 'sets' ? 'configmaps' : resource, namespace, name },
      responseStatus: { code: 200 },
      ...more,
    })
    return this
  }

  apply(name: string, value = '1'): this {
    return this.request('patch', 'configmaps', name, {
      responseObject: { kind: 'ConfigMap', data: { value } },
    })
  }

  record(names: readonly string[], epoch = 1): this {
    const inventory = names.map((name) => `/ConfigMap/shop/${name}\tv1\tuid-${name}\n`).join('')
    const metadata = { annotations: { 'evenkeel.dev/epoch': String(epoch) } }
    return this.request('update', 'sets', 'shop', { requestObject: { metadata, data: { inventory } } })
  }

  /** Deletes, as planned from a commit. */
  delete(
    name: string,
    revision: string,
    preconditions: JsonMap = { uid: `uid-${name}`, resourceVersion: '1' },
  ): this {
    const plan = { cluster: 'east', revision, uids: [`uid-${name}`], approved: false, createdMs: 0 }
    this.evidence.plans = [...this.evidence.plans, plan]
    return this.request('delete', 'configmaps', name, { requestObject: { preconditions } })
  }

  /** `later` is how long after everything before it the hub was asked, in milliseconds. */
  tell(shown: string, revision: string, variant = 'v', later = 10_000): this {
    const asked = { order: this.evidence.next(), ms: performance.now() + later }
    const desired = { revision, variant }
    const order = this.evidence.next()
    this.evidence.told.push({
      asked,
      order,
      cluster: 'east',
      bundle: 'shop',
      state: shown,
      revision,
      desired,
    })
    return this
  }
}

const begun = (): Story =>
  new Story()
    .commit('one', state('a', 'b', 'c', 'd'))
    .record(['a', 'b', 'c', 'd'])
    .request('patch', 'namespaces', 'shop')
    .apply('a')
    .apply('b')
    .apply('c')
    .apply('d')

const stories: readonly (readonly [number, string, () => Story])[] = [
  [
    1,
    'no preconditions',
    () =>
      begun()
        .commit('two', state('b', 'c', 'd'))
        .delete('a', 'two', {}),
  ],
  [
    1,
    'declared by its plan',
    () => begun().commit('two', state('b')).commit('three', state('a')).delete('a', 'three'),
  ],
  [2, 'declared all the time', () => begun().delete('a', 'one')],
  [
    3,
    'more than the bound',
    () => ['a', 'b', 'c'].reduce((s, name) => s.delete(name, 'two'), begun().commit('two', state('d'))),
  ],
  [
    5,
    'in sync at a commit that was not applied',
    () =>
      begun()
        .commit('two', { ...state('a'), bundles: { shop: { a: '2' } } })
        .tell('in-sync', 'two'),
  ],
  [7, 'an older epoch', () => begun().record(['a'], 2).record(['a'], 1)],
  [15, 'two renderings', () => begun().tell('drifted', 'one', 'v').tell('drifted', 'one', 'w')],
  [
    20,
    'deleted before the rest was applied',
    () =>
      begun()
        .commit('two', state('b', 'c', 'd', 'e'))
        .delete('a', 'two'),
  ],
]

test.each(stories)('invariant %i is seen broken: %s', (invariant, _what, story) => {
  expect(judge(story().evidence).map((one) => one.invariant)).toContain(invariant)
})

test('a run in which all is well breaks nothing', () => {
  const story = begun()
    .tell('in-sync', 'one')
    .commit('two', state('b', 'c', 'd'))
  expect(judge(story.delete('a', 'two').tell('in-sync', 'two').evidence)).toEqual([])
})

test('what another leader wrote a moment ago is not held against the hub, what stays is', () => {
  const two = { ...state('a'), bundles: { shop: { a: '2' } } }
  const twice = (): Story => begun().commit('two', two).apply('a', '2').apply('a', '1')
  expect(judge(twice().tell('in-sync', 'two', 'v', 500).evidence)).toEqual([])
  const stays = judge(twice().tell('in-sync', 'two').evidence)
  expect(stays.map(({ invariant }) => invariant)).toEqual([5])
})

test('silence, idle writes, the canary, and deletions without a list are seen', () => {
  const { evidence } = begun()
  evidence.faults.push({
    order: evidence.next(),
    ms: performance.now() - 60_000,
    cluster: 'east',
    plan: { silent: true },
  })
  evidence.texts.set('a log', `x ${Buffer.from(`${canary} and more`).toString('base64')}`)
  evidence.restores.push({ order: evidence.next(), cluster: 'east' })
  const from = evidence.next()
  const story = new Story()
  Object.assign(story, { evidence })
  story
    .tell('in-sync', 'one')
    .apply('a')
    .commit('two', state('b', 'c', 'd'))
    .delete('a', 'two')
  evidence.steady = { from, to: evidence.next() }
  const broken = new Set(judge(evidence).map((one) => one.invariant))
  expect([...broken]).toEqual([6, 10, 12, 19])
})

test('in the end what is declared, what stands, and what is recorded are compared', () => {
  const { evidence } = begun().commit('two', state('a', 'b'))
  const object = (name: string, value: string): JsonMap => ({
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    data: { value },
  })
  const parents = [{ data: { inventory: '/ConfigMap/shop/a\tv1\tuid-a\n/ConfigMap/shop/z\tv1\tuid-z\n' } }]
  const messages = judgeEnd(evidence, 'east', [object('a', 'other'), object('x', '1')], parents)
  expect(messages.map(({ message }) => message)).toEqual([
    'east: namespaces//shop is missing',
    'east: configmaps/shop/a is other, wanted 1',
    'east: configmaps/shop/b is missing',
    'east: configmaps/shop/x is there, and not declared',
    'east: uid uid-z is recorded, and not there',
  ])
  expect(messages.map(({ invariant }) => invariant)).toEqual([4, 4, 4, 4, 4])
  evidence.kills = 2
  const broken = judgeEnd(evidence, 'east', [object('a', 'other'), object('x', '1')], parents)
  expect(new Set(broken.map(({ invariant }) => invariant))).toEqual(new Set([18, 4]))
})

test('a schedule is a function of its seed, and all that may happen happens in some of them', () => {
  expect(scheduleOf(17)).toEqual(scheduleOf(17))
  expect(scheduleOf(17)).not.toEqual(scheduleOf(23))
  const acts = Array.from({ length: 60 }, (_, seed) => scheduleOf(seed)).flat()
  const kinds = new Set(acts.map(({ act }) => act.act))
  expect([...kinds].toSorted()).toEqual([
    'back-up',
    'commit',
    'compact',
    'cut',
    'drop-watches',
    'edit',
    'faults',
    'kill',
    'kill-at-write',
    'kill-renderers',
    'look-again',
    'mend',
    'one-leader',
    'pause',
    'remove',
    'restore',
    'settle',
    'two-leaders',
  ])
})

test('every mutant, and every shorter waiting time, still fits the sources', async () => {
  for (const changes of [shorter, ...mutants.map((mutant) => [...shorter, ...mutant.changes])]) {
    for (const file of new Set(changes.map((change) => change.file))) {
      const source = await readFile(file, 'utf8')
      expect(changed(file, source, changes)).not.toBe(source)
    }
  }
})
