import { createHash } from 'node:crypto'
import { open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTcpProxy } from '../faults/tcp-proxy.ts'
import { until } from './hub-under-test.ts'
import { HubRig } from './rig.ts'

let rig: HubRig
beforeEach(async () => {
  rig = await HubRig.create()
})
afterEach(() => rig.stop())

async function digest(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

async function fleetSays(text: string | RegExp): Promise<string> {
  const { stdout } = await until(
    `ek describe fleet says ${String(text)}`,
    () => rig.ek('describe', 'fleet'),
    (seen) => (typeof text === 'string' ? seen.stdout.includes(text) : text.test(seen.stdout)),
  )
  return stdout
}

test('a repository that disappears is told, the fleet stays and drift is still seen; it comes back by itself', async () => {
  await rig.start()
  const revision = await rig.fleet.commit(rig.files())
  await rig.inSync(revision)
  await rename(rig.fleet.folder, `${rig.fleet.folder}-away`)
  const said = await fleetSays('  unreachable for ')
  expect(said).toContain('Clusters:     2')
  expect(said).toContain(revision)
  await rig.edit('old', 'one', 'changed')
  const drift = await until(
    'drift is still seen',
    () => rig.ek('drift', 'show', 'old'),
    ({ code }) => code === 1,
  )
  expect(drift.stdout).toContain('kubectl-patch')
  const healed = await rig.ek('drift', 'heal', 'old', '--yes')
  expect(healed, healed.stderr).toMatchObject({ code: 0 })
  const { stdout } = await rig.ek('events', '--type', 'repository')
  expect(stdout).toContain('repository fleet: unreachable')
  await rename(`${rig.fleet.folder}-away`, rig.fleet.folder)
  await rig.inSync(await rig.fleet.commit({ 'apps/shop/one.yaml': rig.configMapFile('one', '2') }))
  await fleetSays(/^Repository: .* main {2}ok$/m)
})

test('incident 34: a repository that is force-pushed is followed, and the rewriting is told with both commits', async () => {
  await rig.start()
  await rig.fleet.commit(rig.files())
  const lost = await rig.fleet.commit({ 'apps/shop/one.yaml': rig.configMapFile('one', 'lost') })
  await rig.inSync(lost)
  rig.fleet.git('checkout', '--quiet', '--orphan', 'other')
  const tip = await rig.fleet.commit({ 'apps/shop/one.yaml': rig.configMapFile('one', 'kept') })
  rig.fleet.git('branch', '--force', 'main', tip)
  await rig.inSync(tip)
  const { stdout } = await until(
    'the rewriting is told',
    () => rig.ek('events', '--type', 'repository', '-o', 'json'),
    (seen) => seen.stdout.includes('rewritten'),
  )
  expect(stdout).toContain(lost.slice(0, 12))
  expect(stdout).toContain(tip.slice(0, 12))
  expect(await rig.value('new', 'one')).toBe('kept')
  expect(rig.writes().filter((write) => write.startsWith('delete'))).toEqual([])
})

test('a second hub on the same data is refused by the process of the first, which goes on', async () => {
  const client = await rig.start()
  const { pid } = rig.hub
  const second = await rig.refusedStart()
  expect(second.code).toBe(2)
  expect(second.output).toContain(`process ${pid} has it open`)
  expect(second.output).toMatch(/^hint: /m)
  expect((await client.whoami({})).name).toContain('@local')
  expect(await rig.ek('status')).toMatchObject({ code: 0 })
})

test('an address that is taken is named, and free ones are chosen for two hubs at once', async () => {
  const other = await HubRig.create()
  try {
    await Promise.all([rig.start(), other.start('--listen', '127.0.0.1:0')])
    expect(rig.hub.local.url).not.toBe(other.hub.local.url)
    await other.hub.terminate()
    const { host } = new URL(rig.hub.local.url)
    const refused = await other.refusedStart('--listen', host)
    expect(refused.code).toBe(2)
    expect(refused.output).toContain(`error: `)
    expect(refused.output).toContain(host)
    expect(refused.output).toMatch(/^hint: /m)
    expect(await other.dataFile('hub.json')).toBe('')
  } finally {
    await other.stop()
  }
})

test('incident 40: a damaged database is refused as it is, with what to do, and the good one is taken again', async () => {
  await rig.start()
  await rig.inSync(await rig.fleet.commit(rig.files()))
  expect(await rig.hub.terminate()).toBe(0)
  const file = join(rig.data, 'hub.db')
  const good = await readFile(file)
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(65_536, 0xa5), 0, 65_536, 8192)
  await handle.close()
  const damaged = await digest(file)
  const refused = await rig.refusedStart()
  expect(refused.code).toBe(2)
  expect(refused.output).toMatch(/error: database .*hub\.db: it is damaged/)
  expect(refused.output).toMatch(/^hint: put the newest good file/m)
  expect(await digest(file)).toBe(damaged)
  expect(await rig.ek('status')).toMatchObject({ code: 2 })
  await writeFile(file, good)
  const written = rig.writes().length
  await rig.start()
  await until(
    'it goes on',
    () => rig.client.status({ query: {} }),
    ({ states }) => states['in-sync'] === 2,
  )
  expect(rig.writes().slice(written)).toEqual([])
})

