import { afterAll, beforeAll, expect, test } from 'vitest'
import { head, until } from '../hub/hub-under-test.ts'
import { HubRig } from '../hub/rig.ts'

/** `old` is in stage, `new` in prod, which is protected; one Kustomize tree with a layer for each environment. */
let rig: HubRig

beforeAll(async () => {
  rig = await HubRig.create()
  await rig.start()
  await rig.fleet.commit(files('1'))
  await released('1')
})
afterAll(() => rig.stop())

function files(value: string): Record<string, string> {
  const environment = (name: string, order: number, tier: string): string =>
    `${head}kind: Environment\nmetadata: {name: ${name}}\nspec: {order: ${order}, tier: ${tier}, mode: enforce}\n`
  return {
    'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n`,
    'fleet/environments/stage.yaml': environment('stage', 1, 'standard'),
    'fleet/environments/prod.yaml': environment('prod', 2, 'protected'),
    'fleet/clusters/old.yaml': rig.clusterFile('old', 'stage'),
    'fleet/clusters/new.yaml': rig.clusterFile('new', 'prod'),
    'fleet/bundles/shop.yaml': `${head}kind: Bundle\nmetadata: {name: ${rig.bundle('shop')}}\nspec: {source: {path: apps/shop}, layers: ["overlays/{environment}"], placement: {where: "true"}, createNamespace: true}\n`,
    'apps/shop/base/kustomization.yaml': 'resources: [one.yaml]\n',
    'apps/shop/base/one.yaml': rig.configMapFile('one', value),
    'apps/shop/overlays/stage/kustomization.yaml': 'resources: [../../base]\ncommonLabels: {tier: stage}\n',
    'apps/shop/overlays/prod/kustomization.yaml': 'resources: [../../base]\ncommonLabels: {tier: prod}\n',
  }
}

async function released(value: string): Promise<void> {
  await until(
    'stage has it',
    async () => rig.value('old', 'one'),
    (one) => one === value,
  )
  await until(
    'prod waits for its approval',
    async () =>
      (await rig.client.runs({ query: { bundle: rig.bundle('shop'), limit: 1 } })).items[0]?.waits ?? [],
    (waits) => waits.some((wait) => wait.startsWith('approval')),
  )
}

test('a revision that is healthy in one environment is promoted to the next, with its difference shown before', async () => {
  const bundle = rig.bundle('shop')
  const first = await rig.ek('promote', bundle, '--to', 'prod', '--confirm=new', '--reason', 'first')
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain('+ create ')
  await until(
    'prod has it',
    () => rig.value('new', 'one'),
    (one) => one === '1',
  )

  const revision = await rig.fleet.commit({ 'apps/shop/base/one.yaml': rig.configMapFile('one', '2') })
  await released('2')
  const shown = await rig.ek('promote', bundle, '--to', 'prod', '--dry-run')
  expect(shown.stdout).toContain(`bundle ${bundle}: ${revision.slice(0, 7)} from stage to prod`)
  expect(shown.stdout).toContain('  stage has ' + revision.slice(0, 7) + ' (1 cluster, 1 healthy with it)')
  expect(shown.stdout).toContain('    data.value 1 -> 2')
  expect(shown.stdout).toContain('  new accepts it (1 dry-runs)')
  expect(shown.stdout).toMatch(
    /then prod differs from stage in 1 object:\n.*\n +metadata\.labels\.tier stage -> prod/,
  )
  expect(await rig.value('new', 'one')).toBe('1')
  const refused = await rig.ek('promote', bundle, '--to', 'prod', '--yes')
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('wants "new" typed')])
  const done = await rig.ek('promote', bundle, '--to', 'prod', '--confirm=new', '--reason', 'release 2')
  expect(done.code).toBe(0)
  await until(
    'prod has it',
    () => rig.value('new', 'one'),
    (one) => one === '2',
  )
  const status = await rig.ek('rollout', 'status', bundle)
  expect(status.stdout).toMatch(/^approved by \S+: release 2$/m)
  const same = await rig.ek('promote', bundle, '--to', 'prod')
  expect([same.code, same.stdout]).toEqual([0, expect.stringContaining('nothing waits to be promoted')])
})

test('an environment that nothing comes before, or that is not there, is a clear error', async () => {
  const none = await rig.ek('promote', rig.bundle('shop'), '--to', 'stage')
  expect([none.code, none.stderr]).toEqual([
    2,
    expect.stringContaining('no environment with it comes before stage'),
  ])
  const unknown = await rig.ek('promote', rig.bundle('shop'), '--to', 'live')
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('there are stage, prod')])
})

test('a tree that is not committed is compared on each cluster, and neither store, Git nor cluster gets any of it', async () => {
  const bundle = rig.bundle('shop')
  const before = { writes: rig.writes().length, head: rig.fleet.git('rev-parse', 'HEAD') }
  await rig.fleet.write({
    'apps/shop/base/one.yaml': rig.configMapFile('one', 'uncommitted'),
    'apps/shop/base/two.yaml': rig.configMapFile('two', 'fresh'),
    'apps/shop/base/kustomization.yaml': 'resources: [one.yaml, two.yaml]\n',
  })
  const folder = `${rig.fleet.folder}/apps/shop/overlays/prod`
  const both = await rig.ek('diff', '-k', folder)
  expect(both.code).toBe(1)
  expect(both.stdout).toContain('2 of 2 clusters change (0 identical)')
  const prod = await rig.ek('diff', '-k', folder, '--env', 'prod')
  expect(prod.stdout).toContain('1 of 1 cluster changes (0 identical)')
  expect(prod.stdout).toContain('    data.value 2 -> uncommitted')
  expect(prod.stdout).toMatch(/\+ create .*\/cm\/two/)
  expect(prod.stdout).toContain('  new accepts it (2 dry-runs)')

  await rig.fleet.write({
    'apps/shop/base/two.yaml': rig.configMapFile('two', 'x').replace('\ndata:', '\ndatum:'),
  })
  const wrong = await rig.ek('diff', '-k', folder, '--env', 'prod')
  expect(wrong.stdout).toMatch(/new would refuse it: .*datum/)
  await rig.fleet.write({ 'apps/shop/base/kustomization.yaml': 'resources: [three.yaml]\n' })
  const broken = await rig.ek('diff', bundle, '-k', folder, '--env', 'prod')
  expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('three.yaml')])

  expect(rig.fleet.git('rev-parse', 'HEAD')).toBe(before.head)
  expect(rig.writes()).toHaveLength(before.writes)
  expect(await rig.value('new', 'one')).toBe('2')
  rig.fleet.git('checkout', '--', '.')
  rig.fleet.git('clean', '-fdq')
  const same = await rig.ek('diff', '-k', folder)
  expect([same.code, same.stdout]).toEqual([0, '0 of 2 clusters change (2 identical)\n'])
})
