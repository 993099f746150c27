import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ChartServer, publish } from './chart-server.ts'
import { ChartRig, failureOf, textOf } from './opened-charts.ts'
import { chartFiles, type ChartSpec, dependencyLines, packChart } from './pack-chart.ts'
import { startRegistry } from './registry-server.ts'

let rig: ChartRig
let server: ChartServer

beforeEach(async () => {
  rig = new ChartRig()
  server = await rig.serve()
})

afterEach(() => rig.close())

/** A tree of charts by their folder. */
function treeOf(charts: Readonly<Record<string, ChartSpec>>): Map<string, Uint8Array> {
  return new Map(
    Object.entries(charts).flatMap(([folder, spec]) =>
      [...chartFiles(spec)].map(
        ([path, bytes]) => [folder === '' ? path : `${folder}/${path}`, bytes] as const,
      ),
    ),
  )
}

const shop = (
  dependencies: Parameters<typeof dependencyLines>[0],
  files: ChartSpec['files'] = {},
): ChartSpec => ({
  name: 'shop',
  version: '1.0.0',
  more: dependencyLines(dependencies),
  files,
})

const redis = (version: string, more?: string): ChartSpec => ({
  name: 'redis',
  version,
  ...(more === undefined ? {} : { more }),
})

function resolve(tree: ReadonlyMap<string, Uint8Array>, path = '', limits = {}) {
  return rig.open([server], { limits }).resolveDependencies({ tree, path })
}

