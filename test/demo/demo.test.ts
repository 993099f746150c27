import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Client, createClient } from '../../src/api/index.ts'
import { ensureBinaries } from '../../tools/kubernetes/index.ts'
import { CliHome } from '../cli/run-cli.ts'

const run = promisify(execFile)
const patience = { timeout: 240_000, interval: 500 }
/** A small machine brings a dozen clusters in sync in this time, however much else it has to do. */
const longPatience = { timeout: 540_000, interval: 500 }

interface RunningDemo {
  readonly process: ReturnType<CliHome['start']>
  readonly ended: Promise<number | null>
  /** Both streams in one, as a person sees them. */
  readonly output: () => string
}

let home: CliHome
let demo: RunningDemo
let folder: string
let client: Client
const started: RunningDemo[] = []

beforeAll(async () => {
  home = await CliHome.create()
  demo = startDemo('--clusters', '12', '--calm')
  await vi.waitFor(() => expect(demo.output()).toContain('Ctrl-C ends everything.'), longPatience)
  folder = /git clone (\S+)\/fleet\.git/.exec(demo.output())?.[1] ?? ''
  const { url, token } = JSON.parse(await readFile(join(folder, 'data', 'hub.json'), 'utf8'))
  client = createClient({ url, token, fetch })
}, 600_000)
afterAll(async () => {
  for (const one of started) one.process.kill('SIGTERM')
  await Promise.all(started.map((one) => one.ended))
  await home.remove()
}, 60_000)

function startDemo(...flags: string[]): RunningDemo {
  const child = home.start(['demo', ...flags])
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk))
  const running: RunningDemo = {
    process: child,
    ended: new Promise((resolve) => child.once('close', resolve)),
    output: () => said,
  }
  started.push(running)
  return running
}

test('it prints a link, the kubeconfig, the repository and three things to try, with every cluster in sync', async () => {
  const said = demo.output()
  expect(said).toMatch(/open http:\/\/127\.0\.0\.1:\d+\/sign-in\?code=\S+/)
  expect(said).toContain('All 12 clusters are in sync')
  for (const number of [1, 2, 3]) expect(said).toContain(`  ${number}. `)
  const status = await client.status({ query: {} })
  expect(status).toMatchObject({ clusters: 12, problems: 0, states: { 'in-sync': 12 } })
  const bundles = await client.bundles({ query: {} })
  expect(bundles.items.length).toBeGreaterThanOrEqual(25)
})

test('a push reaches the clusters that it is for', async () => {
  const clone = join(home.folder, 'fleet')
  const git = (...args: string[]): void => {
    const identity = ['-c', 'user.name=You', '-c', 'user.email=you@example.com']
    const done = spawnSync('git', [...identity, ...args], { encoding: 'utf8' })
    expect(done.status, done.stderr).toBe(0)
  }
  git('clone', '--quiet', join(folder, 'fleet.git'), clone)
  const file = join(clone, 'apps/loyalty/api.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace('loyalty:0.4.0', 'loyalty:0.5.0'))
  git('-C', clone, 'commit', '--quiet', '-am', 'Release loyalty 0.5.0')
  git('-C', clone, 'push', '--quiet')
  const { kubectl } = await ensureBinaries()
  const words = [
    '--context',
    'dev-eu-1',
    '-n',
    'loyalty',
    'get',
    'deployment',
    'api',
    '-o',
    'jsonpath={..image}',
  ]
  await vi.waitFor(async () => {
    const { stdout } = await run(kubectl, ['--kubeconfig', join(folder, 'kubeconfig'), ...words])
    expect(stdout).toContain('loyalty:0.5.0')
  }, patience)
})

test('an edit with kubectl through its kubeconfig is in the ledger, under the name of who made it', async () => {
  const { kubectl } = await ensureBinaries()
  const words = ['--context', 'prod-eu-1', '-n', 'checkout', 'patch', 'deployment', 'worker']
  const patch = ['--type=merge', '-p', '{"spec":{"replicas":4}}']
  await run(kubectl, ['--kubeconfig', join(folder, 'kubeconfig'), ...words, ...patch])
  await vi.waitFor(async () => {
    const { items } = await client.drift({ query: { cluster: ['prod-eu-1'] } })
    expect(items).toMatchObject([
      {
        bundle: 'checkout',
        path: 'spec.replicas',
        class: 'taken',
        writer: { manager: 'kubectl-patch', kind: 'human', person: 'you' },
        sure: 'exact',
      },
    ])
  }, patience)
})

test('a port that is taken, and too few clusters, are said in one line, and nothing is left', async () => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const taken = await home.run(['demo', '--clusters', '12', '--port', port])
  server.close()
  expect([taken.code, taken.stderr]).toEqual([
    2,
    expect.stringContaining(`port ${port}: the demo cannot serve there: something else listens`),
  ])
  const few = await home.run(['demo', '--clusters', '5'])
  expect([few.code, few.stderr]).toEqual([2, expect.stringContaining('12 to 1000')])
})

