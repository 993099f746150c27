import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

let rig: HubRig
beforeAll(async () => {
  rig = await HubRig.create()
  await rig.start()
  await rig.inSync(await rig.fleet.commit(rig.files()))
})
afterAll(() => rig.stop())

type Found = { readonly id: string; readonly cluster: string; readonly actions: object }

/** The plans of a bundle that wait, by cluster, once they are so many. */
async function waiting(app: string, count = 2): Promise<Readonly<Record<string, Found>>> {
  const { items } = await until(
    `${count} plans of ${app} wait`,
    () => rig.client.plans({ query: { bundle: rig.bundle(app) } }),
    ({ total }) => total === count,
  )
  return Object.fromEntries(
    items.map(({ id, identity: { cluster }, actions }) => [cluster, { id, cluster, actions }]),
  )
}

function idOf(plans: Readonly<Record<string, Found>>, cluster: string): string {
  return plans[cluster]?.id ?? ''
}

async function exists(cluster: 'new' | 'old', ...object: string[]): Promise<boolean> {
  return (await rig.servers[cluster].kubectl('admin', ['get', ...object])).code === 0
}

/** Delivers a bundle of its own namespace with two objects. */
async function deliver(app: string, more?: string): Promise<string> {
  const namespace = `${app}-${rig.id}`
  const revision = await rig.fleet.commit({
    [`fleet/bundles/${app}.yaml`]: rig.bundleFile(app, more),
    [`apps/${app}/namespace.yaml`]: rig.namespaceFile(namespace),
    [`apps/${app}/one.yaml`]: rig.configMapFile('one', '1', namespace),
  })
  await rig.inSync(revision, app)
  return namespace
}

function deletions(): string[] {
  return rig.writes().filter((write) => write.startsWith('delete'))
}

async function end(...apps: string[]): Promise<void> {
  const gone = apps.map((app) => [`fleet/bundles/${app}.yaml`, undefined] as const)
  await rig.fleet.commit(Object.fromEntries(gone))
}

test('incident 1: a source that renders to nothing deletes nothing; the plan waits, and its tier guards it', async () => {
  const namespace = await deliver('empty')
  await rig.fleet.commit({
    'apps/empty/namespace.yaml': '# nothing\n',
    'apps/empty/one.yaml': '# nothing\n',
  })
  const plans = await waiting('empty')
  expect(plans['new']?.actions).toEqual({ delete: 2 })
  const [onNew, onOld] = [idOf(plans, 'new'), idOf(plans, 'old')]
  const listed = await rig.ek('get', 'plans')
  for (const id of [onNew, onOld]) expect(listed.stdout).toContain(id)
  expect((await rig.ek('status')).stderr).toContain('2 plans wait for a decision')
  const shown = await rig.ek('plan', 'show', onNew)
  expect(shown).toMatchObject({ code: 0 })
  expect(shown.stdout).toContain('TARGET PROD! new (protected)')
  expect(shown.stdout).toContain(`- delete ${namespace}/cm/one`)
  expect(shown.stdout).toMatch(/^waits because /m)

  for (const args of [[], ['--yes'], ['--yes', '--reason', 'INC-1'], ['--confirm', 'old', '--reason', 'x']]) {
    expect(await rig.ek('plan', 'approve', onNew, ...args), args.join(' ')).toMatchObject({ code: 3 })
  }
  expect(await rig.ek('plan', 'approve', onOld)).toMatchObject({ code: 3 })
  expect(await rig.ek('plan', 'approve', onOld, '--yes', '--dry-run')).toMatchObject({ code: 0 })
  expect((await waiting('empty'))['old']?.id).toBe(onOld)
  expect(deletions()).toEqual([])

  const rejected = await rig.ek('plan', 'reject', onNew, '--yes', '--reason', 'a mistake')
  expect(rejected).toMatchObject({ code: 0, stdout: expect.stringContaining(`plan ${onNew} rejected`) })
  expect(await rig.ek('plan', 'approve', onOld, '--yes')).toMatchObject({ code: 0 })
  await until(
    'what was approved is deleted',
    () => exists('old', 'cm', 'one', '-n', namespace),
    (there) => !there,
  )
  expect(await exists('new', 'cm', 'one', '-n', namespace)).toBe(true)
  expect(deletions().every((write) => write.includes(namespace))).toBe(true)
  const described = await rig.ek('describe', 'bundle', rig.bundle('empty'))
  expect(described.stdout).toMatch(/^new .*was rejected by .*a mistake/m)
  expect(await rig.ek('plan', 'approve', onOld, '--yes')).toMatchObject({ code: 2 })
  await end('empty')
})

