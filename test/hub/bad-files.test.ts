import { afterAll, beforeAll, expect, test } from 'vitest'
import { head, until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

let rig: HubRig
beforeAll(async () => {
  rig = await HubRig.create()
  await rig.start()
  await rig.inSync(await rig.fleet.commit(rig.files()))
})
afterAll(() => rig.stop())

/** Commits, and waits until the hub has decided by it. */
async function commit(files: Readonly<Record<string, string | undefined>>): Promise<string> {
  const revision = await rig.fleet.commit(files)
  await until(
    'the commit is in force',
    () => rig.client.fleet({}),
    (fleet) => fleet.revision === revision,
  )
  return revision
}

/** Everything that `ek describe fleet`, `ek lint` and the API say is wrong, which must be the same. */
async function problems(): Promise<string[]> {
  const [fleet, lint, { problems: listed }] = await Promise.all([
    rig.ek('describe', 'fleet'),
    rig.ek('lint', rig.fleet.folder),
    rig.client.fleet({}),
  ])
  for (const { file, line, message } of listed) {
    const place = `${file}:${line}`
    for (const { stdout } of [fleet, lint]) {
      expect(stdout).toContain(place)
      expect(stdout).toContain(message)
    }
  }
  expect(lint.code).toBe(listed.length === 0 ? 0 : 1)
  return listed.map(({ file, line, message, hint }) => `${file}:${line}: ${message} (${hint ?? ''})`)
}

/** The fleet goes on: a commit to the good bundle arrives on both clusters. */
async function othersGoOn(value: string): Promise<void> {
  await rig.fleet.commit({ 'apps/shop/one.yaml': rig.configMapFile('one', value) })
  for (const cluster of ['new', 'old'] as const) {
    await until(
      `the good bundle reaches ${cluster}`,
      () => rig.value(cluster, 'one'),
      (seen) => seen === value,
    )
  }
}

test('malformed YAML is told with file and line; the bundle stays as it was, and the others go on', async () => {
  const good = {
    'fleet/bundles/extra.yaml': rig.bundleFile('extra'),
    'apps/extra/extra.yaml': rig.configMapFile('extra', '1'),
  }
  await rig.inSync(await rig.fleet.commit(good), 'extra')
  await commit({
    'apps/extra/extra.yaml': `${rig.configMapFile('extra', '2')}more:\n  - [unclosed\n`,
  })
  const bundle = await until(
    'the problem is told',
    () => rig.client.bundle({ params: { bundle: rig.bundle('extra') } }),
    ({ problems: found }) => found.length > 0,
  )
  expect(bundle.problems[0]).toMatchObject({ file: 'apps/extra/extra.yaml', severity: 'error' })
  expect(bundle.problems[0]?.line).toBeGreaterThanOrEqual(6)
  await problems()
  const { stdout } = await rig.ek('get', 'bundles', '-o', 'wide')
  expect(stdout).toMatch(new RegExp(`^${rig.bundle('extra')} +▲ Failed .*2 in sync .* 1 *$`, 'm'))
  expect((await rig.ek('status')).stderr).toContain("1 problem in the fleet's files")
  expect(await rig.value('new', 'extra')).toBe('1')
  await othersGoOn('after malformed')
  await rig.inSync(await rig.fleet.commit(good), 'extra')
  expect(await problems()).toEqual([])
  await rig.fleet.commit({ 'fleet/bundles/extra.yaml': undefined, 'apps/extra/extra.yaml': undefined })
})

test('a malformed file of the fleet itself keeps what it declared, in every list', async () => {
  await commit({ 'fleet/clusters/old.yaml': `${rig.clusterFile('old', 'dev')}  bad: [\n` })
  expect(await problems()).toEqual([expect.stringMatching(/^fleet\/clusters\/old\.yaml:\d+: /)])
  const { stdout } = await rig.ek('get', 'clusters', '-o', 'name')
  expect(stdout.split('\n').filter((line) => line !== '')).toEqual(['cluster/new', 'cluster/old'])
  await othersGoOn('after broken cluster')
  await commit({ 'fleet/clusters/old.yaml': rig.clusterFile('old', 'dev') })
  expect(await problems()).toEqual([])
})

test('an unknown kind and an unknown field are told with their line and the nearest name', async () => {
  await commit({
    'fleet/bundles/kind.yaml': `${head}kind: Bundel\nmetadata: {name: kind}\nspec: {}\n`,
    'fleet/bundles/field.yaml': `${head}kind: Bundle\nmetadata:\n  name: field\nspec:\n  source: {path: apps/shop}\n  placment: {where: "true"}\n`,
  })
  const found = await problems()
  expect(found).toEqual([
    expect.stringMatching(/^fleet\/bundles\/field\.yaml:7: .*placment.*placement/),
    expect.stringMatching(/^fleet\/bundles\/kind\.yaml:2: .*Bundel.*Bundle/),
  ])
  await othersGoOn('after unknown')
  await commit({ 'fleet/bundles/kind.yaml': undefined, 'fleet/bundles/field.yaml': undefined })
})

test('two files that declare the same are both named, as are two objects of one bundle', async () => {
  await commit({
    'fleet/clusters/again.yaml': rig.clusterFile('old', 'prod'),
    'apps/shop/again.yaml': rig.configMapFile('two', 'other'),
  })
  await until(
    'both are told',
    () => rig.client.fleet({}),
    ({ problems: found }) =>
      ['fleet/clusters/', 'apps/shop/'].every((folder) => found.some(({ file }) => file.startsWith(folder))),
  )
  const found = await problems()
  const text = found.join('\n')
  expect(text).toMatch(/fleet\/clusters\/(again|old)\.yaml:\d+: .*(again|old)\.yaml/)
  expect(text).toMatch(/apps\/shop\/(again|two)\.yaml:\d+: .*(again|two)\.yaml/)
  expect(await rig.value('new', 'two')).toBe('2')
  expect((await rig.client.cluster({ params: { cluster: 'old' } })).environment).toBe('dev')
  await commit({ 'fleet/clusters/again.yaml': undefined, 'apps/shop/again.yaml': undefined })
  await othersGoOn('after duplicates')
})

test('an object that the cluster rejects shows every cause of the 422, and the others are applied', async () => {
  const app = 'reject'
  const service = `apiVersion: v1\nkind: Service\nmetadata: {name: bad, namespace: ${rig.namespace}}\nspec: {ports: [{port: 99999}, {port: 80, protocol: NOPE}]}\n`
  await commit({
    'fleet/bundles/reject.yaml': rig.bundleFile(app),
    'apps/reject/good.yaml': rig.configMapFile('beside', 'here'),
    'apps/reject/bad.yaml': service,
  })
  const described = await until(
    'the causes are told',
    () => rig.ek('describe', 'bundle', rig.bundle(app)),
    ({ stdout }) => stdout.split('spec.ports[0].port').length > 2,
  )
  expect(described.code).toBe(0)
  for (const cluster of ['new', 'old'] as const) {
    const line = described.stdout.split('\n').find((one) => one.startsWith(`  ${cluster} `)) ?? ''
    expect(line).toContain('Service')
    for (const cause of ['spec.ports[0].port', 'spec.ports[1].protocol', 'between 1 and 65535']) {
      expect(line).toContain(cause)
    }
    expect(await rig.value(cluster, 'beside')).toBe('here')
  }
  expect(described.stdout).toMatch(/^State: +▲ Failed  \(2 failed\)$/m)
  const status = await rig.ek('status')
  expect(status.stdout).toMatch(/^2 clusters: 0 in sync, 2 failed {2}/)
  await othersGoOn('after reject')
  await rig.inSync(
    await rig.fleet.commit({
      'apps/reject/bad.yaml': service
        .replace('99999', '99, name: a')
        .replace('80, protocol: NOPE', '80, name: b'),
    }),
    app,
  )
})
