import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type JsonMap, textOf } from '../../src/core/object/index.ts'
import { SimClient } from './sim-client.ts'
import { type StartedSimulator, startSimulator } from './start-simulator.ts'

let started: StartedSimulator
let client: SimClient
let old: SimClient
let path = ''
let count = 0

beforeAll(async () => {
  started = await startSimulator({
    clusters: [{ name: 'new' }, { name: 'old', profile: '1.33' }],
    controllers: [],
  })
  client = new SimClient(started.simulator, 'new')
  old = new SimClient(started.simulator, 'old')
})
afterAll(async () => {
  client.close()
  old.close()
  await started.close()
  expect(started.failures).toEqual([])
})
beforeEach(async () => {
  count += 1
  const name = `space-${count}`
  path = `/api/v1/namespaces/${name}/configmaps`
  const made = await client.ask('/api/v1/namespaces', { method: 'POST', body: { metadata: { name } } })
  expect(made.code).toBe(201)
})

const metadataOf = (body: JsonMap | undefined): JsonMap => (body?.metadata ?? {}) as JsonMap
const namesIn = (body: JsonMap): unknown[] => (body.items as JsonMap[]).map((item) => metadataOf(item).name)
const create = async (name: string, labels: Record<string, string> = {}): Promise<string> => {
  const { code, body } = await client.ask(path, {
    method: 'POST',
    body: { metadata: { name, labels }, data: {} },
  })
  expect(code).toBe(201)
  return textOf(metadataOf(body).resourceVersion)
}
const change = async (name: string, patch: object): Promise<JsonMap> => {
  const headers = { 'content-type': 'application/merge-patch+json' }
  return (await client.ask(`${path}/${name}`, { method: 'PATCH', headers, body: patch })).body
}
const remove = (name: string) => client.ask(`${path}/${name}`, { method: 'DELETE' })

describe('a list', () => {
  test('in pages stays at its revision, and says how many remain', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await create(name)
    const first = await client.ask(`${path}?limit=2`)
    expect(namesIn(first.body)).toEqual(['a', 'b'])
    expect(metadataOf(first.body)).toMatchObject({ remainingItemCount: 3 })
    await remove('c')
    await create('cc')
    const token = textOf(metadataOf(first.body).continue)
    const second = await client.ask(`${path}?limit=2&continue=${token}`)
    expect(namesIn(second.body)).toEqual(['c', 'd'])
    expect(metadataOf(second.body).resourceVersion).toBe(metadataOf(first.body).resourceVersion)
    const third = await client.ask(`${path}?continue=${textOf(metadataOf(second.body).continue)}`)
    expect([namesIn(third.body), metadataOf(third.body).continue]).toEqual([['e'], undefined])
    expect(namesIn((await client.ask(path)).body)).toEqual(['a', 'b', 'cc', 'd', 'e'])
  })

  test('whose page expired goes on with another token, inconsistently', async () => {
    for (const name of ['a', 'b', 'c']) await create(name)
    const first = await client.ask(`${path}?limit=1`)
    await create('bb')
    started.simulator.cluster('new').cluster.store.compact()
    const expired = await client.ask(`${path}?limit=1&continue=${textOf(metadataOf(first.body).continue)}`)
    expect([expired.code, expired.body.reason]).toEqual([410, 'Expired'])
    const again = await client.ask(`${path}?continue=${textOf(metadataOf(expired.body).continue)}`)
    expect(namesIn(again.body)).toEqual(['b', 'bb', 'c'])
  })

  test('is selected by labels and fields; with a selector nobody counts what remains', async () => {
    await create('a', { tier: 'front' })
    await create('b', { tier: 'back' })
    await create('c', { tier: 'front' })
    expect(namesIn((await client.ask(`${path}?labelSelector=tier%3Dfront`)).body)).toEqual(['a', 'c'])
    expect(namesIn((await client.ask(`${path}?labelSelector=tier+notin+(front)`)).body)).toEqual(['b'])
    expect(namesIn((await client.ask(`${path}?fieldSelector=metadata.name%3Db`)).body)).toEqual(['b'])
    const page = await client.ask(`${path}?labelSelector=tier%3Dfront&limit=1`)
    expect(metadataOf(page.body)).not.toHaveProperty('remainingItemCount')
    const unknown = await client.ask(`${path}?fieldSelector=data.a%3D1`)
    expect([unknown.code, unknown.body.message]).toEqual([
      400,
      '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ])
  })

  test('is at the revision that is asked for, or refused when there is none', async () => {
    const before = await create('a')
    await create('b')
    const exact = `${path}?resourceVersion=${before}&resourceVersionMatch=Exact`
    expect(namesIn((await client.ask(exact)).body)).toEqual(['a'])
    expect(namesIn((await client.ask(`${path}?resourceVersion=${before}`)).body)).toEqual(['a', 'b'])
    const future = await client.ask(`${path}?resourceVersion=999999`)
    expect([future.code, future.body.reason]).toEqual([504, 'Timeout'])
    expect((future.body.details as JsonMap).causes).toMatchObject([{ reason: 'ResourceVersionTooLarge' }])
    started.simulator.cluster('new').cluster.store.compact()
    await create('c')
    started.simulator.cluster('new').cluster.store.compact()
    expect((await client.ask(exact)).code).toBe(410)
    expect((await client.ask(`${path}?resourceVersionMatch=Exact`)).code).toBe(422)
    expect((await client.ask(`${path}?continue=nonsense`)).code).toBe(400)
  })

  test('comes as a table or as metadata only, and not in a form that is not offered', async () => {
    await create('a')
    const table = await client.ask(path, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    })
    expect(table.body).toMatchObject({
      kind: 'Table',
      columnDefinitions: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }],
      rows: [{ cells: ['a', 0, expect.any(String)], object: { kind: 'PartialObjectMetadata' } }],
    })
    const bare = await client.ask(path, {
      headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
    })
    expect((bare.body.items as JsonMap[])[0]).not.toHaveProperty('data')
    expect((await client.ask(path, { headers: { accept: 'application/cbor' } })).code).toBe(406)
  })
})