test('incident 2: a path that is gone is an error of its bundle, and deletes nothing', async () => {
  const before = deletions()
  const namespace = await deliver('gone')
  await rig.fleet.commit({ 'apps/gone/namespace.yaml': undefined, 'apps/gone/one.yaml': undefined })
  const described = await until(
    'the error is told',
    () => rig.ek('describe', 'bundle', rig.bundle('gone')),
    ({ stdout }) => stdout.includes('fleet/bundles/gone.yaml:'),
  )
  expect(described.stdout).toMatch(/fleet\/bundles\/gone\.yaml:\d+.*apps\/gone/)
  const { revision = '' } = await rig.client.fleet({})
  await until(
    'the others went on',
    () => rig.client.bundle({ params: { bundle: rig.bundle('shop') } }),
    ({ placed }) =>
      placed.every(({ desired, phase }) => desired.revision === revision && phase === 'applied'),
  )
  expect((await rig.client.plans({ query: { bundle: rig.bundle('gone') } })).total).toBe(0)
  expect(await exists('new', 'cm', 'one', '-n', namespace)).toBe(true)
  expect(deletions()).toEqual(before)
  await end('gone')
})

test('a bundle that is removed from Git waits with its deletions; declared again it goes on, and nothing was deleted', async () => {
  const before = deletions()
  const namespace = await deliver('withdrawn')
  await end('withdrawn')
  const plans = await waiting('withdrawn')
  const shown = await rig.ek('plan', 'show', idOf(plans, 'old'))
  expect(shown.stdout).toContain('is not in the fleet repository any more')
  expect(await exists('old', 'cm', 'one', '-n', namespace)).toBe(true)
  const again = await rig.fleet.commit({ 'fleet/bundles/withdrawn.yaml': rig.bundleFile('withdrawn') })
  await rig.inSync(again, 'withdrawn')
  expect((await rig.client.plans({ query: { bundle: rig.bundle('withdrawn') } })).total).toBe(0)
  expect(deletions()).toEqual(before)
  await end('withdrawn')
})

test('a namespace is never pruned by itself, even where prune is auto; what stands in it is', async () => {
  const namespace = await deliver('space', 'placement: {where: "true"}, prune: auto')
  const other = rig.configMapFile('stays', '1', rig.namespace)
  await rig.fleet.commit({
    'apps/space/namespace.yaml': undefined,
    'apps/space/one.yaml': undefined,
    'apps/space/other.yaml': other,
  })
  const plans = await waiting('space')
  const shown = await rig.ek('plan', 'show', idOf(plans, 'new'))
  expect(shown.stdout).toMatch(new RegExp(`- delete (Namespace|ns)/${namespace}`))
  expect(await exists('new', 'ns', namespace)).toBe(true)
  expect(await exists('new', 'cm', 'one', '-n', namespace)).toBe(true)
  const confirm = ['--confirm', 'new', '--reason', 'INC-4']
  expect(await rig.ek('plan', 'approve', idOf(plans, 'new'), ...confirm)).toMatchObject({ code: 0 })
  await until(
    'the namespace is on its way out',
    () => rig.servers.new.kubectl('admin', ['get', 'ns', namespace, '-o', 'jsonpath={.status.phase}']),
    ({ code, stdout }) => code !== 0 || stdout === 'Terminating',
  )
  expect(await exists('old', 'ns', namespace)).toBe(true)
  await end('space')
})

