import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

let rig: HubRig
let revision: string
beforeAll(async () => {
  rig = await HubRig.create()
  await rig.start()
  revision = await rig.fleet.commit(rig.files())
  await rig.inSync(revision)
})
afterAll(() => rig.stop())

/** Runs `ek`, which must end with the code; answers what it printed. */
async function ek(code: number, ...args: string[]): Promise<string> {
  const done = await rig.ek(...args)
  expect(done.code, `ek ${args.join(' ')}: ${done.stdout}${done.stderr}`).toBe(code)
  return done.stdout + done.stderr
}

test('every list has its table, wide table, names, JSON and YAML, and they speak of the same things', async () => {
  const bundle = rig.bundle('shop')
  const lists = [
    { of: 'clusters', kind: 'ClusterList', names: ['cluster/new', 'cluster/old'] },
    { of: 'bundles', kind: 'BundleList', names: [`bundle/${bundle}`] },
    { of: 'drift', kind: 'DriftList', names: [] },
    { of: 'plans', kind: 'PlanList', names: [] },
  ]
  for (const { of, kind, names } of lists) {
    const document = JSON.parse((await rig.ek('get', of, '-o', 'json')).stdout) as { items: unknown[] }
    expect(document).toMatchObject({ apiVersion: 'evenkeel.dev/v1alpha1', kind })
    expect(document.items).toHaveLength(names.length)
    expect((await rig.ek('get', of, '-o', 'name')).stdout.split('\n').filter((name) => name !== '')).toEqual(
      names,
    )
    expect((await rig.ek('get', of, '-o', 'yaml')).stdout).toMatch(
      new RegExp(`^apiVersion: evenkeel.dev/v1alpha1\\nkind: ${kind}\\n`),
    )
    const [table, wide] = await Promise.all([ek(0, 'get', of), ek(0, 'get', of, '-o', 'wide')])
    for (const name of names) expect(table).toContain(name.split('/')[1])
    expect((wide.split('\n')[0] ?? '').length).toBeGreaterThanOrEqual((table.split('\n')[0] ?? '').length)
  }
  const status = JSON.parse(await ek(0, 'status', '-o', 'json')) as object
  expect(status).toMatchObject({ kind: 'Status', clusters: 2, states: { 'in-sync': 2 }, revision })
  expect(await ek(0, 'status')).toMatch(/^2 clusters: 2 in sync {2}\(as of \d+s\)\n/)
})

test('drift decides the exit code, the guard of the tier ends with 3, and a heal with 0', async () => {
  expect(await ek(0, 'drift', 'show')).toMatch(/^no differences on 2 clusters/)
  await rig.edit('new', 'one', 'changed')
  await until(
    'the difference is known with its person',
    () => rig.ek('drift', 'show', 'new'),
    ({ code, stdout }) => code === 1 && stdout.includes('alice'),
  )
  const object = `${rig.namespace}/cm/one`
  const shown = await ek(1, 'drift', 'show', 'new', object)
  expect(shown).toMatch(/^FIELD +DESIRED +LIVE +OWNER +BY +WHEN +SURE\n/)
  expect(shown).toMatch(/^data\.value +"?1"? +"?changed"? +kubectl-patch +alice +\d+s +exact$/m)
  expect(shown).toContain('declared: apps/shop/one.yaml:1')
  await ek(0, 'drift', 'show', 'old')
  await ek(0, 'get', 'drift')
  expect(await ek(0, 'status')).toMatch(/^2 clusters: 1 in sync, 1 drifted /)
  expect(await ek(3, 'drift', 'heal', 'new', object)).toContain('TARGET PROD! new (protected)')
  await ek(3, 'drift', 'heal', 'new', object, '--yes')
  await ek(0, 'drift', 'heal', 'new', object, '--dry-run')
  expect(await rig.value('new', 'one')).toBe('changed')
  const healed = await ek(0, 'drift', 'heal', 'new', object, '--confirm=new', '--reason', 'INC-7')
  expect(healed).toMatch(/healed in [\d.]+m?s {3}activity /)
  expect(await rig.value('new', 'one')).toBe('1')
  expect(await ek(0, 'events', '--type', 'heal-asked', '-o', 'wide')).toContain('INC-7')
})

