import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AttachedApiServer } from '../../tools/kubernetes/index.ts'
import { eachOnClusters } from './hub-on-clusters.ts'
import { until, writeHubYaml } from './hub-under-test.ts'

const stage = eachOnClusters()

test('incident 12: a cluster whose record is removed is detached, and nothing in it is deleted', async () => {
  const s = stage()
  const revision = await s.fleet.commit(s.files())
  const client = await s.start()
  await s.inSync(client, revision)
  const before = await s.versions(s.servers.old)
  await s.fleet.commit({ 'fleet/clusters/old.yaml': undefined })
  await until(
    'it is detached',
    () => client.events({ query: { type: 'detached' } }),
    ({ items }) => items.length === 1,
  )
  const back = await s.fleet.commit({
    'fleet/clusters/old.yaml': s.cluster('old'),
    'apps/shop/one.yaml': s.configMap('one', '7'),
  })
  await s.inSync(client, back)
  expect(await s.value(s.servers.old, 'one')).toBe('7')
  expect((await s.versions(s.servers.old)).split(' ')).toHaveLength(before.split(' ').length)
})

test('a bundle that is removed from Git deletes nothing before its plan is approved', async () => {
  const s = stage()
  const revision = await s.fleet.commit(s.files())
  const client = await s.start()
  await s.inSync(client, revision)
  await s.fleet.commit({ 'fleet/bundles/shop.yaml': undefined })
  const { items } = await until(
    'a plan waits on each cluster',
    () => client.plans({ query: {} }),
    ({ total }) => total === 2,
  )
  expect(await s.value(s.servers.new, 'one')).toBe('1')
  const plan = items.find(({ identity }) => identity.cluster === 'new')
  const params = { plan: plan?.id ?? '' }
  expect(plan).toMatchObject({ bundle: s.bundle, actions: { delete: 3 }, state: 'waiting' })
  await expect(client.approve({ params, body: { yes: true } })).rejects.toMatchObject({
    code: 'confirmation-needed',
  })
  await client.approve({ params, body: { confirm: 'new', reason: 'INC-2' } })
  await until(
    'its objects are gone',
    () => s.value(s.servers.new, 'one'),
    (seen) => seen === '',
  )
  expect(await s.value(s.servers.old, 'one')).toBe('1')
  await expect(client.approve({ params, body: { confirm: 'new', reason: 'INC-2' } })).rejects.toMatchObject({
    code: 'changed',
  })
})

test('incident 1: a source that becomes empty deletes nothing before somebody approves it', async () => {
  const s = stage()
  const revision = await s.fleet.commit(s.files())
  const client = await s.start()
  await s.inSync(client, revision)
  const comment = '# nothing is left\n'
  await s.fleet.commit({
    'apps/shop/namespace.yaml': comment,
    'apps/shop/one.yaml': comment,
    'apps/shop/two.yaml': comment,
  })
  await until(
    'a plan waits on each cluster',
    () => client.plans({ query: {} }),
    ({ total }) => total === 2,
  )
  expect([await s.value(s.servers.new, 'one'), await s.value(s.servers.old, 'two')]).toEqual(['1', '2'])
})

test('incident 13: an address that answers as another cluster is refused with both ids, and nothing is written', async () => {
  const s = stage()
  const revision = await s.fleet.commit(s.files())
  const client = await s.start()
  await s.inSync(client, revision)
  await s.hub?.running.stop()
  const id = async (server: AttachedApiServer) =>
    server.mustKubectl('admin', ['get', 'ns', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])
  await s.giveKubeconfigs({ new: s.servers.old, old: s.servers.old })
  const before = await s.versions(s.servers.old)
  await s.fleet.commit({
    'fleet/clusters/old.yaml': undefined,
    'apps/shop/one.yaml': s.configMap('one', '9'),
  })
  const again = await s.start()
  const seen = await until(
    'it is refused',
    () => again.cluster({ params: { cluster: 'new' } }),
    ({ failure }) => failure?.code === 'wrong-cluster',
  )
  expect(seen.state).toBe('unreachable')
  expect(seen.failure?.message).toContain(await id(s.servers.old))
  expect(seen.failure?.message).toContain(await id(s.servers.new))
  expect(await s.versions(s.servers.old)).toBe(before)
  await expect(again.verify({ params: { cluster: 'new' } })).rejects.toMatchObject({ code: 'wrong-cluster' })
})

test('a hub that observes writes nothing to any cluster, and shows what is missing', async () => {
  const s = stage()
  await writeHubYaml(s.folder, {
    ...(JSON.parse(await readFile(s.config, 'utf8')) as { spec: object }).spec,
    observe: true,
  })
  await s.fleet.commit(s.files())
  const client = await s.start()
  const placed = async () =>
    (await client.bundle({ params: { bundle: s.bundle } }).catch(() => undefined))?.placed ?? []
  await until(
    'both clusters show what is missing',
    placed,
    (seen) => seen.length === 2 && seen.every(({ mode, state }) => mode === 'observe' && state === 'drifted'),
  )
  expect((await s.servers.new.kubectl('admin', ['get', 'ns', s.namespace])).code).not.toBe(0)
  expect((await client.whoami({})).hub.readOnly).toBe(true)
})

