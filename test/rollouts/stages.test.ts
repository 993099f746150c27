import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../hub/hub-under-test.ts'
import { FourClusters, names } from './four-clusters.ts'

let four: FourClusters
beforeAll(async () => {
  four = await FourClusters.create()
  await four.rig.start()
  await four.rig.fleet.commit(four.fleet())
})
afterAll(() => four.stop())

/** A ConfigMap that every API server refuses. */
const refused = (namespace: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: refused, namespace: ${namespace}}\ndata: {"no/slash": x}\n`

test('a commit reaches one cluster, then a tenth, then the rest, and the proof is there for each', async () => {
  const { rig } = four
  await four.deliver('shop', { one: '1' })
  const revision = await rig.fleet.commit(four.values('shop', { one: '2' }))
  const run = await four.run('shop', 'is done', (one) => one.revision === revision && one.state === 'done')
  expect(run.stages.map(({ name, clusters }) => [name, clusters])).toEqual([
    ['one', 1],
    ['tenth', 1],
    ['rest', 2],
  ])
  expect(run.members.map(({ cluster, state }) => [cluster, state])).toEqual(
    names.map((name) => [name, 'healthy']),
  )
  expect(run.effects).toMatchObject([
    {
      clusters: [...names],
      items: [
        {
          action: 'configure',
          object: { name: 'one' },
          fields: [{ path: 'data.value', from: '1', to: '2' }],
        },
      ],
    },
  ])
  const order = names.map(
    (name) => four.writes(name, 'shop').find(({ value }) => value === '2')?.at ?? Number.NaN,
  )
  expect(order[1]).toBeGreaterThan(order[0] ?? Number.POSITIVE_INFINITY)
  expect(Math.min(order[2] ?? 0, order[3] ?? 0)).toBeGreaterThan(order[1] ?? Number.POSITIVE_INFINITY)
  const bundle = await rig.client.bundle({ params: { bundle: rig.bundle('shop') } })
  for (const placed of bundle.placed) {
    expect(placed).toMatchObject({
      state: 'in-sync',
      health: 'Current',
      desired: { revision },
      applied: { revision },
    })
  }
  const status = await rig.ek('rollout', 'status', rig.bundle('shop'))
  expect(status.code).toBe(0)
  expect(status.stdout).toMatch(/done {2}run r-\w+/)
})

test('a canary that fails is reverted, no other cluster sees the change, and the next commit begins anew', async () => {
  const { rig } = four
  const rest = ', rollout: {onFailure: revert, stages: [{name: canary, count: 1}, {name: rest}]}'
  const first = await four.deliver('fragile', { one: '1', two: '1' }, rest)
  const second = await rig.fleet.commit({
    ...four.values('fragile', { one: '2' }),
    'apps/fragile/refused.yaml': refused(four.namespace('fragile')),
  })
  const run = await four.run('fragile', 'went back', ({ state }) => state === 'reverted')
  expect(run).toMatchObject({ revision: second, reason: expect.stringContaining('canary failed') })
  expect(await four.live('fragile', 'one')).toEqual({ canary: '1', early: '1', new: '1', old: '1' })
  expect(four.writes('canary', 'fragile').map(({ value }) => value)).toContain('2')
  for (const name of ['early', 'new', 'old'] as const) {
    expect(four.writes(name, 'fragile').filter(({ value }) => value === '2')).toEqual([])
  }
  // What was reverted is held: nobody tries it again until somebody says so, and everybody can see why.
  const held = await rig.client.bundle({ params: { bundle: rig.bundle('fragile') } })
  for (const { state, reason, applied } of held.placed) {
    expect([state, applied?.revision]).toEqual(['pending', first])
    expect(reason).toContain(`run ${run.id} was reverted: canary failed`)
  }
  expect((await rig.ek('rollout', 'status', rig.bundle('fragile'))).code).toBe(1)
  const before = names.map((name) => four.writes(name, 'fragile').length)
  const diff = await rig.ek('diff', rig.bundle('fragile'))
  expect(diff.code).toBe(1)
  expect(diff.stdout).toMatch(/\+ create .*cm\/refused/)
  expect(diff.stdout).toMatch(/would refuse it: .*refused/)
  expect(names.map((name) => four.writes(name, 'fragile').length)).toEqual(before)
  const third = await rig.fleet.commit({
    ...four.values('fragile', { one: '3' }),
    'apps/fragile/refused.yaml': undefined,
  })
  await four.run('fragile', 'is done', ({ state, revision }) => state === 'done' && revision === third)
  expect(await four.live('fragile', 'one')).toEqual({ canary: '3', early: '3', new: '3', old: '3' })
})

test('a run that stopped is looked at, resumed past the failure, or aborted', async () => {
  const { rig } = four
  const rest = ', rollout: {stages: [{name: canary, count: 1}, {name: rest}]}'
  await four.deliver('halting', { one: '1' }, rest)
  await rig.fleet.commit({
    ...four.values('halting', { one: '2' }),
    'apps/halting/refused.yaml': refused(four.namespace('halting')),
  })
  const run = await four.run('halting', 'stopped', ({ state }) => state === 'stopped')
  expect(run.members.map(({ cluster, state }) => [cluster, state])).toEqual([
    ['canary', 'failed'],
    ['early', 'waiting'],
    ['new', 'waiting'],
    ['old', 'waiting'],
  ])
  expect(run.members[0]?.detail).toContain('refused')
  const refusedGuard = await rig.ek('rollout', 'resume', rig.bundle('halting'))
  expect(refusedGuard.code).toBe(3)
  const aborted = await rig.ek('rollout', 'abort', rig.bundle('halting'), '--yes', '--reason', 'wrong file')
  expect(aborted).toMatchObject({ code: 0, stdout: expect.stringContaining(`run ${run.id} aborted`) })
  expect(await four.live('halting', 'one')).toMatchObject({ early: '1', new: '1', old: '1' })
  // A person may begin it again; the failure is accepted by resuming.
  expect(await rig.ek('rollout', 'start', rig.bundle('halting'), '--yes')).toMatchObject({ code: 0 })
  const again = await four.run(
    'halting',
    'stopped again',
    ({ state, id }) => state === 'stopped' && id !== run.id,
  )
  expect(await rig.ek('rollout', 'resume', again.id, '--yes')).toMatchObject({ code: 0 })
  await until(
    'the change is everywhere',
    () => four.live('halting', 'one'),
    (live) => names.every((name) => live[name] === '2'),
  )
})

test('a newer commit takes the place of a run, whose untouched clusters never get what it brought', async () => {
  const { rig } = four
  const rest = ', rollout: {stages: [{name: canary, count: 1, gates: [{approval: {}}]}, {name: rest}]}'
  const first = await rig.fleet.commit(four.bundle('quick', { one: '1' }, rest))
  const begun = await four.run('quick', 'waits', ({ waits }) => waits.some((one) => one.includes('approval')))
  expect(begun.revision).toBe(first)
  await rig.client.approveRun({ params: { run: begun.id }, body: { yes: true } })
  await four.run('quick', 'is done', ({ state }) => state === 'done')
  await rig.fleet.commit(four.values('quick', { one: '2' }))
  const superseded = await four.run('quick', 'waits', ({ waits, id }) => id !== begun.id && waits.length > 0)
  await until(
    'the canary has it',
    () => four.live('quick', 'one'),
    ({ canary }) => canary === '2',
  )
  const third = await rig.fleet.commit(four.values('quick', { one: '3' }))
  const newest = await four.run(
    'quick',
    'waits again',
    ({ revision, waits }) => revision === third && waits.some((one) => one.includes('approval')),
  )
  expect(await rig.client.run({ params: { run: superseded.id } })).toMatchObject({
    state: 'superseded',
    reason: `superseded by ${third.slice(0, 12)}`,
  })
  await rig.client.approveRun({ params: { run: newest.id }, body: { yes: true } })
  await four.run('quick', 'is done', ({ state, revision }) => state === 'done' && revision === third)
  for (const name of ['early', 'new', 'old'] as const) {
    expect(four.writes(name, 'quick').filter(({ value }) => value === '2')).toEqual([])
  }
})

test('a bundle waits on each cluster for the bundles that it depends on, and goes on when they are healthy', async () => {
  const { rig } = four
  const all = ', rollout: {stages: [{name: all}]}'
  const namespace = four.namespace('base')
  await rig.fleet.commit({
    ...four.bundle('base', { one: '1' }, all),
    'apps/base/refused.yaml': refused(namespace),
    ...four.bundle('upper', { one: '1' }, `${all}, dependsOn: [${rig.bundle('base')}]`),
  })
  const waits = await four.run('upper', 'waits', (run) =>
    run.waits.some((one) => one.includes(rig.bundle('base'))),
  )
  expect(waits.waits[0]).toContain('is not applied')
  expect(await four.live('upper', 'one')).toEqual({ canary: '', early: '', new: '', old: '' })
  await rig.fleet.commit({ 'apps/base/refused.yaml': undefined })
  await four.run('upper', 'is done', ({ state }) => state === 'done')
  for (const name of names) {
    const base = four.writes(name, 'base').find(({ code }) => code < 300)?.at ?? Number.NaN
    expect(four.writes(name, 'upper')[0]?.at).toBeGreaterThan(base)
  }
})

test('a cluster in no stage is an error before the start, and nothing is sent anywhere', async () => {
  const { rig } = four
  const rest = `, rollout: {stages: [{name: some, where: "name == 'canary'"}]}`
  await rig.fleet.commit(four.bundle('partial', { one: '1' }, rest))
  const described = await until(
    'the problem is said',
    () => rig.ek('describe', 'bundle', rig.bundle('partial')),
    ({ stdout }) => stdout.includes('in no stage'),
  )
  expect(described.stdout).toContain('clusters early, new, old are in no stage of the rollout')
  expect(names.flatMap((name) => four.writes(name, 'partial'))).toEqual([])
  await rig.fleet.commit({ 'fleet/bundles/partial.yaml': undefined })
})

test('in a protected environment the default stages wait for one approval, for which the guard asks', async () => {
  const { rig } = four
  await rig.fleet.commit({
    'fleet/environments/prod.yaml': rig.environmentFile('prod', 'protected'),
    'fleet/clusters/old.yaml': rig.clusterFile('old', 'prod'),
  })
  await rig.fleet.commit(four.bundle('guarded', { one: '1' }))
  const run = await four.run('guarded', 'waits', ({ waits }) =>
    waits.some((one) => one.includes('protected')),
  )
  expect(run.approval).toMatchObject({ clusters: 1 })
  expect(await four.live('guarded', 'one')).toMatchObject({ old: '' })
  expect((await rig.ek('rollout', 'approve', run.id, '--yes')).code).toBe(3)
  const approved = await rig.ek('rollout', 'approve', run.id, '--confirm', '4', '--reason', 'release 1')
  expect(approved).toMatchObject({ code: 0 })
  const done = await four.run('guarded', 'is done', ({ state }) => state === 'done')
  expect(done.approval?.by).toBeDefined()
  expect(await four.live('guarded', 'one')).toMatchObject({ old: '1' })
  await rig.fleet.commit({ 'fleet/clusters/old.yaml': rig.clusterFile('old', 'stage') })
})
