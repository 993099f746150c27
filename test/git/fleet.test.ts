import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadFleetCommit, readPathAt, renderBundle } from '../../src/hub/fleet/index.ts'
import { openRenderer } from '../../src/render/index.ts'
import { failureOf, Rig } from './opened.ts'

const renderer = openRenderer({ threads: 1 })
let rig: Rig

beforeEach(() => {
  rig = new Rig()
})

afterEach(() => rig.close())

const header = (kind: string, name: string): string =>
  `apiVersion: evenkeel.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\n`

const files: Readonly<Record<string, string>> = {
  'fleet/evenkeel.yaml': header('Fleet', 'corp'),
  'fleet/environments/prod.yaml': header('Environment', 'prod'),
  'fleet/clusters/prod-1.yaml': `${header('Cluster', 'prod-1')}spec: {environment: prod, connect: {agent: {}}}\n`,
  'fleet/bundles/web.yaml': `${header('Bundle', 'web')}spec: {source: {path: apps/web}, placement: {where: "true"}}\n`,
  'apps/web/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {v: one}\n',
}

async function render(commit: string) {
  const repository = await rig.fetched()
  const { model, problems } = await loadFleetCommit(repository, commit)
  const [bundle, cluster] = [model.bundles.get('web'), model.clusters.get('prod-1')]
  if (bundle === undefined || cluster === undefined) throw new Error(JSON.stringify(problems))
  const tools = { renderer, seed: () => new Uint8Array(32), clock: () => 0 }
  return renderBundle(model, bundle, cluster.value, readPathAt(repository, commit), tools)
}

test('a fleet is loaded and rendered from a commit; incident 5: each commit from its own tree', async () => {
  const first = rig.origin.commit(files)
  const second = rig.origin.commit({
    'apps/web/a.yaml': (files['apps/web/a.yaml'] ?? '').replace('one', 'two'),
  })
  const [one, two] = [await render(first), await render(second)]
  expect(one).toMatchObject({ rendered: true, objects: [{ object: { data: { v: 'one' } } }] })
  expect(two).toMatchObject({ rendered: true, objects: [{ object: { data: { v: 'two' } } }] })
  expect(await render(first)).toEqual(one)
})

test('incident 2: a source that a commit removes is a problem, and incident 1: one that it empties is empty', async () => {
  rig.origin.commit({ ...files, 'apps/web/README.md': 'web\n' })
  rig.origin.git('rm', '-q', 'apps/web/a.yaml')
  expect(await render(rig.origin.commit())).toMatchObject({ rendered: true, empty: true })
  rig.origin.git('rm', '-rq', 'apps')
  expect(await render(rig.origin.commit())).toMatchObject({
    rendered: false,
    problems: [{ subject: 'Bundle web', message: expect.stringContaining('there is no apps/web in commit') }],
  })
})

test('links outside the folder of the fleet do not matter, inside they refuse the commit', async () => {
  rig.origin.link('docs/latest', '../apps')
  const fine = rig.origin.commit(files)
  const repository = await rig.fetched()
  expect((await loadFleetCommit(repository, fine)).problems).toEqual([])
  rig.origin.link('fleet/bundles/more', '../../apps')
  const bad = rig.origin.commit()
  await repository.fetch()
  expect(await failureOf(loadFleetCommit(repository, bad))).toMatchObject({
    code: 'unsafe-tree',
    message: expect.stringContaining('fleet/bundles/more is a symbolic link'),
  })
})

test('a second evenkeel.yaml anywhere in the commit is told of', async () => {
  const commit = rig.origin.commit({ ...files, 'old/evenkeel.yaml': header('Fleet', 'old') })
  const { problems } = await loadFleetCommit(await rig.fetched(), commit)
  expect(problems).toMatchObject([
    { message: 'there is more than one evenkeel.yaml: fleet/evenkeel.yaml, old/evenkeel.yaml' },
  ])
})
