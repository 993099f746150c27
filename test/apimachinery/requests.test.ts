import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type ObjectHandling,
  openObjectHandling,
  type WriteReply,
  type WriteRequest,
} from '../../src/apimachinery/index.ts'
import { type JsonMap, mapOf, mapsOf, textOf, textsOf } from '../../src/core/object/index.ts'
import { openReleases, type Releases } from '../../src/sim/data/index.ts'
import { widgetDefinition } from './cases.ts'

let handling: ObjectHandling
let releases: Releases

beforeAll(async () => {
  releases = await openReleases()
  const opened = openObjectHandling({ schemas: releases.schemas, threads: 1 })
  if (opened === undefined) throw new Error('dist/apimachinery.wasm is missing')
  handling = opened
})

afterAll(async () => {
  await handling.close()
})

const deployments = { type: { group: 'apps', version: 'v1', kind: 'Deployment' }, resource: 'deployments' }
const uid = '2a3b4c5d-1111-4222-8333-444455556666'

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'example.dev/web:1' }] },
    },
  },
}

function asked(more: Partial<WriteRequest>, body: unknown = ''): WriteRequest {
  return {
    ...deployments,
    profile: '1.36',
    method: 'POST',
    subresource: '',
    namespace: 'shop',
    name: '',
    query: '',
    contentType: 'application/json',
    userAgent: 'test/1',
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    now: '2026-11-28T12:00:00Z',
    uid,
    ...more,
  }
}

function storedIn(reply: WriteReply, revision = '7'): JsonMap {
  if (reply.kind !== 'answer' || reply.stored === undefined || reply.stored.as === 'deleted') {
    throw new Error(`nothing was stored: ${JSON.stringify(reply)}`)
  }
  const { object } = reply.stored
  return { ...object, metadata: { ...(object.metadata as JsonMap), resourceVersion: revision } }
}

test('the same request has the same reply, and a new object has the chosen identity and time', async () => {
  const request = asked({}, { ...deployment, metadata: { generateName: 'web-' } })
  const [first, second] = [await handling.write(request), await handling.write(request)]
  expect(second).toEqual(first)
  expect(storedIn(first).metadata).toMatchObject({
    uid,
    creationTimestamp: request.now,
    name: expect.stringMatching(/^web-[a-z0-9]{5}$/),
  })
})

test('an apply that changes nothing stores nothing', async () => {
  const apply = {
    method: 'PATCH',
    name: 'web',
    contentType: 'application/apply-patch+yaml',
    query: 'fieldManager=evenkeel',
  } as const
  const live = storedIn(await handling.write(asked(apply, deployment)))
  const again = await handling.write(asked({ ...apply, live, now: '2026-11-28T13:00:00Z' }, deployment))
  expect(again).toEqual({ kind: 'answer', code: 200, body: live, warnings: [] })
})

test('a scale is shown as a Scale, and its object is stored', async () => {
  const live = storedIn(await handling.write(asked({}, deployment)))
  const scale = { method: 'PATCH', name: 'web', subresource: 'scale', live } as const
  const patch = { contentType: 'application/merge-patch+json', query: 'fieldManager=hpa' }
  const reply = await handling.write(asked({ ...scale, ...patch }, { spec: { replicas: 5 } }))
  expect(reply).toMatchObject({ code: 200, body: { kind: 'Scale', spec: { replicas: 5 } } })
  expect(storedIn(reply)).toMatchObject({ kind: 'Deployment', spec: { replicas: 5 } })
  const shown = await handling.convert({
    ...deployments,
    profile: '1.36',
    object: live,
    subresource: 'scale',
  })
  expect(shown).toMatchObject({ kind: 'Scale', spec: { replicas: 3 } })
})

test('what admission makes of an object is stored, without an owner', async () => {
  const asking = await handling.write(asked({ admission: 'ask' }, deployment))
  if (asking.kind !== 'prepared') throw new Error('admission was not asked')
  const metadata = { ...(asking.object.metadata as JsonMap), labels: { injected: 'yes' } }
  const prepared = { ...asking.object, metadata }
  const stored = storedIn(await handling.write(asked({ admission: { prepared } }, deployment)))
  expect(stored).toMatchObject({ metadata: { labels: { injected: 'yes' } } })
  expect(JSON.stringify(stored)).not.toContain('f:injected')
})