test('mode ask writes nothing before its plan is approved, which shows every field that changes', async () => {
  const namespace = `asked-${rig.id}`
  const files = (value: string) => ({
    'fleet/bundles/asked.yaml': rig.bundleFile('asked', 'mode: ask, placement: {where: "name == \'old\'"}'),
    'apps/asked/namespace.yaml': rig.namespaceFile(namespace),
    'apps/asked/one.yaml': rig.configMapFile('one', value, namespace),
  })
  await rig.fleet.commit(files('1'))
  const first = await waiting('asked', 1)
  expect(first['old']?.actions).toEqual({ create: 2 })
  expect(await exists('old', 'ns', namespace)).toBe(false)
  expect(await rig.ek('plan', 'approve', idOf(first, 'old'), '--yes')).toMatchObject({ code: 0 })
  await until(
    'it is created',
    () => rig.value('old', 'one', namespace),
    (value) => value === '1',
  )
  await rig.fleet.commit(files('2'))
  const second = await until(
    'the change waits',
    () => waiting('asked', 1),
    (plans) => idOf(plans, 'old') !== idOf(first, 'old'),
  )
  const shown = await rig.ek('plan', 'show', idOf(second, 'old'))
  expect(shown.stdout).toContain(`~ configure ${namespace}/cm/one`)
  expect(shown.stdout).toMatch(/data\.value "?1"? -> "?2"?/)
  expect(await rig.value('old', 'one', namespace)).toBe('1')
  expect(await rig.ek('plan', 'approve', idOf(second, 'old'), '--yes')).toMatchObject({ code: 0 })
  await until(
    'it is changed',
    () => rig.value('old', 'one', namespace),
    (value) => value === '2',
  )
  await end('asked')
})

test('an object that exists already is taken over only when the plan that shows its changes is approved', async () => {
  const namespace = `taken-${rig.id}`
  const theirs = `${rig.namespaceFile(namespace)}---\n${rig.configMapFile('theirs', 'theirs', namespace)}`
  await rig.servers.old.mustKubectl('alice', ['apply', '-f', '-'], theirs)
  await rig.fleet.commit({
    'fleet/bundles/taken.yaml': rig.bundleFile('taken', 'placement: {where: "name == \'old\'"}'),
    'apps/taken/theirs.yaml': rig.configMapFile('theirs', 'ours', namespace),
  })
  const plans = await waiting('taken', 1)
  expect(plans['old']?.actions).toEqual({ adopt: 1 })
  const shown = await rig.ek('plan', 'show', idOf(plans, 'old'))
  expect(shown.stdout).toContain(`= adopt ${namespace}/cm/theirs`)
  expect(shown.stdout).toMatch(/data\.value "?theirs"? -> "?ours"?/)
  expect(await rig.value('old', 'theirs', namespace)).toBe('theirs')
  expect(await rig.ek('plan', 'approve', idOf(plans, 'old'), '--yes')).toMatchObject({ code: 0 })
  await until(
    'it is taken over',
    () => rig.value('old', 'theirs', namespace),
    (value) => value === 'ours',
  )
  await end('taken')
})

test('incident 25: a second bundle that declares an object is told who has it; after a move the object is the same', async () => {
  const namespace = await deliver('first')
  const uid = async (): Promise<string> =>
    rig.servers.new.mustKubectl('admin', [
      'get',
      'cm',
      'one',
      '-n',
      namespace,
      '-o',
      'jsonpath={.metadata.uid}',
    ])
  const before = await uid()
  await rig.fleet.commit({
    'fleet/bundles/second.yaml': rig.bundleFile('second'),
    'apps/second/one.yaml': rig.configMapFile('one', 'second', namespace),
  })
  const described = await until(
    'the second claim is refused',
    () => rig.ek('describe', 'bundle', rig.bundle('second')),
    ({ stdout }) => /^ {2}new .*first/m.test(stdout),
  )
  expect(described.stdout).toContain(rig.bundle('first'))
  expect(await rig.value('new', 'one', namespace)).toBe('1')
  await rig.fleet.commit({ 'apps/first/one.yaml': undefined })
  await until(
    'the object moved',
    () => rig.value('new', 'one', namespace),
    (value) => value === 'second',
  )
  expect(await uid()).toBe(before)
  expect(deletions().filter((write) => write.includes(`${namespace}/configmaps/one`))).toEqual([])
})
