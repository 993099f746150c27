import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { head, until } from '../hub/hub-under-test.ts'
import { FourClusters, type Name, names } from './four-clusters.ts'

let four: FourClusters
beforeAll(async () => {
  four = await FourClusters.create()
  await four.rig.start()
  await four.rig.fleet.commit(four.fleet(', rollout: {stages: [{name: all}]}'))
})
// What a failed test left frozen would hold every test after it.
afterEach(async () => {
  const { items } = await four.rig.client.freezes()
  for (const { id } of items) await four.rig.ek('thaw', id, '--yes')
})
afterAll(() => four.stop())

const many = (value: string, count = 300): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`one-${index}`, value] as const))

/** Waits until some, but by far not all, of the writes of a value have gone out on a cluster. */
async function underWay(app: string, value: string, name: Name = 'canary'): Promise<void> {
  await until(
    `writes of ${app} are under way`,
    () => four.writes(name, app).filter((write) => write.value === value).length,
    (count) => count > 0,
  )
}

test('a freeze stops the next write within one second, on every cluster at once, and a thaw lets it go on', async () => {
  const { rig } = four
  const all = 600
  await four.deliver('large', many('1', all))
  await rig.fleet.commit(four.values('large', many('2', all)))
  await underWay('large', '2')
  // Asked of the hub itself: a program that starts first may find everything written.
  await rig.client.freeze({ body: { reason: 'INC-4411' } })
  const answered = Date.now()
  // As long as a write takes that was on its way, and longer than any pause between writes.
  await until(
    'the server has answered what was on its way, and a second is over',
    () => Date.now(),
    (now) => now > answered + 1_500,
  )
  const counts = (): number[] =>
    names.map((name) => four.writes(name, 'large').filter(({ value }) => value === '2').length)
  const before = counts()
  expect(
    before.every((count) => count < all),
    `${before.join(', ')} of ${all} written`,
  ).toBe(true)
  for (const name of names) {
    const late = four.writes(name, 'large').filter(({ at }) => at > answered + 1_000)
    expect(late, `${name} after the freeze`).toEqual([])
  }
  // Nothing else is written either: not by a newer commit, and not by a heal that a person asks for.
  const newest = await rig.fleet.commit(four.values('large', many('3', all)))
  const run = await four.run(
    'large',
    'is frozen',
    ({ waits, revision }) => revision === newest && waits.some((one) => one.includes('INC-4411')),
  )
  expect(run.waits[0]).toMatch(/^frozen by .*: INC-4411$/)
  expect(counts()).toEqual(before)
  // Over a restart of the hub, killed, the freeze holds.
  await rig.hub.kill()
  await rig.start()
  expect((await rig.client.freezes()).items).toMatchObject([{ reason: 'INC-4411' }])
  await four.run('large', 'is frozen still', ({ waits }) => waits.some((one) => one.includes('INC-4411')))
  expect(counts()).toEqual(before)
  expect(await rig.ek('thaw', '--yes')).toMatchObject({ code: 0 })
  await four.run('large', 'is done', ({ state }) => state === 'done')
  expect(await four.live('large', 'one-599')).toEqual({ canary: '3', early: '3', new: '3', old: '3' })
})

test('a freeze for some clusters leaves the others, and ends by itself', async () => {
  const { rig } = four
  await four.deliver('partly', { one: '1' })
  const frozen = await rig.ek('freeze', '-c', 'old', '--reason', 'audit')
  expect(frozen).toMatchObject({ code: 0, stdout: expect.stringContaining('1 cluster frozen') })
  await rig.fleet.commit(four.values('partly', { one: '2' }))
  await until(
    'the others have it',
    () => four.live('partly', 'one'),
    (live) => live.canary === '2' && live.early === '2' && live.new === '2',
  )
  expect(await four.live('partly', 'one')).toMatchObject({ old: '1' })
  // Another freeze holds as long as it was given, and nobody has to end it.
  const short = await rig.client.freeze({ body: { reason: 'lunch', clusters: ['old'], forMs: 3_000 } })
  const [first] = (await rig.client.freezes()).items
  expect(await rig.ek('thaw', first?.id ?? '', '--yes')).toMatchObject({ code: 0 })
  await four.run('partly', 'is done once the freeze has ended', ({ state }) => state === 'done')
  const written = four.writes('old', 'partly').find(({ value }) => value === '2')
  expect(written?.at).toBeGreaterThanOrEqual(Date.parse(short.until ?? ''))
  expect((await rig.client.freezes()).items).toEqual([])
})

test('nothing of an aborted run is written after the abort was answered, and what was half applied goes back', async () => {
  const { rig } = four
  const rest = ', rollout: {stages: [{name: canary, count: 1}, {name: rest}]}'
  await four.deliver('bad', many('1'), rest)
  await rig.fleet.commit(four.values('bad', many('2')))
  await underWay('bad', '2')
  const run = await four.run('bad', 'is running', ({ state }) => state === 'running')
  await rig.client.controlRun({ params: { run: run.id }, body: { action: 'abort', reason: 'wrong' } })
  const answered = Date.now()
  await until(
    'the canary is back',
    async () => (await rig.client.bundle({ params: { bundle: rig.bundle('bad') } })).placed,
    (placed) =>
      placed.every(({ troubles, health }) => troubles.length === 0 && health === 'Current') &&
      four.writes('canary', 'bad').at(-1)?.value === '1',
  )
  await until(
    'every object of the canary is as before',
    async () => {
      const args = ['get', 'cm', '-n', four.namespace('bad'), '-o', 'jsonpath={.items[*].data.value}']
      return (await four.server('canary').kubectl('admin', args)).stdout.split(' ')
    },
    (values) => values.length === 300 && values.every((value) => value === '1'),
  )
  const after = four.writes('canary', 'bad').filter(({ at, value }) => at > answered && value === '2')
  expect(after).toEqual([])
  expect(await four.live('bad', 'one-0')).toEqual({ canary: '1', early: '1', new: '1', old: '1' })
})

