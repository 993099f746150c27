import { describe, expect, test } from 'vitest'
import { Failure } from '../../core/failure.ts'
import type { Access, Bundle, Cluster } from '../../core/kinds/index.ts'
import { openRenderer } from '../../render/index.ts'
import { type Declared, type FleetModel, renderBundle, type SourcePath } from './index.ts'

const tools = { renderer: openRenderer({ threads: 1 }), seed: () => new Uint8Array(32), clock: () => 0 }

const model: FleetModel = {
  folder: 'fleet',
  fleet: undefined,
  environments: new Map(),
  clusters: new Map(),
  bundles: new Map(),
  rollouts: new Map(),
  access: new Map(),
}

function bundle(spec: Partial<Bundle['spec']> = {}): Declared<Bundle> {
  return {
    value: {
      apiVersion: 'evenkeel.dev/v1alpha1',
      kind: 'Bundle',
      metadata: { name: 'web' },
      spec: { source: { path: 'apps/web' }, ...spec },
    },
    file: 'fleet/bundles/web.yaml',
    line: 1,
  }
}

function cluster(name: string, labels: Record<string, string> = {}): Cluster {
  return {
    apiVersion: 'evenkeel.dev/v1alpha1',
    kind: 'Cluster',
    metadata: { name },
    spec: { environment: name.split('-')[0] ?? '', labels, connect: { agent: {} } },
  }
}

/** Reads folders of a map, as a repository does: an unknown folder is a failure. */
function reader(folders: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  return async ({ path }: SourcePath): Promise<ReadonlyMap<string, Uint8Array>> => {
    const folder = folders[path]
    if (folder === undefined) throw new Failure('path-gone', `there is no ${path} in commit abc`)
    return new Map(Object.entries(folder).map(([name, text]) => [`${path}/${name}`, Buffer.from(text)]))
  }
}

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

test('a bundle renders to its objects, with origins, and to one variant on every cluster', async () => {
  const read = reader({ 'apps/web': { 'a.yaml': `${configMap('a')}---\n${configMap('b')}` } })
  const one = await renderBundle(model, bundle(), cluster('prod-1'), read, tools)
  const two = await renderBundle(model, bundle(), cluster('dev-1'), read, tools)
  expect(one).toEqual(two)
  expect(one).toMatchObject({ rendered: true, empty: false, refused: [], warnings: [] })
  expect(one.rendered && one.objects.map(({ object, origin }) => [object.metadata.name, origin])).toEqual([
    ['a', { file: 'apps/web/a.yaml', line: 1 }],
    ['b', { file: 'apps/web/a.yaml', line: 5 }],
  ])
  expect(one.rendered && one.variant.hash).toMatch(/^sha256:[0-9a-f]{64}$/)
})

test('incident 1: a source without objects is rendered and said to be empty', async () => {
  const result = await renderBundle(model, bundle(), cluster('prod-1'), reader({ 'apps/web': {} }), tools)
  expect(result).toMatchObject({ rendered: true, empty: true, objects: [] })
})

test('incident 2: a path that is gone is a problem of the bundle, never an empty rendering', async () => {
  const result = await renderBundle(model, bundle(), cluster('prod-1'), reader({}), tools)
  expect(result).toEqual({
    rendered: false,
    problems: [
      {
        file: 'fleet/bundles/web.yaml',
        line: 1,
        subject: 'Bundle web',
        message: 'there is no apps/web in commit abc',
        severity: 'error',
      },
    ],
  })
})

test('incident 4: a source that cannot be read whole is no rendering', async () => {
  const read = reader({ 'apps/web': { 'a.yaml': configMap('a'), 'b.yaml': 'a: [' } })
  expect(await renderBundle(model, bundle(), cluster('prod-1'), read, tools)).toMatchObject({
    rendered: false,
    problems: [{ file: 'apps/web/b.yaml' }],
  })
})

test('row 43: an object that cannot be delivered is refused by name, and the others are rendered', async () => {
  const read = reader({ 'apps/web': { 'a.yaml': configMap('a'), 'b.yaml': configMap('"b/../c"') } })
  const result = await renderBundle(model, bundle(), cluster('prod-1'), read, tools)
  expect(result).toMatchObject({
    rendered: true,
    refused: [{ file: 'apps/web/b.yaml', message: 'metadata.name holds characters that no name may hold' }],
  })
  expect(result.rendered && result.objects).toHaveLength(1)
})