test('without its secret key a hub does not start on existing data, makes no other one, and starts when it is back', async () => {
  await rig.start()
  await rig.inSync(await rig.fleet.commit(rig.files()))
  expect(await rig.hub.terminate()).toBe(0)
  const [key = ''] = (await readdir(rig.data)).filter((name) => /key/.test(name))
  const text = await readFile(join(rig.data, key))
  await rm(join(rig.data, key))
  const refused = await rig.refusedStart()
  expect(refused.code).toBe(2)
  expect(refused.output).toMatch(/error: .*key/)
  expect(refused.output).toMatch(/^hint: /m)
  expect(await readdir(rig.data)).not.toContain(key)
  await writeFile(join(rig.data, key), Buffer.alloc(text.length, 7), { mode: 0o600 })
  expect((await rig.refusedStart()).code).toBe(2)
  await writeFile(join(rig.data, key), text, { mode: 0o600 })
  await rig.start()
  expect((await rig.client.fleet({})).clusters).toBe(2)
})

test('a hub that is asked to end ends with 0 though a cluster hangs and streams are open, and takes its file away', async () => {
  const proxy = await startTcpProxy({ port: Number(new URL(rig.servers.old.url).port) })
  try {
    const server = rig.servers.old
    const text = server.kubeconfig('evenkeel').replace(server.url, `https://127.0.0.1:${proxy.port}`)
    await rig.giveCredential('old', text)
    await rig.start()
    await rig.inSync(await rig.fleet.commit(rig.files()))
    const watching = rig.startEk('get', 'clusters', '-w')
    await until('the watch shows the clusters', watching.said, (said) => said.includes('old'))
    proxy.freeze()
    await rig.fleet.commit({ 'apps/shop/one.yaml': rig.configMapFile('one', '2') })
    await until(
      'the other cluster has it, and the write to the frozen one hangs',
      () => rig.value('new', 'one'),
      (value) => value === '2',
    )
    const { url } = rig.hub.local
    const ended = rig.hub.terminate()
    let answered = 0
    const ask = (): Promise<boolean> =>
      fetch(`${url}/livez`).then(
        (answer) => answer.ok,
        () => false,
      )
    while (await ask()) answered += 1
    expect(answered).toBeLessThan(100)
    expect(await ended).toBe(0)
    expect(await rig.dataFile('hub.json')).toBe('')
    expect(rig.hub.output).toContain('the hub has stopped')
    watching.child.kill('SIGINT')
    await watching.result
  } finally {
    await proxy.stop()
  }
})
