import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

let rig: HubRig
beforeAll(async () => {
  rig = await HubRig.create()
  // The work tree of the test stands for a server's bare repository.
  rig.fleet.git('config', 'receive.denyCurrentBranch', 'updateInstead')
  await rig.start()
  await rig.inSync(await rig.fleet.commit(rig.files()))
})
afterAll(() => rig.stop())

const open = async (): Promise<string[]> => {
  const { items } = await rig.client.drift({ query: { bundle: rig.bundle('shop') } })
  return items.map(({ cluster, object, path }) => `${cluster} ${object.name} ${path}`).toSorted()
}
const committed = (): number => Number(rig.fleet.git('rev-list', '--count', 'main'))
const accept = (...args: string[]) => rig.ek('drift', 'accept', ...args)
const reason = ['--reason', 'the on-call keeps it so'] as const

test('a difference that is accepted by commit is open nowhere any more, stays as it is, and stands in Git with its reason', async () => {
  for (const cluster of ['new', 'old'] as const) await rig.edit(cluster, 'one', 'by hand')
  await rig.edit('old', 'two', 'by hand too')
  await until('three differences are open', open, (found) => found.length === 3)
  const object = `${rig.namespace}/cm/one`
  const before = committed()

  // A commit holds for the protected cluster of the bundle too.
  expect(await accept('old', object, ...reason, '--yes')).toMatchObject({ code: 3 })
  expect(committed()).toBe(before)
  const done = await accept('old', object, ...reason, '--confirm', '2')
  expect(done).toMatchObject({ code: 0 })
  expect(done.stdout).toContain('hides 2 open differences on 2 clusters')
  await until('the others are left', open, (found) => found.join() === 'old two data.value')
  expect(await rig.value('new', 'one')).toBe('by hand')
  expect(committed()).toBe(before + 1)
  expect(rig.fleet.git('log', '-1', '--format=%B', 'main')).toContain('the on-call keeps it so')
  expect(rig.fleet.git('show', 'main:fleet/bundles/shop.yaml')).toContain(
    `"ignore": ["ConfigMap/${rig.namespace}/one: data.value"]`,
  )
  const { items } = await rig.client.events({ query: { type: ['accepted'] } })
  expect(items).toMatchObject([{ bundle: rig.bundle('shop'), reason: 'the on-call keeps it so' }])
})

test('proposed on a branch, nothing changes until it is merged', async () => {
  const before = committed()
  const done = await accept('old', `${rig.namespace}/cm/two`, ...reason, '--pr', '--yes')
  expect(done).toMatchObject({ code: 0 })
  expect(done.stderr).toMatch(/open a pull request from branch evenkeel\/accept-[0-9a-f]{16} onto main/)
  expect(committed()).toBe(before)
  expect(await open()).toEqual(['old two data.value'])
  const branch = /commit \w+ on (\S+)/.exec(done.stdout)?.[1] ?? ''
  rig.fleet.git('merge', '--quiet', branch)
  await until('the merge is in force', open, (found) => found.length === 0)
  expect(await rig.value('old', 'two')).toBe('by hand too')
})

test('what cannot be written says why, and nothing is written', async () => {
  await rig.edit('old', 'one', 'other value')
  rig.fleet.git('config', 'receive.denyCurrentBranch', 'refuse')
  const namespace = rig.namespace
  await rig.fleet.commit({ 'apps/shop/three.yaml': rig.configMapFile('three', '3') })
  await until(
    'three is there',
    () => rig.value('old', 'three'),
    (value) => value === '3',
  )
  await rig.edit('old', 'three', 'by hand')
  await until('it is open', open, (found) => found.length === 1)
  const before = committed()
  const refused = await accept('old', `${namespace}/cm/three`, ...reason, '--confirm', '2')
  expect(refused).toMatchObject({ code: 2 })
  expect(refused.stderr).toMatch(/cannot push: .*(refusing to update checked out branch|declined|rejected)/)
  expect(committed()).toBe(before)
  expect(await open()).toEqual(['old three data.value'])
})
