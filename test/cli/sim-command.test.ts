import { execFile } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ensureBinaries } from '../../tools/kubernetes/index.ts'
import { CliHome } from './run-cli.ts'

const run = promisify(execFile)

let home: CliHome
let sim: ReturnType<CliHome['start']>
let stdout = ''
let ended: Promise<number | null>
let file = ''

beforeEach(async () => {
  home = await CliHome.create()
  stdout = ''
  file = join(home.folder, 'fleet.kubeconfig')
  sim = home.start(['sim', '--clusters', '12', '--kubeconfig', file, '--as', '1.34'])
  sim.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  ended = new Promise((resolve) => sim.once('close', resolve))
  await vi.waitFor(() => expect(stdout).toContain('next:'), { timeout: 60_000 })
})
afterEach(async () => {
  sim.kill('SIGKILL')
  await ended
  await home.remove()
})

test('simulated clusters say where they are, answer kubectl, and end with 0 on SIGTERM', async () => {
  expect(stdout).toMatch(
    /^12 simulated clusters at https:\/\/127\.0\.0\.1:\d+\nkubeconfig in .*fleet\.kubeconfig\n/,
  )
  expect((await stat(file)).mode & 0o077).toBe(0)
  const { kubectl } = await ensureBinaries()
  const asked = (...args: string[]) => run(kubectl, ['--kubeconfig', file, ...args])
  expect((await asked('--context', 'sim-12', 'get', 'namespaces', '-o', 'name')).stdout).toContain(
    'namespace/kube-system',
  )
  expect((await asked('--context', 'alice@sim-01', 'auth', 'whoami')).stdout).toMatch(/Username\s+alice/)
  expect((await asked('--context', 'sim-01', 'get', '--raw', '/version')).stdout).toMatch(
    /"emulationMinor":\s*"34"/,
  )
  sim.kill('SIGTERM')
  expect(await ended).toBe(0)
})

test('a fleet of different clusters begins with what its platforms say', async () => {
  const fleet = {
    platforms: {
      edge: {
        nodes: 1,
        node: { cpu: '2', memory: '4Gi' },
        manifests: [
          { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kiosk' } },
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'site', namespace: 'kiosk' },
            data: { a: '1' },
          },
        ],
      },
    },
    clusters: [{ name: 'plain' }, { name: 'shop-17', as: '1.33', platform: 'edge' }],
  }
  const described = join(home.folder, 'fleet.json')
  await writeFile(described, JSON.stringify(fleet))
  const own = join(home.folder, 'own.kubeconfig')
  const other = home.start(['sim', '--fleet', described, '--kubeconfig', own])
  const gone = new Promise((resolve) => other.once('close', resolve))
  let said = ''
  other.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await vi.waitFor(() => expect(said).toContain('next:'), { timeout: 60_000 })
  const { kubectl } = await ensureBinaries()
  const get = async (context: string, ...words: string[]): Promise<string> =>
    (await run(kubectl, ['--kubeconfig', own, '--context', context, 'get', ...words, '-o', 'name'])).stdout
  expect(await get('shop-17', 'nodes')).toBe('node/node-1\n')
  expect(await get('shop-17', 'cm', 'site', '-n', 'kiosk')).toBe('configmap/site\n')
  expect(await get('plain', 'namespaces')).not.toContain('kiosk')
  other.kill('SIGTERM')
  await gone
  await writeFile(described, JSON.stringify({ clusters: [{ name: 'a', platform: 'none' }] }))
  const wrong = await home.run(['sim', '--fleet', described])
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('there is no platform none')])
})

test('a port that is taken, too many clusters and an unknown release are said in one line', async () => {
  const port = /127\.0\.0\.1:(\d+)/.exec(stdout)?.[1] ?? ''
  const taken = await home.run(['sim', '--port', port])
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining(`port ${port}: cannot serve there`)])
  const many = await home.run(['sim', '--clusters', '5000'])
  expect([many.code, many.stderr]).toEqual([2, expect.stringContaining('from 1 to 1000')])
  const release = await home.run(['sim', '--as', '1.20'])
  expect([release.code, release.stderr]).toEqual([
    2,
    expect.stringContaining('there are 1.33, 1.34, 1.35, 1.36'),
  ])
})
