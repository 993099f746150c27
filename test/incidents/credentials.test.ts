import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ApiServer } from '../../tools/kubernetes/index.ts'
import { configMap } from '../engine/manifests.ts'
import { connectionBy, type Rig } from '../engine/rig.ts'
import { makeCertificate } from '../faults/certificate.ts'
import { WarpedClock } from '../faults/warped-clock.ts'
import { deletions, sharedServer, Started } from './each-rig.ts'
import { watchedServer } from './every-request.ts'

const started = new Started()
const objects = ['a', 'b', 'c'].map((name) => configMap(name))

async function recorded(r: Rig): Promise<number> {
  return (await r.journal.load()).inventories.get(r.bundle)?.length ?? 0
}

/** A kubeconfig of the same cluster with other credentials. */
function withUser(server: { kubeconfig(user: 'evenkeel'): string }, user: object): string {
  const config = JSON.parse(server.kubeconfig('evenkeel')) as { users: { name: string }[] }
  return JSON.stringify({ ...config, users: config.users.map(({ name }) => ({ name, user })) })
}

test('wrong credentials are told as such, with what to do, and right ones are taken up without a restart', async () => {
  const server = await sharedServer()
  const clock = new WarpedClock()
  let user: object = { token: 'not-a-token-of-anybody' }
  const r = await started.rig(server, { clock, connect: () => connectionBy(withUser(server, user)) })
  r.declare(objects)
  const report = await r.until('it is refused', () =>
    r.clusterReport()?.failure === undefined ? undefined : r.clusterReport(),
  )
  expect(report.reach).toBe('unreachable')
  expect(report.lastSeen).toBeUndefined()
  expect(report.failure?.code).toBe('unauthorized')
  expect(report.failure?.hint).toContain('credential')
  expect(JSON.stringify([report, r.events, r.failures])).not.toContain('not-a-token-of-anybody')
  user = { token: server.token('evenkeel') }
  await r.until('it is applied', async () => {
    await clock.pass(5_000)
    return r.bundleReport()?.phase === 'applied'
  })
  expect(r.clusterReport()?.failure).toBeUndefined()
})

test('credentials without rights are told by what they may not do, and nothing else stops', async () => {
  const server = await sharedServer()
  const r = await started.rig(server)
  await r.deliver(objects)
  const account = ['-n', r.namespace]
  await server.mustKubectl('admin', ['create', 'serviceaccount', 'reader', ...account])
  const name = `reader-${r.namespace}`
  const binding = [
    'create',
    'clusterrolebinding',
    name,
    '--clusterrole=view',
    `--serviceaccount=${r.namespace}:reader`,
  ]
  await server.mustKubectl('admin', binding)
  started.add(() => server.mustKubectl('admin', ['delete', 'clusterrolebinding', name]))
  const token = (await server.mustKubectl('admin', ['create', 'token', 'reader', ...account])).trim()
  const poor = await started.rig(server, {
    namespace: r.namespace,
    connect: () => connectionBy(withUser(server, { token })),
  })
  poor.declare([configMap('new')])
  const failed = await poor.until('it is told', () =>
    poor.bundleReport()?.phase === 'failed' ? poor.bundleReport() : poor.clusterReport()?.failure,
  )
  expect(JSON.stringify(failed)).toMatch(/forbidden|cannot/)
  expect(JSON.stringify([failed, poor.events])).not.toContain(token)
  await r.kubectl('alice', 'patch', 'configmap', 'a', '-p', '{"data":{"a":"9"}}')
  await r.until('the other engine heals', () => r.drift().some(({ state }) => state === 'healed'))
  poor.failures.splice(0)
})

