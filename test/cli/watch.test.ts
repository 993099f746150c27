import { beforeEach, describe, expect, test, vi } from 'vitest'
import { clusterOf } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import type { CliHome } from './run-cli.ts'
import { adminToken, serveFleet } from './serve-fleet.ts'
import { setStage } from './stage.ts'

const stage = setStage()
let fleet: FleetInMemory
let home: CliHome
beforeEach(() => {
  ;({ fleet, home } = stage())
})
const ek = (...args: string[]) => stage().ek(...args)

describe('watching', () => {
  test('-w prints everything once and then only the rows that changed, until ctrl-C', async () => {
    const child = home.start(['get', 'clusters', '-w'])
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
    await vi.waitFor(() => expect(stdout.split('\n')).toHaveLength(6), { timeout: 20_000 })
    await vi.waitFor(() => expect(fleet.listeners).toBe(1), { timeout: 20_000 })
    fleet.clusters_[2] = clusterOf('stage-eu-1', { environment: 'stage', tier: 'standard', state: 'failed' })
    fleet.happen({ type: 'apply-failed', message: 'failed', cluster: 'stage-eu-1' })
    await vi.waitFor(() => expect(stdout).toContain('▲ Failed'), { timeout: 20_000 })
    expect(stdout.split('\n')).toHaveLength(7)
    child.kill('SIGINT')
    expect(await closed).toBe(0)
  })

  test('-w -o yaml is a stream: dashes between two documents, none before the first', async () => {
    const child = home.start(['get', 'clusters', '-w', '-o', 'yaml'])
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
    await vi.waitFor(() => expect(stdout).toContain('dev-us-1'), { timeout: 20_000 })
    await vi.waitFor(() => expect(fleet.listeners).toBe(1), { timeout: 20_000 })
    fleet.clusters_[2] = clusterOf('stage-eu-1', { environment: 'stage', tier: 'standard', state: 'failed' })
    fleet.happen({ type: 'apply-failed', message: 'failed', cluster: 'stage-eu-1' })
    await vi.waitFor(() => expect(stdout).toContain('state: failed'), { timeout: 20_000 })
    expect(stdout.split(/^---\n/m).map((document) => document.slice(0, 11))).toEqual([
      'apiVersion:',
      'apiVersion:',
    ])
    child.kill('SIGINT')
    expect(await closed).toBe(0)
  })

  test('events prints what happened and, with -w, what happens', async () => {
    fleet.happen({ type: 'healed', message: 'healed by rule', cluster: 'prod-eu-3', actor: 'alice@corp' })
    expect((await ek('events')).stdout).toMatch(
      /^AGE {2}TYPE +CLUSTER +OBJECT +BY +MESSAGE\n\d+s +healed +prod-eu-3 +- +alice@corp +healed by rule\n$/,
    )
    const child = home.start(['events', '-w', '-o', 'json'])
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    await vi.waitFor(() => expect(fleet.listeners).toBe(1), { timeout: 20_000 })
    fleet.happen({ type: 'drift', message: 'something changed', cluster: 'prod-eu-3' })
    await vi.waitFor(() => expect(stdout).toContain('something changed'), { timeout: 20_000 })
    child.kill('SIGINT')
    await new Promise((resolve) => child.once('close', resolve))
  })

  test('a watch ends with 2 when its token is taken back, and outlives a hub that restarts', async () => {
    const child = home.start(['get', 'clusters', '-w'])
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
    await vi.waitFor(() => expect(fleet.listeners).toBe(1), { timeout: 20_000 })
    await stage().hub.close()
    await vi.waitFor(() => expect(stderr).toContain('live updates lost'), { timeout: 20_000 })
    const again = await serveFleet(fleet, { port: Number(new URL(stage().hub.url).port) })
    try {
      fleet.clusters_[3] = clusterOf('dev-us-1', { environment: 'dev', tier: 'sandbox', state: 'failed' })
      await vi.waitFor(() => expect(stdout).toContain('▲ Failed'), { timeout: 30_000 })
      await again.revoke(adminToken)
      fleet.happen({ type: 'drift', message: 'something' })
      expect(await closed).toBe(2)
      expect(stderr).toContain('not authenticated')
    } finally {
      await again.close()
    }
  })
})