test('a fault that is no failure is not turned into a problem', async () => {
  const broken = (): Promise<never> => Promise.reject(new TypeError('bug'))
  await expect(renderBundle(model, bundle(), cluster('prod-1'), broken, tools)).rejects.toThrow('bug')
})

describe('layers', () => {
  const read = reader({
    'apps/web/overlays/prod': { 'a.yaml': configMap('prod') },
    'apps/web/overlays/prod-1': { 'a.yaml': configMap('prod-1') },
    'apps/web/overlays/eu': { 'a.yaml': configMap('eu') },
  })
  const namesOn = async (layers: string[], where: Cluster): Promise<unknown> => {
    const result = await renderBundle(model, bundle({ layers }), where, read, tools)
    return result.rendered ? result.objects.map(({ object }) => object.metadata.name) : result.problems
  }

  test('the most specific that exists wins', async () => {
    const layers = ['overlays/{environment}', 'overlays/{cluster}']
    expect(await namesOn(layers, cluster('prod-1'))).toEqual(['prod-1'])
    expect(await namesOn(layers, cluster('prod-2'))).toEqual(['prod'])
    expect(await namesOn(['overlays/{cluster.labels.region}'], cluster('dev-1', { region: 'eu' }))).toEqual([
      'eu',
    ])
  })

  test('where none exists the bundle has no rendering', async () => {
    expect(await namesOn(['overlays/{environment}'], cluster('dev-1'))).toMatchObject([
      { message: 'there is no apps/web/overlays/dev in commit abc' },
    ])
  })

  test('one that names what is not known about the cluster, or climbs, is refused', async () => {
    expect(await namesOn(['overlays/{cluster.labels.zone}'], cluster('prod-1'))).toMatchObject([
      {
        message:
          'layer overlays/{cluster.labels.zone}: {cluster.labels.zone} is not known for cluster prod-1',
      },
    ])
    expect(await namesOn(['../../{cluster}'], cluster('prod-1'))).toMatchObject([
      { message: 'layer ../../{cluster} leads outside the repository' },
    ])
  })
})

test('what its renderer has no use for is refused, not left out', async () => {
  const read = reader({ 'apps/web': { 'a.yaml': configMap('a') } })
  const asked: readonly (readonly [Partial<Bundle['spec']>, string])[] = [
    [{ values: ['values.yaml'], vars: { a: 'b' } }, 'values and vars have no meaning for plain YAML'],
    [{ source: { path: 'apps/web', repository: 'other' } }, 'evenkeel.yaml lists no repository other'],
  ]
  for (const [spec, message] of asked) {
    expect(await renderBundle(model, bundle(spec), cluster('prod-1'), read, tools)).toMatchObject({
      rendered: false,
      problems: [{ message: expect.stringContaining(message) }],
    })
  }
})

test('what a team may not write is left out by name and place, and the rest stays', async () => {
  const access: Access = {
    apiVersion: 'evenkeel.dev/v1alpha1',
    kind: 'Access',
    metadata: { name: 'web-team' },
    spec: {
      subjects: [{ group: 'web' }],
      roles: ['operator'],
      bundles: ['web'],
      writes: { namespaces: ['web'] },
    },
  }
  const bounded = { ...model, access: new Map([['web-team', { value: access, file: 'a.yaml', line: 1 }]]) }
  const other = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: payments}\n`
  const read = reader({ 'apps/web': { 'a.yaml': `${configMap('a')}---\n${other}` } })
  const one = await renderBundle(bounded, bundle({ namespace: 'web' }), cluster('prod-1'), read, tools)
  expect(one).toMatchObject({
    rendered: true,
    objects: [{ object: { metadata: { name: 'a' } } }],
    refused: [
      {
        file: 'apps/web/a.yaml',
        line: 5,
        subject: 'ConfigMap payments/b',
        message: 'bundle web may not write it: it is outside of what Access web-team lets it write',
      },
    ],
  })
})