test('deletion waits for finalizers, and ends with them', async () => {
  const held = { ...deployment, metadata: { name: 'web', finalizers: ['example.dev/wait'] } }
  const live = storedIn(await handling.write(asked({}, held)))
  const deleting = storedIn(await handling.write(asked({ method: 'DELETE', name: 'web', live })))
  expect(deleting.metadata).toMatchObject({ deletionTimestamp: '2026-11-28T12:00:00Z', generation: 2 })
  const freed = await handling.write(
    asked(
      { method: 'PATCH', name: 'web', live: deleting, contentType: 'application/merge-patch+json' },
      { metadata: { finalizers: null } },
    ),
  )
  expect(freed).toMatchObject({ code: 200, stored: { as: 'deleted' } })
})

test('a Service takes what it is offered', async () => {
  const offer = { clusterIP: '10.0.0.9', nodePorts: [30_001] }
  const body = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { type: 'NodePort', ports: [{ port: 80 }] },
  }
  const place = { type: { group: '', version: 'v1', kind: 'Service' }, resource: 'services', offer }
  expect(storedIn(await handling.write(asked(place, body)))).toMatchObject({
    spec: { clusterIP: '10.0.0.9', ports: [{ nodePort: 30_001 }] },
  })
})

test('custom resources are handled by their definition', async () => {
  const { digest, documents } = await handling.define(widgetDefinition as unknown as JsonMap)
  expect(JSON.stringify(documents.v1)).toContain('dev.example.apimachinery.v1.Widget')
  const type = { group: 'apimachinery.example.dev', version: 'v1', kind: 'Widget', definition: digest }
  const place = { type, resource: 'widgets' }
  const widget = {
    apiVersion: 'apimachinery.example.dev/v1',
    kind: 'Widget',
    metadata: { name: 'one' },
    spec: { size: 2, unknown: 1 },
    status: { ready: true },
  }
  const reply = await handling.write(asked(place, widget))
  expect(reply.warnings).toEqual(['unknown field "spec.unknown"'])
  const live = storedIn(reply)
  expect(live).toMatchObject({ spec: { size: 2, color: 'red' }, metadata: { generation: 1 } })
  expect(live).not.toHaveProperty('status')
  const tooLarge = { ...widget, spec: { size: 20 } }
  expect(await handling.write(asked(place, tooLarge))).toMatchObject({ code: 422 })
  const table = await handling.table({
    ...place,
    profile: '1.36',
    objects: [live],
    now: '2026-11-28T12:05:00Z',
  })
  expect(table.rows).toMatchObject([{ cells: ['one', '5m'] }])
})

/** Kept by nobody, or by the aggregator, which is another server. */
const notStored = /^(bindings|componentstatuses|apiservices|.*reviews)$/

test.for(['1.33', '1.34', '1.35', '1.36'] as const)(
  'every kind that %s serves can be written and shown',
  async (profile) => {
    const { core, groups } = releases.release(profile).discovery
    const tried: string[] = []
    for (const group of [...mapsOf(core.items), ...mapsOf(groups.items)]) {
      for (const { version, resources } of mapsOf(group.versions)) {
        for (const one of mapsOf(resources)) {
          const resource = textOf(one.resource)
          if (!textsOf(one.verbs).includes('create') || notStored.test(resource)) continue
          const kind = textOf(mapOf(one.responseKind).kind)
          const type = { group: textOf(mapOf(group.metadata).name), version: textOf(version), kind }
          const namespace = one.scope === 'Namespaced' ? 'shop' : ''
          const reply = await handling.write(asked({ type, resource, profile, namespace }, '{"spec":1}'))
          expect([resource, reply.kind === 'answer' && [400, 422].includes(reply.code)]).toEqual([
            resource,
            true,
          ])
          const table = await handling.table({
            type,
            resource,
            profile,
            objects: [],
            now: '2026-11-28T12:00:00Z',
          })
          expect(table.columnDefinitions[0]).toMatchObject({ type: 'string' })
          tried.push(resource)
        }
      }
    }
    expect(tried.length).toBeGreaterThan(50)
  },
)
