import { expect, test } from 'vitest'
import type { ApiServer } from '../../tools/kubernetes/index.ts'
import { configMap } from '../engine/manifests.ts'
import { connectionBy, type Part, type Rig } from '../engine/rig.ts'
import { define, keyedRules, shopKind, type ShopKind, shopVersion } from '../engine/shops.ts'
import { refusal, startHttpProxy } from '../faults/http-proxy.ts'
import { WarpedClock } from '../faults/warped-clock.ts'
import { deletions, sharedServer, Started } from './each-rig.ts'

const started = new Started()
const roomy = { pruneBound: { maxObjects: 100, maxPercent: 100 } }

async function commit(r: Rig, parts: readonly Part[]): Promise<void> {
  r.declareAll(parts)
  await r.until('all were looked at', () =>
    parts.every(({ bundle }) => !['pending', undefined].includes(r.bundleReport(bundle)?.phase)),
  )
  await r.engine.idle()
}

async function names(r: Rig, bundle: string): Promise<string[]> {
  const { inventories } = await r.journal.load()
  return (inventories.get(bundle) ?? []).map(({ ref }) => ref.name).sort()
}

/** Moves the group behind an aggregated API that has no endpoints; the answer brings it back. */
async function breakApi(r: Rig, server: ApiServer, shops: ShopKind): Promise<() => Promise<void>> {
  const name = `v1.${shops.group}`
  const broken = {
    metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': null } },
    spec: { service: { namespace: 'default', name: 'nobody' }, insecureSkipTLSVerify: true },
  }
  const patch = ['patch', 'apiservice', name, '--type=merge', '-p', JSON.stringify(broken)]
  await server.mustKubectl('admin', patch)
  const reads = ['get', `shops.${shops.group}`, '-n', r.namespace]
  await r.until('the API is broken', async () => (await server.kubectl('admin', reads)).code !== 0)
  return async () => {
    await server.mustKubectl('admin', ['delete', 'apiservice', name])
    await r.until('the API is mended', async () => (await server.kubectl('admin', reads)).code === 0)
  }
}

test('incident 15: what an aggregated API without endpoints hides is neither pruned nor taken for gone, and the rest applies', async () => {
  const server = await started.server()
  const clock = new WarpedClock()
  const r = await started.rig(server, { clock, change: roomy })
  const shops = shopKind(r)
  const [a, b, c] = [`${r.bundle}-a`, `${r.bundle}-b`, `${r.bundle}-c`]
  const corner = shops.object('corner', { replicas: 1 })
  const central = shops.object('central', { replicas: 1 })
  await commit(r, [
    { bundle: a, objects: [configMap('a'), shops.definition(), corner] },
    { bundle: b, objects: [configMap('b')] },
  ])
  await commit(r, [
    { bundle: a, objects: [configMap('a'), shops.definition(), corner] },
    { bundle: b, objects: [configMap('b')] },
    { bundle: c, objects: [configMap('c'), central] },
  ])
  expect([a, b, c].map((name) => r.bundleReport(name)?.phase)).toEqual(['applied', 'applied', 'applied'])
  const mend = await breakApi(r, server, shops)
  const deleted = await deletions(r)
  // One bundle drops an object of the group, one changes something beside an object of it, one has none.
  const next = [
    { bundle: a, objects: [configMap('a', { a: '2' }), shops.definition()] },
    { bundle: b, objects: [configMap('b', { a: '2' })] },
    { bundle: c, objects: [configMap('c', { a: '2' }), shops.object('central', { replicas: 2 })] },
  ]
  await commit(r, next)
  await r.until('the gap is told', async () => {
    await clock.pass(5_000)
    return r.clusterReport()?.failedGroups.includes(`${shops.group}/v1`)
  })
  await r.until('all is applied that can be', async () => {
    const applied = await Promise.all(['a', 'b', 'c'].map((name) => r.live('configmap', name)))
    return applied.every((object) => (object.data as { a: string }).a === '2')
  })
  expect(r.bundleReport(b)).toMatchObject({ phase: 'applied', troubles: [] })
  await r.until(
    'the bundle with a changed object of the group fails',
    () => r.bundleReport(c)?.phase === 'failed',
  )
  expect(r.bundleReport(c)?.troubles.map(({ key }) => key.split('/').at(-1))).toEqual(['central'])
  expect(await names(r, a)).toEqual(['a', 'corner', shops.crd])
  expect(r.drift().filter(({ class: found }) => found === 'missing')).toEqual([])
  await clock.pass(120_000)
  expect(await names(r, a)).toEqual(['a', 'corner', shops.crd])
  expect((await deleted()).filter((write) => write.endsWith(' 200'))).toEqual([])
  await mend()
  await r.until('the dropped object is pruned', async () => {
    await clock.pass(5_000)
    return (await names(r, a)).length === 2
  })
  await r.until('the changed object is applied', async () => {
    await clock.pass(5_000)
    return r.bundleReport(c)?.phase === 'applied'
  })
  await r.until('no gap is left', () => r.clusterReport()?.failedGroups.length === 0)
  expect(await deleted()).toEqual(['delete shops/corner 200'])
  expect(r.drift()).toEqual([])
  r.failures.splice(0)
})