test('a second one beside it takes ports of its own; Ctrl-C ends everything and leaves nothing behind', async () => {
  const other = startDemo('--clusters', '12', '--calm')
  await vi.waitFor(() => expect(other.output()).toContain('open http'), patience)
  const [, link = ''] = /open (\S+)/.exec(other.output()) ?? []
  expect(new URL(link).port).not.toBe(new URL(/open (\S+)/.exec(demo.output())?.[1] ?? '').port)
  const processes = processesOf(other.process.pid ?? 0)
  expect(processes.length).toBeGreaterThan(0)
  other.process.kill('SIGINT')
  expect(await other.ended).toBe(0)
  expect(processes.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])

  const first = processesOf(demo.process.pid ?? 0)
  expect(first).toHaveLength(2)
  demo.process.kill('SIGINT')
  expect(await demo.ended).toBe(0)
  expect(first.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
  expect(existsSync(folder)).toBe(false)
})

test('a demo that is kept goes on where it was, and one that is killed takes its processes with it', {
  timeout: 900_000,
}, async () => {
  const first = startDemo('--clusters', '12', '--calm', '--keep')
  await vi.waitFor(() => expect(first.output()).toContain('Ctrl-C ends everything.'), longPatience)
  const kept = /git clone (\S+)\/fleet\.git/.exec(first.output())?.[1] ?? ''
  const { kubectl } = await ensureBinaries()
  const motto = async (...words: string[]): Promise<string> => {
    const at = ['--kubeconfig', join(kept, 'kubeconfig'), '--context', 'prod-eu-1', '-n', 'checkout']
    return (await run(kubectl, [...at, ...words])).stdout
  }
  await motto('create', 'configmap', 'motto', '--from-literal=text=even keel')
  const uid = await motto('get', 'configmap', 'motto', '-o', 'jsonpath={.metadata.uid}')
  await motto('scale', 'deployment', 'worker', '--replicas=4')
  const drifted = { bundle: 'checkout', path: 'spec.replicas' }
  const found = async (): Promise<unknown[]> => {
    const { url, token } = JSON.parse(await readFile(join(kept, 'data', 'hub.json'), 'utf8'))
    const { items } = await createClient({ url, token, fetch }).drift({ query: { cluster: ['prod-eu-1'] } })
    // The ConfigMap stands in a namespace that Git declares, and is in the ledger too.
    const fields = items.filter(({ path }) => path !== '')
    return fields.map(({ id, bundle, path }) => ({ id, bundle, path }))
  }
  await vi.waitFor(async () => expect(await found()).toMatchObject([drifted]), patience)
  const before = await found()
  const beside = await home.run(['demo', '--keep'])
  expect([beside.code, beside.stderr]).toEqual([2, expect.stringContaining('a demo runs on it already')])
  first.process.kill('SIGINT')
  expect(await first.ended).toBe(0)

  const other = await home.run(['demo', '--keep', '--clusters', '50'])
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('holds 12 clusters of seed')])
  const again = startDemo('--calm', '--keep')
  // What waits for a decision does not keep it from going on.
  await vi.waitFor(() => expect(again.output()).toContain('11 of 12 clusters are in sync'), longPatience)
  expect(await motto('get', 'configmap', 'motto', '-o', 'jsonpath={.metadata.uid}')).toBe(uid)
  expect(await found()).toEqual(before)
  const processes = processesOf(again.process.pid ?? 0)
  expect(processes).toHaveLength(2)
  again.process.kill('SIGKILL')
  await again.ended
  const left = (): number[] => processes.filter((pid) => existsSync(`/proc/${pid}`))
  await vi.waitFor(() => expect(left()).toEqual([]), patience)
})

/** The processes that a process has started. */
function processesOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
  return stdout
    .split('\n')
    .map(Number)
    .filter((one) => one > 0)
}