describe('dependencies of a chart', () => {
  test('without a lock are the highest of their range, and the answer records it', async () => {
    publish(server, [redis('1.0.0'), redis('1.4.0'), redis('2.0.0')])
    const tree = treeOf({ apps: shop([{ name: 'redis', version: '^1', repository: server.url }]) })
    const { files, resolved } = await resolve(tree, 'apps')
    expect([...files.keys()]).toEqual(['charts/redis/Chart.yaml', 'charts/redis/values.yaml'])
    expect(resolved).toMatchObject([
      { of: '', name: 'redis', version: '1.4.0', by: 'range', repository: server.url },
    ])
    expect(resolved[0]?.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  test('with a lock are what the lock says', async () => {
    publish(server, [redis('1.0.0'), redis('1.4.0')])
    const asked = { name: 'redis', version: '^1', repository: server.url }
    const lock = dependencyLines([{ ...asked, version: '1.0.0' }])
    const { resolved } = await resolve(
      treeOf({ '': shop([asked], { 'Chart.lock': `${lock}digest: sha256:0\n` }) }),
    )
    expect(resolved).toMatchObject([{ version: '1.0.0', by: 'lock' }])
  })

  test('are refused when the lock does not name them, or a version outside the range', async () => {
    publish(server, [redis('1.0.0'), redis('2.0.0')])
    const asked = { name: 'redis', version: '^2', repository: server.url }
    for (const locked of [
      [],
      [{ ...asked, version: '1.0.0' }],
      [{ ...asked, version: '2.0.0', repository: 'https://elsewhere.example.com' }],
    ]) {
      const tree = treeOf({ '': shop([asked], { 'Chart.lock': dependencyLines(locked) }) })
      expect(await failureOf(resolve(tree))).toMatchObject({ code: 'lock-outdated' })
    }
  })

  test('that were recorded do not move by themselves, are not asked for, and are checked by their digest', async () => {
    publish(server, [redis('1.0.0'), redis('1.4.0')])
    const tree = treeOf({ '': shop([{ name: 'redis', version: '^1', repository: server.url }]) })
    const charts = rig.open([server])
    const { files, resolved } = await charts.resolveDependencies({ tree, path: '' })
    publish(server, [redis('1.0.0'), redis('1.4.0'), redis('1.5.0')])
    const asked = server.requests.length
    const again = await charts.resolveDependencies({ tree, path: '', recorded: resolved })
    expect(again).toEqual({ files, resolved: [{ ...resolved[0], by: 'record' }] })
    expect(server.requests).toHaveLength(asked)
    const moved = treeOf({ '': shop([{ name: 'redis', version: '~1.5', repository: server.url }]) })
    const next = await charts.resolveDependencies({ tree: moved, path: '', recorded: resolved })
    expect(next.resolved).toMatchObject([{ version: '1.5.0', by: 'range' }])
    publish(server, [redis('1.4.0', 'description: published anew\n')])
    const other = rig.open([server], { cacheFolder: `${rig.folder}/empty` })
    const failed = await failureOf(other.resolveDependencies({ tree, path: '', recorded: resolved }))
    expect(failed).toMatchObject({ code: 'wrong-digest' })
  })

  test('of one repository ask for its index once', async () => {
    publish(server, [redis('1.0.0'), { name: 'kafka', version: '1.0.0' }])
    await resolve(
      treeOf({
        '': shop(['redis', 'kafka'].map((name) => ({ name, version: '^1', repository: server.url }))),
      }),
    )
    expect(server.requests.filter((line) => line.startsWith('/index.yaml'))).toHaveLength(1)
  })

  test('that are in the folder charts/ already, unpacked or packed, are not fetched', async () => {
    const asked = [
      { name: 'redis', version: '^1', repository: server.url },
      { name: 'kafka', version: '3.x', repository: '' },
    ]
    const tree = treeOf({
      '': shop(asked, { 'charts/redis-1.0.0.tgz': packChart(redis('1.0.0')) }),
      'charts/stream': { name: 'kafka', version: '3.1.0' },
    })
    expect(await resolve(tree)).toEqual({ files: new Map(), resolved: [] })
    expect(server.requests).toEqual([])
  })

  test('bring theirs along, down to the last', async () => {
    const common = { name: 'common', version: '0.1.0' }
    const asksCommon = dependencyLines([{ name: 'common', version: '0.x', repository: server.url }])
    publish(server, [redis('1.0.0', asksCommon), common])
    const { files, resolved } = await resolve(
      treeOf({ '': shop([{ name: 'redis', version: '1.0.0', repository: server.url }]) }),
    )
    expect([...files.keys()]).toContain('charts/redis/charts/common/Chart.yaml')
    expect(resolved).toMatchObject([
      { of: '', name: 'redis' },
      { of: 'charts/redis', name: 'common', version: '0.1.0' },
    ])
  })

  test('of two aliases are brought once, and of two versions side by side', async () => {
    publish(server, [redis('1.0.0'), redis('2.0.0')])
    const from = (version: string, alias: string) => ({
      name: 'redis',
      version,
      repository: server.url,
      alias,
    })
    const { files } = await resolve(treeOf({ '': shop([from('^1', 'a'), from('^1', 'b'), from('^2', 'c')]) }))
    expect([...files.keys()].filter((path) => path.endsWith('Chart.yaml'))).toEqual([
      'charts/redis/Chart.yaml',
      'charts/redis-2.0.0/Chart.yaml',
    ])
  })

  test('come from a registry too', async () => {
    const registry = await startRegistry()
    rig.add(registry)
    await registry.push('charts/redis', redis('1.0.0'))
    const charts = rig.open([], { allowedHosts: [registry.host], plainHttp: [registry.host] })
    const repository = `oci://${registry.host}/charts`
    const tree = treeOf({ '': shop([{ name: 'redis', version: '1.0.0', repository }]) })
    const { resolved } = await charts.resolveDependencies({ tree, path: '' })
    expect(resolved).toMatchObject([{ name: 'redis', version: '1.0.0', repository }])
  })

  test('of a chart of Helm 2 stand in requirements.yaml and its lock', async () => {
    publish(server, [redis('1.0.0'), redis('1.4.0')])
    const asked = { name: 'redis', version: '^1', repository: server.url }
    const files = {
      'requirements.yaml': dependencyLines([asked]),
      'requirements.lock': dependencyLines([{ ...asked, version: '1.0.0' }]),
    }
    const { resolved } = await resolve(treeOf({ '': { name: 'shop', version: '1.0.0', files } }))
    expect(resolved).toMatchObject([{ version: '1.0.0', by: 'lock' }])
  })
})

describe('dependencies by file://', () => {
  const local = (repository: string, name = 'common') => [{ name, version: '>=0.1.0', repository }]

  test('are taken from the tree, with what they depend on', async () => {
    publish(server, [redis('1.0.0')])
    const asksRedis = dependencyLines([{ name: 'redis', version: '^1', repository: server.url }])
    const tree = treeOf({
      'apps/shop': shop(local('file://../../library/common')),
      'library/common': {
        name: 'common',
        version: '0.2.0',
        more: asksRedis,
        files: { 'templates/_x.tpl': 'x' },
      },
    })
    const { files, resolved } = await resolve(tree, 'apps/shop')
    expect(textOf(files, 'charts/common/templates/_x.tpl')).toBe('x')
    expect(files.has('charts/common/charts/redis/Chart.yaml')).toBe(true)
    expect(resolved).toMatchObject([
      { name: 'common', version: '0.2.0', by: 'tree', digest: undefined },
      { of: 'charts/common', name: 'redis', by: 'range' },
    ])
  })

  test('row 1: never lead outside the tree', async () => {
    for (const repository of [
      'file://../../../etc',
      'file:///etc',
      'file://..',
      'file://../common/../../x',
      'file://nowhere',
    ]) {
      const tree = treeOf({ shop: shop(local(repository)) })
      expect([repository, await failureOf(resolve(tree, 'shop'))]).toMatchObject([
        repository,
        { code: 'not-in-tree' },
      ])
    }
    for (const path of ['../x', '/etc', '..']) {
      expect(await failureOf(resolve(treeOf({}), path))).toMatchObject({ code: 'not-in-tree' })
    }
  })

  test('of a chart that was fetched lead nowhere', async () => {
    publish(server, [redis('1.0.0', dependencyLines(local('file://../secrets', 'secrets')))])
    const tree = treeOf({
      shop: shop([{ name: 'redis', version: '^1', repository: server.url }]),
      secrets: { name: 'secrets', version: '1.0.0' },
    })
    expect(await failureOf(resolve(tree, 'shop'))).toMatchObject({ code: 'not-in-tree' })
  })

  test('row 5: in a circle, or without end, are refused', async () => {
    const tree = treeOf({
      shop: shop(local('file://../common')),
      common: { name: 'common', version: '1.0.0', more: dependencyLines(local('file://../shop', 'shop')) },
    })
    expect(await failureOf(resolve(tree, 'shop'))).toMatchObject({ code: 'dependency-cycle' })
    const itself = treeOf({ shop: shop(local('file://.', 'shop')) })
    expect(await failureOf(resolve(itself, 'shop'))).toMatchObject({ code: 'dependency-cycle' })
    const chain = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `c${index}`,
        {
          name: `c${index}`,
          version: '1.0.0',
          more: dependencyLines(local(`file://../c${index + 1}`, `c${index + 1}`)),
        },
      ]),
    )
    expect(await failureOf(resolve(treeOf(chain), 'c0'))).toMatchObject({ code: 'too-large' })
  })
})

test('a dependency that nobody can fetch is named with what to do', async () => {
  for (const [repository, code] of [
    ['@stable', 'unsupported-repository'],
    ['alias:stable', 'unsupported-repository'],
    ['s3://bucket/charts', 'unsupported-repository'],
    ['', 'not-in-tree'],
    ['https://elsewhere.example.com', 'host-not-allowed'],
  ] as const) {
    const tree = treeOf({ '': shop([{ name: 'redis', version: '^1', repository }]) })
    const failed = await failureOf(resolve(tree))
    expect([repository, failed]).toMatchObject([repository, { code }])
    expect(String((failed as { hint?: string }).hint)).not.toBe('undefined')
  }
})

test('what dependencies bring together is bounded in number, files and bytes', async () => {
  publish(server, [redis('1.0.0'), { name: 'kafka', version: '1.0.0' }])
  const both = ['redis', 'kafka'].map((name) => ({ name, version: '^1', repository: server.url }))
  for (const limits of [{ dependencies: 1 }, { files: 3 }, { unpackedBytes: 3000 }]) {
    const failed = await failureOf(resolve(treeOf({ '': shop(both) }), '', limits))
    expect([limits, failed]).toMatchObject([limits, { code: 'too-large' }])
  }
})