test('incident 13: credentials that are revoked make the cluster unreachable and delete nothing; new ones bring it back', async () => {
  const server = await watchedServer(started)
  const clock = new WarpedClock()
  const token = async (): Promise<string> =>
    (await server.mustKubectl('admin', ['create', 'token', 'robot', '-n', 'kube-system'])).trim()
  const account = async (): Promise<void> => {
    await server.mustKubectl('admin', ['create', 'serviceaccount', 'robot', '-n', 'kube-system'])
  }
  await account()
  const binding = ['--clusterrole=cluster-admin', '--serviceaccount=kube-system:robot']
  await server.mustKubectl('admin', ['create', 'clusterrolebinding', 'robot', ...binding])
  let user = { token: await token() }
  const r = await started.rig(server, { clock, connect: () => connectionBy(withUser(server, user)) })
  await r.deliver(objects)
  await server.mustKubectl('admin', ['delete', 'serviceaccount', 'robot', '-n', 'kube-system'])
  await r.until('it is unreachable', async () => {
    await clock.pass(2_000)
    // The server remembers a good token for some seconds of its own.
    await new Promise((resolve) => setTimeout(resolve, 100))
    return r.clusterReport()?.reach === 'unreachable'
  })
  expect(r.clusterReport()?.failure?.code).toBe('unauthorized')
  await r.kubectl('alice', 'delete', 'configmap', 'a')
  r.declare([configMap('a'), configMap('b')])
  await clock.pass(600_000)
  expect(r.drift()).toEqual([])
  expect(await recorded(r)).toBe(3)
  await account()
  user = { token: await token() }
  await r.until('Git is followed again', async () => {
    await clock.pass(5_000)
    return r.bundleReport()?.phase === 'applied' && (await recorded(r)) === 2
  })
  expect(r.clusterReport()?.reach).toBe('reachable')
  await r.until('what went meanwhile is made again', () => r.drift().some(({ state }) => state === 'healed'))
  expect((await r.live('configmap', 'a')).metadata.name).toBe('a')
  expect(r.drift().map(({ class: found, ref }) => `${found} ${ref.name}`)).toEqual(['missing a'])
  r.failures.splice(0)
})

test('incident 13: a client certificate that expires while it is used deletes nothing, and its successor is taken up', async () => {
  const authority = makeCertificate({ name: 'people' })
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-people-'))
  started.add(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'ca.crt'), authority.certPem)
  const server: ApiServer = await started.server({
    apiServerFlags: [`--client-ca-file=${join(folder, 'ca.crt')}`],
  })
  await server.mustKubectl('admin', [
    'create',
    'clusterrolebinding',
    'mate',
    '--clusterrole=cluster-admin',
    '--user=mate',
  ])
  const certified = (seconds: number): object => {
    const notAfter = new Date(Date.now() + seconds * 1_000)
    const { certPem, keyPem } = makeCertificate({ name: 'mate', issuer: authority, notAfter })
    const text = (pem: string): string => Buffer.from(pem).toString('base64')
    return { 'client-certificate-data': text(certPem), 'client-key-data': text(keyPem) }
  }
  const clock = new WarpedClock()
  let user = certified(10)
  const r = await started.rig(server, { clock, connect: () => connectionBy(withUser(server, user)) })
  await r.deliver(objects)
  const deleted = await deletions(r)
  await r.until('the certificate has expired', async () => {
    await clock.pass(5_000)
    await new Promise((resolve) => setTimeout(resolve, 200))
    return r.clusterReport()?.reach === 'unreachable'
  })
  expect(['unauthorized', 'tls']).toContain(r.clusterReport()?.failure?.code)
  expect(await recorded(r)).toBe(3)
  user = certified(3_600)
  await r.until('it is back', async () => {
    await clock.pass(5_000)
    return r.clusterReport()?.reach === 'reachable'
  })
  r.declare([configMap('a'), configMap('b', { a: '2' }), configMap('c')])
  await r.until('Git is followed again', async () => {
    await clock.pass(1_000)
    return r.bundleReport()?.applied?.revision === 'rev-2'
  })
  expect(r.drift()).toEqual([])
  expect(await deleted()).toEqual([])
  r.failures.splice(0)
})