test('rows 44 to 47: a Secret that differs is healed, and its values stand in no answer, log line, metric or row', async () => {
  const s = stage()
  const canaries = ['c4nary-desired-9f3e', 'c4nary-live-7b21']
  const [desired = '', live = ''] = canaries
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: ${s.namespace}}\nstringData: {password: ${desired}}\n`
  const revision = await s.fleet.commit({ ...s.files(), 'apps/shop/secret.yaml': secret })
  const client = await s.start()
  await s.inSync(client, revision)
  const data = { password: Buffer.from(live).toString('base64'), added: Buffer.from(live).toString('base64') }
  await s.servers.new.mustKubectl('alice', [
    'patch',
    'secret',
    'key',
    '-n',
    s.namespace,
    '-p',
    JSON.stringify({ data }),
  ])
  const drift = await until(
    'it is known',
    () => client.drift({ query: {} }),
    ({ items }) => items.some(({ writer }) => writer.person === 'alice'),
  )
  expect(drift.items.find(({ class: found }) => found === 'taken')).toMatchObject({
    desired: { is: 'secret' },
    live: { is: 'secret' },
  })
  const preview = await client.previewHeal({ body: { clusters: ['new'] } })
  const [target] = preview.targets
  const targets = [
    {
      cluster: 'new',
      clusterId: target?.identity.clusterId ?? '',
      keys: target?.objects.map(({ key }) => key) ?? [],
    },
  ]
  const healed = await client.heal({ body: { targets, confirm: 'new', reason: 'INC-3' } })
  expect(healed.targets[0]?.objects).toMatchObject([{ outcome: 'healed' }])
  const answers = [
    drift,
    preview,
    healed,
    await client.status({ query: {} }),
    await client.events({ query: {} }),
    await client.plans({ query: { state: ['executed', 'automatic', 'waiting'] } }),
    await client.bundle({ params: { bundle: s.bundle } }),
  ]
  await s.hub?.running.stop()
  const texts = [JSON.stringify(answers), s.hub?.lines.join('\n') ?? '']
  for (const entry of await readdir(join(s.folder, 'data'), { withFileTypes: true })) {
    if (entry.isFile()) texts.push((await readFile(join(s.folder, 'data', entry.name))).toString('latin1'))
  }
  for (const canary of canaries) {
    for (const text of texts) {
      expect(text.includes(canary)).toBe(false)
      expect(text.includes(Buffer.from(canary).toString('base64'))).toBe(false)
    }
  }
})

test('row 44: a Secret is masked by what it is, for a second manager, what kubectl keeps of it, and one that cannot be read', async () => {
  const s = stage()
  const canaries = ['git', 'record', 'patch', 'second', 'nested'].map((name) => `c4nary-${name}-44`)
  const [git = '', record = '', patch = '', second = '', nested = ''] = canaries
  const ofSecret = (password: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'key', namespace: s.namespace },
    stringData: { password },
  })
  const applied = JSON.stringify(ofSecret(record))
  const declared = {
    ...ofSecret(git),
    metadata: {
      ...ofSecret(git).metadata,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied },
    },
  }
  const bad = {
    ...ofSecret(git),
    metadata: { name: 'bad', namespace: s.namespace },
    stringData: { a: { b: nested } },
  }
  const spoofed = `apiVersion: v1\nkind: ConfigMap\nkind: Secret\nmetadata: {name: two, namespace: ${s.namespace}}\nstringData: {a: ${nested}}\n`
  const good = { ...s.files(), 'apps/shop/secret.yaml': JSON.stringify(declared) }
  const client = await s.start()
  await s.inSync(client, await s.fleet.commit(good))

  const on = s.servers.new
  await on.mustKubectl('alice', ['apply', '-f', '-'], JSON.stringify(ofSecret(patch)))
  const byAnother = ['apply', '--server-side', '--force-conflicts', '--field-manager=second', '-f', '-']
  await on.mustKubectl('alice', byAnother, JSON.stringify(ofSecret(second)))
  await until(
    'the second manager is known',
    () => client.drift({ query: {} }),
    ({ items }) => items.some(({ writer }) => writer.manager === 'second'),
  )
  const revision = await s.fleet.commit({
    'apps/shop/bad.yaml': JSON.stringify(bad),
    'apps/shop/spoofed.yaml': spoofed,
  })
  await until(
    'what cannot be read is told of',
    () => client.bundle({ params: { bundle: s.bundle } }),
    ({ problems }) => problems.length > 0,
  )
  const params = { cluster: 'new', bundle: s.bundle }
  const object = { kind: 'Secret', namespace: s.namespace, name: 'key' }
  const answers = [
    revision,
    await client.drift({ query: {} }),
    await client.causes({ query: {} }),
    await client.previewHeal({ body: { clusters: ['new'] } }),
    await client.manifest({ params, query: object }),
    await client.objects({ params }),
    await client.trace({ params: { cluster: 'new' }, query: object }),
    await client.search({ query: { q: 'kind:Secret' } }),
    await client.namespace({ params: { namespace: s.namespace }, query: {} }),
    await client.bundle({ params: { bundle: s.bundle } }),
    await client.fleet({}),
    await client.events({ query: {} }),
  ]
  await s.hub?.running.stop()
  const texts = [JSON.stringify(answers), s.hub?.lines.join('\n') ?? '']
  for (const entry of await readdir(join(s.folder, 'data'), { withFileTypes: true })) {
    if (entry.isFile()) texts.push((await readFile(join(s.folder, 'data', entry.name))).toString('latin1'))
  }
  for (const canary of canaries) {
    for (const spelled of [canary, Buffer.from(canary).toString('base64')])
      expect(
        texts.findIndex((text) => text.includes(spelled)),
        canary,
      ).toBe(-1)
  }
})