test('a watch prints what changes and nothing else, and ends with 0 on ctrl-C', async () => {
  const watching = rig.startEk('get', 'clusters', '-w')
  await until('it shows both', watching.said, (said) => /^old .*In sync/m.test(said))
  await rig.edit('old', 'one', 'watched')
  await until('it shows the difference', watching.said, (said) => /^old .*◆ Drifted/m.test(said))
  expect(watching.said().match(/^new /gm)).toHaveLength(1)
  watching.child.kill('SIGINT')
  expect((await watching.result).code).toBe(0)
  const drift = rig.startEk('drift', 'show', 'old', '-w', '-o', 'json')
  await until('it shows it', drift.said, (said) => said.includes('watched'))
  await ek(0, 'drift', 'heal', 'old', '--yes')
  drift.child.kill('SIGINT')
  await drift.result
  const events = rig.startEk('events', '-w', '--limit', '1')
  await ek(0, 'reconcile', rig.bundle('shop'))
  await until('it shows the event', events.said, (said) => said.includes('reconcile-asked'))
  events.child.kill('SIGINT')
  expect((await events.result).code).toBe(0)
})

test('trace leads back to the line in Git, and reconcile says what it looks at', async () => {
  const traced = await ek(0, 'trace', 'old', `${rig.namespace}/cm/two`)
  expect(traced).toMatch(
    new RegExp(`^cm/two <- bundle ${rig.bundle('shop')}@${revision.slice(0, 7)} <- apps/shop/two\\.yaml:1`),
  )
  await ek(2, 'trace', 'old', `${rig.namespace}/cm/nosuch`)
  expect(await ek(0, 'reconcile')).toBe('looking at the repository and 2 clusters now\n')
  expect(await ek(0, 'reconcile', '-c', 'old')).toBe('looking at 1 cluster now\n')
})

test('whoami tells the cluster behind a context and its tier, and ends with 2 when it does not answer', async () => {
  const file = join(rig.folder, 'kubeconfig')
  await writeFile(file, rig.servers.new.kubeconfig('alice', 'prod/new'))
  const known = await ek(0, 'whoami')
  expect(known).toMatch(/^PROD! new {2}\(protected\) {2}id /)
  expect(known).toMatch(/^user alice {2}namespace default {2}context prod\/new {2}hub local$/m)
  await writeFile(
    file,
    rig.servers.new.kubeconfig('alice').replace(rig.servers.new.url, 'https://127.0.0.1:9'),
  )
  expect(await ek(2, 'whoami')).toContain('127.0.0.1:9')
})

test('what is not known is refused with the nearest name, and a wrong command line with 2', async () => {
  expect(await ek(2, 'drift', 'show', 'nwe')).toContain('did you mean new?')
  expect(await ek(2, 'describe', 'bundle', 'nosuch')).toContain('nosuch')
  expect(await ek(2, 'plan', 'show', 'p-000000000000')).toContain('p-000000000000')
  await ek(2, 'get', 'nosuch')
  await ek(2, 'get', 'clusters', '-o', 'xml')
  await ek(2, 'drift', 'heal', '--yes')
})

test('names complete from the hub and from the cache, and the scripts of all shells are there', async () => {
  expect(await ek(0, '__complete', 'drift', 'show', 'n')).toContain('new')
  expect(await ek(0, '__complete', 'describe', 'bundle', 'sh')).toContain(rig.bundle('shop'))
  for (const shell of ['bash', 'zsh', 'fish'])
    expect(await ek(0, 'completion', shell)).toContain('__complete')
})

test('without a hub the commands that need one end with 2 and say how to start one; the others work', async () => {
  await rig.hub.kill()
  for (const command of [['status'], ['get', 'clusters'], ['drift', 'show'], ['reconcile'], ['events']]) {
    const said = await ek(2, ...command)
    expect(said).toMatch(/^error: hub: not found/m)
    expect(said).toMatch(/^hint: start one with evenkeel hub/m)
  }
  await ek(2, '--hub', rig.hub.local.url, 'status')
  await ek(0, 'lint', rig.fleet.folder)
  await ek(0, 'completion', 'bash')
  expect(await ek(0, '--version')).toMatch(/^evenkeel \d/)
  await rig.start()
  await until(
    'the next hub answers',
    () => rig.ek('status'),
    ({ code, stdout }) => code === 0 && stdout.startsWith('2 clusters: 2 in sync'),
  )
})