describe('a watch', () => {
  test('tells what happened since a revision, in order, and what happens then', async () => {
    const from = await create('a')
    await change('a', { data: { x: '1' } })
    const watch = client.watch(`${path}?watch=true&resourceVersion=${from}`)
    await create('b')
    const last = await remove('a')
    const events = await watch.take(3)
    expect(events.map(({ type }) => type)).toEqual(['MODIFIED', 'ADDED', 'DELETED'])
    expect(last.code).toBe(200)
    const revisions = events.map(({ object }) => Number(metadataOf(object as JsonMap).resourceVersion))
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b))
    watch.close()
  })

  test('with a selector tells of objects that begin to match and that cease to', async () => {
    const from = await create('a', { tier: 'back' })
    const watch = client.watch(`${path}?watch=true&labelSelector=tier%3Dfront&resourceVersion=${from}`)
    await change('a', { metadata: { labels: { tier: 'front' } } })
    await change('a', { data: { x: '1' } })
    const gone = await change('a', { metadata: { labels: { tier: null } } })
    const events = await watch.take(3)
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
    expect(metadataOf(events[2]?.object as JsonMap)).toMatchObject({
      labels: { tier: 'front' },
      resourceVersion: metadataOf(gone).resourceVersion as string,
    })
    watch.close()
  })

  test('from a revision that is forgotten answers 200, says so, and ends', async () => {
    const from = await create('a')
    await create('b')
    started.simulator.cluster('new').cluster.store.compact()
    const watch = client.watch(`${path}?watch=true&resourceVersion=${from}`)
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    })
    expect(await watch.next()).toBeUndefined()
  })

  test('may begin with everything, and says where that ends; a release without the gate refuses', async () => {
    await create('a')
    await create('b')
    const query =
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
    const watch = client.watch(`${path}?${query}`)
    expect([(await watch.next())?.type, (await watch.next())?.type]).toEqual(['ADDED', 'ADDED'])
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    })
    watch.close()
    const refused = await old.ask(`/api/v1/configmaps?${query}`)
    expect(refused.code).toBe(422)
    expect(refused.body.message).toContain('unless the WatchList feature gate is enabled')
  })

  test('of custom resources ends with their definition', async () => {
    const whole = await startSimulator({ clusters: [{ name: 'one' }], controllers: ['definitions'] })
    const owner = new SimClient(whole.simulator, 'one')
    const definition = {
      metadata: { name: 'widgets.example.dev' },
      spec: {
        group: 'example.dev',
        scope: 'Cluster',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    }
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    expect((await owner.ask(definitions, { method: 'POST', body: definition })).code).toBe(201)
    const widgets = '/apis/example.dev/v1/widgets'
    const watch = owner.watch(`${widgets}?watch=true`)
    await owner.ask(widgets, {
      method: 'POST',
      body: { apiVersion: 'example.dev/v1', kind: 'Widget', metadata: { name: 'a' } },
    })
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { kind: 'Widget' } })
    await owner.ask(`${definitions}/widgets.example.dev`, { method: 'DELETE' })
    expect(await watch.next()).toMatchObject({ type: 'DELETED' })
    expect(await watch.next()).toBeUndefined()
    expect((await owner.ask(widgets)).code).toBe(404)
    owner.close()
    await whole.close()
  })

  test('ends when its time is over, and may be of one object, as a table', async () => {
    await create('a')
    await create('b')
    const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }
    const watch = client.watch(`${path}?watch=true&fieldSelector=metadata.name%3Da&timeoutSeconds=1`, accept)
    const first = await watch.next()
    expect(first).toMatchObject({
      type: 'ADDED',
      object: { kind: 'Table', rows: [{ cells: ['a', 0, expect.any(String)] }] },
    })
    await change('b', { data: { x: '1' } })
    await change('a', { data: { x: '1' } })
    expect(await watch.next()).toMatchObject({ type: 'MODIFIED', object: { columnDefinitions: null } })
    expect(await watch.next()).toBeUndefined()
  })
})