test('a hub that is killed at any step of a run goes on with that very run and ends where it would have ended', async () => {
  const { rig } = four
  const rest =
    ', rollout: {stages: [{name: canary, count: 1, soak: 1s}, {name: two, count: 1}, {name: rest}]}'
  await four.deliver('killed', { one: '1', two: '1' }, rest)
  const revision = await rig.fleet.commit(four.values('killed', { one: '2', two: '2' }))
  let run = await four.run('killed', 'begins', (one) => one.revision === revision)
  const { id } = run
  let kills = 0
  while (run.state !== 'done') {
    await rig.hub.kill()
    kills += 1
    await rig.start()
    const { stage, counts } = run
    run = await four.run(
      'killed',
      'has moved on',
      (one) => one.state === 'done' || one.stage.number > stage.number || one.counts.done > counts.done,
    )
    expect(run.id).toBe(id)
  }
  expect(kills).toBeGreaterThanOrEqual(2)
  expect(await four.live('killed', 'one')).toEqual({ canary: '2', early: '2', new: '2', old: '2' })
  const { items } = await rig.client.runs({ query: { bundle: rig.bundle('killed') } })
  expect(items.map(({ state }) => state)).toEqual(['done', 'done'])
  // At most one batch repeats: of each object, one write for each time the hub was killed, and the one that counts.
  for (const name of names) {
    const writes = four
      .writes(name, 'killed')
      .filter(({ value, uri }) => value === '2' && uri.includes('/one?'))
    expect(writes.length).toBeLessThanOrEqual(2)
  }
  for (const name of names) {
    expect(four.writes(name, 'killed').filter(({ verb }) => verb === 'delete')).toEqual([])
  }
})

test('a paused run releases nothing more, whatever is committed, until it is resumed', async () => {
  const { rig } = four
  const rest =
    ', rollout: {stages: [{name: canary, count: 1, gates: [health, {approval: {}}]}, {name: rest}]}'
  const approved = async (revision: string) => {
    const waiting = await four.run('paused', 'waits for its approval', (one) => {
      return one.revision === revision && one.waits.some((wait) => wait.startsWith('approval'))
    })
    await rig.client.approveRun({ params: { run: waiting.id }, body: { yes: true } })
    await four.run('paused', 'is done', ({ state, id }) => state === 'done' && id === waiting.id)
  }
  await approved(await rig.fleet.commit(four.bundle('paused', { one: '1' }, rest)))
  const second = await rig.fleet.commit(four.values('paused', { one: '2' }))
  const run = await four.run('paused', 'has begun', ({ revision }) => revision === second)
  expect(await rig.ek('rollout', 'pause', run.id, '--yes')).toMatchObject({ code: 0 })
  const third = await rig.fleet.commit(four.values('paused', { one: '3' }))
  await until(
    'the hub has seen the commit',
    async () => (await rig.client.fleet()).revision,
    (revision) => revision === third,
  )
  expect(await rig.client.run({ params: { run: run.id } })).toMatchObject({
    state: 'paused',
    revision: second,
  })
  expect(await four.live('paused', 'one')).toMatchObject({ early: '1', new: '1', old: '1' })
  expect(await rig.ek('rollout', 'resume', run.id, '--yes')).toMatchObject({ code: 0 })
  await approved(third)
  expect(await four.live('paused', 'one')).toEqual({ canary: '3', early: '3', new: '3', old: '3' })
})

test('a run that changes more clusters than the fleet allows waits after as many, whoever wrote its stages', async () => {
  const { rig } = four
  const bounded = `${head}kind: Fleet\nmetadata: {name: corp}\nspec: {defaults: {blastRadius: {clusters: 3, percent: 50}}}\n`
  await rig.fleet.commit({ 'fleet/evenkeel.yaml': bounded })
  await rig.fleet.commit(four.bundle('wide', { one: '1' }, ', rollout: {stages: [{name: all}]}'))
  const waiting = await four.run('wide', 'waits', ({ waits }) =>
    waits.some((one) => one.startsWith('approval')),
  )
  expect(waiting.waits).toContain('approval: 4 clusters change, 2 may without approval')
  const bundle = rig.bundle('wide')
  await until(
    'the first two have it',
    () => four.live('wide', 'one'),
    ({ canary, early }) => canary === '1' && early === '1',
  )
  expect(await four.live('wide', 'one')).toEqual({ canary: '1', early: '1', new: '', old: '' })
  expect((await rig.ek('rollout', 'approve', bundle, '--yes')).code).toBe(0)
  await four.run('wide', 'is done', ({ state }) => state === 'done')
  await rig.fleet.commit(four.fleet())
})
