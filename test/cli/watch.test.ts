import { beforeEach, describe, expect, test, vi } from 'vitest'
import { clusterOf } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import type { CliHome } from './run-cli.ts'
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
})