test('incident 16: a definition whose conversion is broken fails the bundles that use it, says so, and stops no other', async () => {
  const server = await started.server()
  const clock = new WarpedClock()
  const r = await started.rig(server, { clock, change: roomy })
  const shops = shopKind(r)
  const [a, b] = [`${r.bundle}-a`, `${r.bundle}-b`]
  const versions = [shopVersion('v1', keyedRules), shopVersion('v2', keyedRules, { storage: false })]
  const definition = shops.definition({ versions })
  await server.mustKubectl('admin', ['apply', '-f', '-'], JSON.stringify(definition))
  await server.mustKubectl('admin', ['wait', '--for=condition=Established', `crd/${shops.crd}`])
  const corner = shops.object('corner', { replicas: 1 }, 'v2')
  await r.until('the kind is served', async () => {
    await commit(r, [
      { bundle: a, objects: [configMap('a'), corner] },
      { bundle: b, objects: [configMap('b')] },
    ])
    return r.bundleReport(a)?.phase === 'applied'
  })
  await r.until('health is known', () => r.bundleReport(a)?.health === 'Current')
  const webhook = {
    strategy: 'Webhook',
    webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://127.0.0.1:1/convert' } },
  }
  const breakIt = JSON.stringify({ spec: { conversion: webhook } })
  await server.mustKubectl('admin', ['patch', 'crd', shops.crd, '--type=merge', '-p', breakIt])
  const reads = ['get', `shops.v2.${shops.group}`, '-n', r.namespace]
  await r.until('reading fails', async () => (await server.kubectl('admin', reads)).code !== 0)
  const deleted = await deletions(r)
  // Another bundle heals as ever.
  await r.kubectl('alice', 'patch', 'configmap', 'b', '-p', '{"data":{"a":"9"}}')
  await r.until('the other bundle heals', () =>
    r.drift().some(({ ref, state }) => ref.name === 'b' && state === 'healed'),
  )
  // What is not heard of any more is not shown as good.
  await r.until('the bundle that uses it is unknown', async () => {
    await clock.pass(10_000)
    return r.bundleReport(a)?.health === 'Unknown'
  })
  const troubles = r.bundleReport(a)?.troubles ?? []
  expect(troubles.map(({ key }) => key.split('/').at(-1))).toEqual(['corner'])
  expect(troubles[0]?.message).toContain('conversion webhook')
  expect(r.clusterReport()?.reach).toBe('reachable')
  expect(r.bundleReport(b)).toMatchObject({ phase: 'applied', health: 'Current' })
  await commit(r, [
    { bundle: a, objects: [configMap('a', { a: '2' }), shops.object('corner', { replicas: 2 }, 'v2')] },
    { bundle: b, objects: [configMap('b', { a: '2' })] },
  ])
  await r.until('it fails', () => r.bundleReport(a)?.phase === 'failed')
  expect(r.bundleReport(b)).toMatchObject({ phase: 'applied', health: 'Current' })
  expect((await r.live('configmap', 'a')).data).toMatchObject({ a: '2' })
  expect(await deleted()).toEqual([])
  const mendIt = JSON.stringify({ spec: { conversion: { strategy: 'None', webhook: null } } })
  await server.mustKubectl('admin', ['patch', 'crd', shops.crd, '--type=merge', '-p', mendIt])
  await r.until('it is applied and known again', async () => {
    await clock.pass(10_000)
    const report = r.bundleReport(a)
    return report?.phase === 'applied' && report.health === 'Current'
  })
  expect(await deleted()).toEqual([])
  expect(r.open()).toEqual([])
  r.failures.splice(0)
})

test('incident 15: types of a changed definition that cannot be read are read until they can, and then its receipts are renewed', async () => {
  const server = await sharedServer()
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const clock = new WarpedClock()
  const connect = () => connectionBy(proxy.through(server.kubeconfig('evenkeel')))
  const r = await started.rig(server, { clock, connect })
  const shops = shopKind(r)
  await define(r, shops.definition())
  r.declare([shops.object('corner', { replicas: 1, rules: [{ name: 'a', value: '1' }] })])
  // A server may serve a new kind a moment after it is established: the engine then tries again by this clock.
  await r.until('the bundle is applied', async () => {
    await clock.pass(1_000)
    return r.bundleReport()?.phase === 'applied'
  })
  const schemaOf = async (): Promise<string | undefined> =>
    (await r.journal.load()).receipts[0]?.receipt.schemaHash
  const before = await schemaOf()
  const published = async (): Promise<string | undefined> => {
    const index = JSON.parse(await server.mustKubectl('admin', ['get', '--raw', '/openapi/v3'])) as {
      paths: Record<string, { serverRelativeURL: string }>
    }
    return index.paths[`apis/${shops.group}/v1`]?.serverRelativeURL
  }
  const old = await published()
  let refused = 0
  proxy.rule(({ path }) => {
    if (!path.startsWith(`/openapi/v3/apis/${shops.group}`)) return 'pass'
    refused += 1
    return refusal(500, 'InternalError', 'the definition is being removed')
  })
  await define(r, shops.definition({ rules: keyedRules }))
  // The engine looks a few times by this clock, and the server publishes by its own.
  await r.until('the new types are published', async () => (await published()) !== old)
  await r.until('its types could not be read twice', async () => {
    await clock.pass(1_000)
    return refused >= 2
  })
  expect(await schemaOf()).toBe(before)
  proxy.rule(undefined)
  await r.until('the receipt is of the new types', async () => {
    await clock.pass(1_000)
    return (await schemaOf()) !== before
  })
  await r.engine.idle()
  expect(r.drift()).toEqual([])
})

