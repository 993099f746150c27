import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTcpProxy, type TcpProxy } from '../faults/tcp-proxy.ts'
import { until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

let rig: HubRig
let proxy: TcpProxy | undefined
beforeEach(async () => {
  rig = await HubRig.create()
})
afterEach(async () => {
  await rig.stop()
  await proxy?.stop()
  proxy = undefined
})

async function deliver(value: string): Promise<string> {
  return rig.fleet.commit({ ...rig.files(), 'apps/shop/one.yaml': rig.configMapFile('one', value) })
}

async function arrives(cluster: 'new' | 'old', value: string): Promise<void> {
  await until(
    `${value} reaches ${cluster}`,
    () => rig.value(cluster, 'one'),
    (seen) => seen === value,
  )
}

/** The line of a cluster in `ek get clusters -o wide`, once it has this text. */
async function lineOf(cluster: string, text: RegExp): Promise<string> {
  const lines = await until(
    `${cluster} is shown with ${String(text)}`,
    async () => (await rig.ek('get', 'clusters', '-o', 'wide')).stdout.split('\n'),
    (all) => all.some((line) => line.startsWith(`${cluster} `) && text.test(line)),
  )
  return lines.find((line) => line.startsWith(`${cluster} `)) ?? ''
}

function kubeconfig(
  cluster: 'new' | 'old',
  change: { readonly token?: string; readonly port?: number },
): string {
  const server = rig.servers[cluster]
  let text = server.kubeconfig('evenkeel')
  if (change.token !== undefined) text = text.replace(server.token('evenkeel'), change.token)
  if (change.port !== undefined) text = text.replace(server.url, `https://127.0.0.1:${change.port}`)
  return text
}

test('a cluster that is down is unreachable with its age, the others go on, and it catches up when it is back', async () => {
  proxy = await startTcpProxy({ port: Number(new URL(rig.servers.old.url).port) })
  await rig.giveCredential('old', kubeconfig('old', { port: proxy.port }))
  await rig.start()
  await rig.inSync(await deliver('1'))
  expect(await rig.hub.terminate()).toBe(0)
  await proxy.refuse()
  await rig.start()
  await deliver('2')
  await arrives('new', '2')
  const line = await lineOf('old', /✕ Unreachable/)
  expect(line).toMatch(/✕ Unreachable +\? +\d+[sm] /)
  expect(line).toContain('ECONNREFUSED')
  const status = await rig.ek('status')
  expect(status).toMatchObject({ code: 0 })
  expect(status.stdout).toMatch(/^2 clusters: 1 in sync, 1 unreachable {2}\(as of \d+s\)/)
  const shown = await rig.ek('drift', 'show')
  expect(shown.code).toBe(1)
  expect(shown.stderr).toMatch(/unknown: old: last seen \d+[sm] ago: /)
  expect(await rig.ek('drift', 'show', 'old')).toMatchObject({ code: 2 })
  expect(await rig.ek('drift', 'show', 'new')).toMatchObject({ code: 0 })
  const described = await rig.ek('describe', 'cluster', 'old')
  expect(described.stdout).toMatch(/^Last known: +□ In sync {2}\d+[sm] ago$/m)
  expect(await rig.value('old', 'one')).toBe('1')
  await proxy.accept()
  await arrives('old', '2')
})

test('a wrong credential is told with its name and a hint, and one that is put in its place is used without a restart', async () => {
  await rig.giveCredential('old', kubeconfig('old', { token: 'wr0ng-t0ken' }))
  await rig.start()
  await deliver('1')
  await arrives('new', '1')
  const line = await lineOf('old', /✕ Unreachable/)
  expect(line).toMatch(/✕ Unreachable +\? +\? /)
  const described = await rig.ek('describe', 'cluster', 'old')
  expect(described.stdout).toMatch(/^Failure: .*(401|nauthorized)/m)
  expect(described.stdout).toMatch(/^Hint: /m)
  expect(rig.hub.output + described.stdout).not.toContain('wr0ng-t0ken')
  await rig.giveCredential('old', rig.servers.old.kubeconfig('evenkeel'))
  await arrives('old', '1')
  await lineOf('old', /□ In sync/)
})

test('a credential that is taken back while it is used is told, and a new one goes on where the old one was', async () => {
  const account = `keeper-${rig.id}`
  const server = rig.servers.old
  const admin = (...args: string[]) => server.mustKubectl('admin', args)
  await admin('create', 'serviceaccount', account, '-n', 'default')
  const role = [`--clusterrole=cluster-admin`, `--serviceaccount=default:${account}`]
  await admin('create', 'clusterrolebinding', account, ...role)
  const token = (await admin('create', 'token', account, '-n', 'default')).trim()
  await rig.giveCredential('old', kubeconfig('old', { token }))
  await rig.start()
  await rig.inSync(await deliver('1'))
  await admin('delete', 'serviceaccount', account, '-n', 'default')
  await until(
    'the server takes the token no more',
    () =>
      server.kubectl('admin', [
        '--token',
        token,
        'get',
        'ns',
        'default',
        '--kubeconfig',
        '/dev/null',
        '--server',
        server.url,
        '--insecure-skip-tls-verify',
      ]),
    ({ code }) => code !== 0,
  )
  await deliver('2')
  await arrives('new', '2')
  const line = await lineOf('old', /[Uu]nauthorized|401/)
  expect(line).toMatch(/▲ Failed|✕ Unreachable/)
  expect(await rig.value('old', 'one')).toBe('1')
  await rig.giveCredential('old', server.kubeconfig('evenkeel'))
  await arrives('old', '2')
  await lineOf('old', /□ In sync/)
  await admin('delete', 'clusterrolebinding', account)
})

test('a credential whose file is not there is named with its place, and is used as soon as it is', async () => {
  rig.spec.credentials.push({ name: 'later', file: `${rig.folder}/later.credential` })
  await rig.start()
  await rig.fleet.commit({
    ...rig.files(),
    'fleet/clusters/old.yaml': rig.clusterFile('old', 'dev', 'later'),
  })
  await arrives('new', '1')
  const described = await until(
    'it is told',
    () => rig.ek('describe', 'cluster', 'old'),
    ({ stdout }) => stdout.includes('Failure:'),
  )
  expect(described.stdout).toMatch(/^Failure: +credential later: file .*later\.credential cannot be read/m)
  await rig.giveCredential('later', rig.servers.old.kubeconfig('evenkeel'))
  await arrives('old', '1')
})

test('an address that answers as another cluster is refused by the hub and by ek drift heal, which ends with 3', async () => {
  await rig.start()
  await rig.inSync(await deliver('1'))
  await rig.edit('old', 'one', 'changed')
  await until(
    'the edit is known',
    () => rig.ek('drift', 'show', 'old'),
    ({ code }) => code === 1,
  )
  await rig.hub.kill()
  await rig.giveCredential('old', rig.servers.new.kubeconfig('evenkeel'))
  await rig.start()
  await lineOf('old', /✕ Unreachable/)
  const written = rig.writes().length
  const healed = await rig.ek('drift', 'heal', 'old', '--yes')
  expect(healed.code, healed.stdout + healed.stderr).toBe(3)
  expect(healed.stdout + healed.stderr).toContain('nothing was sent')
  const described = await rig.ek('describe', 'cluster', 'old')
  expect(described.stdout).toMatch(/^Failure: .*wanted/m)
  expect(await rig.ek('status')).toMatchObject({ stdout: expect.stringContaining('1 unreachable') })
  expect(rig.writes().slice(written)).toEqual([])
  expect(await rig.value('old', 'one')).toBe('changed')
})