test('a receipt that is being renewed when its object is written stays that of the write', async () => {
  const server = await sharedServer()
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const connect = () => connectionBy(proxy.through(server.kubeconfig('evenkeel')))
  const r = await started.rig(server, { connect })
  const shops = shopKind(r)
  await define(r, shops.definition())
  r.declare([shops.object('corner', { replicas: 1, rules: [{ name: 'a', value: '1' }] })])
  await r.until('the bundle is applied', () => r.bundleReport()?.phase === 'applied')
  const renewed = Promise.withResolvers<void>()
  let held = 0
  proxy.rule(({ method, path, query }) => {
    if (method !== 'PATCH' || !query.has('dryRun') || !path.includes(shops.group)) return 'pass'
    held += 1
    return { until: renewed.promise }
  })
  await define(r, shops.definition({ rules: keyedRules }))
  await r.until('the renewal is under way', () => held === 1)
  await r.deliver([shops.object('corner', { replicas: 2, rules: [{ name: 'a', value: '1' }] })])
  const ofCorner = async () =>
    (await r.journal.load()).receipts.find(({ key }) => key.endsWith('/corner'))?.receipt
  const written = await ofCorner()
  renewed.resolve()
  await r.engine.idle()
  // Whatever is looked at next is compared with what was written.
  await r.kubectl('alice', 'label', `shops.${shops.group}`, 'corner', 'seen=yes')
  const marked = [
    shops.object('corner', { replicas: 2, rules: [{ name: 'a', value: '1' }] }),
    configMap('marked'),
  ]
  await r.deliver(marked)
  expect(await ofCorner()).toEqual(written)
  expect(r.drift()).toEqual([])
})

test('a kind that a server publishes long after its definition is looked for until it is there', async () => {
  const server = await sharedServer()
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const clock = new WarpedClock()
  const connect = () => connectionBy(proxy.through(server.kubeconfig('evenkeel')))
  const r = await started.rig(server, { clock, connect })
  const shops = shopKind(r)
  const before: unknown = JSON.parse(await server.mustKubectl('admin', ['get', '--raw', '/apis']))
  let looks = 0
  proxy.rule(({ path }) => {
    if (path !== '/apis') return 'pass'
    looks += 1
    return { status: 200, body: before }
  })
  await define(r, shops.definition())
  r.declare([shops.object('corner', { replicas: 1 })])
  await r.until('the bundle fails, and the server was asked again and again', async () => {
    await clock.pass(10_000)
    return r.bundleReport()?.phase === 'failed' && looks > 3
  })
  expect(r.bundleReport()?.reason).toContain('the cluster does not serve this kind')
  proxy.rule(undefined)
  await r.until('the bundle is applied', async () => {
    await clock.pass(10_000)
    return r.bundleReport()?.phase === 'applied'
  })
})

test('case 20: an object that went with its definition has no receipt to renew, and that is no failure', async () => {
  const server = await sharedServer()
  const proxy = await startHttpProxy(server)
  started.add(() => proxy.stop())
  const connect = () => connectionBy(proxy.through(server.kubeconfig('evenkeel')))
  const r = await started.rig(server, {
    connect,
    change: { healAfter: { people: 3_600_000, others: 3_600_000 } },
  })
  const shops = shopKind(r)
  await define(r, shops.definition())
  await r.deliver([shops.object('corner', { replicas: 1 })])
  await r.kubectl('admin', 'delete', `${shops.crd}/corner`)
  await r.until('it is missing', () => r.open().length === 1)
  // What Kubernetes 1.36 answers while it deletes a definition.
  const why = 'create not allowed while custom resource definition is terminating'
  const forbidden = refusal(403, 'Forbidden', `shops.${shops.group} "corner" is forbidden: ${why}`)
  let refused = 0
  proxy.rule(({ method, path }) => {
    if (method !== 'PATCH' || !path.endsWith('/shops/corner')) return 'pass'
    refused += 1
    return forbidden
  })
  await define(r, shops.definition({ rules: keyedRules }))
  await r.until('its receipt was to be renewed', () => refused > 0)
  await r.engine.idle()
  await r.engine.stop()
  expect(r.failures).toEqual([])
  expect(r.open()).toMatchObject([{ class: 'missing', ref: { name: 'corner' } }])
})
