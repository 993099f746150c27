import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { DriftView } from '../../src/api/index.ts'
import { Demo, type Scene, Storyteller, untilInSync } from '../../src/demo/index.ts'
import { FakeClock, systemClock } from '../../src/runtime/index.ts'

const patience = { timeout: 240_000, interval: 500 }
const program = [process.execPath, new URL('../../dist/evenkeel.mjs', import.meta.url).pathname] as const

let demo: Demo
let folder: string
let storyteller: Storyteller
const clock = new FakeClock(0)
const told: Scene[] = []
const troubles: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-story-'))
  demo = await Demo.start({
    folder,
    clusters: 12,
    seed: 'one',
    program,
    environment: process.env,
    say: () => {},
    onPage: () => {},
    onEnd: (failure) => troubles.push(failure.message),
  })
  const signal = AbortSignal.timeout(540_000)
  await untilInSync(demo.client, { clock: systemClock, signal, onProgress: () => {} })
  const { clusters, door, repository } = demo
  storyteller = new Storyteller({
    seed: 'one',
    clusters,
    door,
    repository,
    clock,
    tell: (scene) => told.push(scene),
    onError: (message) => troubles.push(message),
  })
}, 600_000)
afterAll(async () => {
  await storyteller?.stop()
  await demo?.stop()
  await Demo.remove(folder)
}, 60_000)

/** Moves the story's time on, scene by scene, until the beat has begun. */
async function tell(beat: Scene['beat']): Promise<readonly string[]> {
  const found = await vi.waitFor(async () => {
    const scene = told.find((one) => one.beat === beat)
    if (scene === undefined) {
      await clock.advance(5_000)
      throw new Error(`${beat} has not been told yet`)
    }
    return scene
  }, patience)
  return 'clusters' in found.act ? found.act.clusters : []
}

/** Moves the story's time on until somebody has written to clusters in the beat. */
async function writesOf(beat: Scene['beat']): Promise<readonly string[]> {
  return vi.waitFor(async () => {
    const found = told.find((one) => one.beat === beat && one.act.kind === 'write')
    if (found?.act.kind === 'write') return found.act.clusters
    await clock.advance(5_000)
    throw new Error(`nothing was written in ${beat} yet`)
  }, patience)
}

/** Waits until the hub keeps a bundle on a cluster in this mode. */
async function modeIs(bundle: string, cluster: string, mode: string): Promise<void> {
  await vi.waitFor(async () => {
    const { placed } = await demo.client.cluster({ params: { cluster } })
    expect(placed.find((one) => one.bundle === bundle)?.mode).toBe(mode)
  }, patience)
}

/** Waits until the ledger of these clusters has a difference for which `is` holds. */
async function recorded(clusters: readonly string[], is: (drift: DriftView) => boolean): Promise<DriftView> {
  return vi.waitFor(async () => {
    const state = ['open', 'healing', 'healed', 'gone'] as const
    const { items } = await demo.client.drift({ query: { cluster: [...clusters], state: [...state] } })
    const found = items.find(is)
    if (found === undefined)
      throw new Error(`not among ${JSON.stringify(items.map(({ object, path }) => [object.name, path]))}`)
    return found
  }, patience)
}

test('the incident: replicas by kubectl edit, with the name of the engineer', async () => {
  const clusters = await tell('incident')
  const drift = await recorded(
    clusters,
    ({ object, path }) => object.name === 'api' && path === 'spec.replicas',
  )
  expect(drift).toMatchObject({ class: 'taken', bundle: 'checkout' })
  await vi.waitFor(async () => {
    const again = await recorded(clusters, ({ id }) => id === drift.id)
    expect(again.writer).toMatchObject({ manager: 'kubectl-edit', kind: 'human', person: 'dana@corp' })
  }, patience)
})

test('the question: replicas by kubectl edit, of a bundle that asks: no heal is due', async () => {
  const clusters = await writesOf('asked')
  const drift = await recorded(clusters, ({ object }) => object.name === 'gateway')
  expect(drift).toMatchObject({ class: 'taken', bundle: 'payments', path: 'spec.replicas', state: 'open' })
  await modeIs('payments', clusters[0] ?? '', 'ask')
  await vi.waitFor(async () => {
    expect((await recorded(clusters, ({ id }) => id === drift.id)).healAt).toBeUndefined()
  }, patience)
})

test('the autoscaler: replicas by kube-controller-manager through scale', async () => {
  const clusters = await tell('autoscaler')
  const drift = await recorded(
    clusters,
    ({ bundle, path }) => bundle === 'storefront' && path === 'spec.replicas',
  )
  expect(drift.writer).toMatchObject({ manager: 'kube-controller-manager', kind: 'controller' })
})

test('the team that moves in: what its own pipeline delivers is told, and nothing is written', async () => {
  await tell('moving-in')
  const place = demo.clusters.find(({ environment, region }) => environment === 'prod' && region === 'eu')
  await modeIs('reporting', place?.name ?? '', 'observe')
  const clusters = await writesOf('moving-in')
  const drift = await recorded(clusters, ({ object }) => object.name === 'revenue')
  expect(drift).toMatchObject({
    bundle: 'reporting',
    state: 'open',
    writer: { manager: 'helm', kind: 'pipeline' },
  })
  expect(drift.healAt).toBeUndefined()
})

test('the quota: by kubectl edit', async () => {
  const clusters = await tell('quota')
  const drift = await recorded(clusters, ({ object }) => object.kind === 'ResourceQuota')
  expect(drift).toMatchObject({
    class: 'taken',
    bundle: 'quota-and-access',
    writer: { manager: 'kubectl-edit' },
  })
})

test('the binding: everything for frank, by a binding that is nowhere in Git, made by erin', async () => {
  const clusters = await tell('binding')
  const grant = await vi.waitFor(async () => {
    const { items } = await demo.client.whoCan({
      query: { verb: '*', resource: '*', user: 'frank@corp', cluster: [...clusters] },
    })
    const found = items.find(({ binding }) => binding.name.endsWith('-frank'))
    if (found?.clusters !== clusters.length) throw new Error(JSON.stringify(items))
    return found
  }, patience)
  expect(grant.declared).toEqual([{ clusters: clusters.length, drifted: 0 }])
  await vi.waitFor(async () => {
    const { items } = await demo.client.recordedChanges({
      params: { cluster: clusters[0] ?? '' },
      query: { ...grant.binding },
    })
    expect(items[0]).toMatchObject({ writer: { manager: 'kubectl-create', person: 'erin@corp' } })
  }, patience)
})

test('quotas are recorded on every cluster with the use that was counted', async () => {
  await vi.waitFor(async () => {
    const { items, asked, answered } = await demo.client.quotas({ query: { resource: 'pods' } })
    expect([asked, answered]).toEqual([12, 12])
    expect(items.length).toBeGreaterThanOrEqual(12)
    expect(items.every(({ percent }) => percent !== undefined)).toBe(true)
    expect(items.some(({ percent }) => (percent ?? 0) > 0)).toBe(true)
    const { clusters, legend } = await demo.client.fleetMap({ query: { fill: 'quota' } })
    expect(legend[0]).toBe('not known')
    expect(clusters.filter(([, , , fill]) => fill > 0)).toHaveLength(12)
  }, patience)
})

test('the NetworkPolicy: missing', async () => {
  const clusters = await tell('policy')
  const drift = await recorded(clusters, ({ object }) => object.kind === 'NetworkPolicy')
  expect(drift).toMatchObject({ class: 'missing', bundle: 'network-policies' })
})

test('the silence: clusters that answer nothing', async () => {
  const [cluster = ''] = await tell('silence')
  await vi.waitFor(async () => {
    const { body } = await demo.door.control('GET', `clusters/${cluster}`)
    expect(body).toMatchObject({ faults: { silent: true } })
  }, patience)
})

test('the operator: a field that it takes', async () => {
  const clusters = await tell('operator')
  const drift = await recorded(clusters, ({ object }) => object.name === 'prometheus')
  expect(drift).toMatchObject({ class: 'taken', bundle: 'monitoring', path: 'spec.replicas' })
  expect(drift.writer).toMatchObject({ manager: 'prometheus-operator' })
})

test('the notes in a declared namespace: not in Git', async () => {
  const clusters = await tell('namespace')
  const drift = await recorded(clusters, ({ object }) => object.name.endsWith('-notes'))
  expect(drift).toMatchObject({ class: 'unmanaged', writer: { manager: 'kubectl-create' } })
})

test('the namespace that nobody declared: not in Git, with the name of who made it', async () => {
  const clusters = await tell('namespace')
  const drift = await recorded(clusters, ({ object }) => object.kind === 'Namespace')
  expect(drift).toMatchObject({
    class: 'unmanaged',
    bundle: 'foundations',
    object: { name: 'debug-inc-4411' },
  })
  await vi.waitFor(async () => {
    const again = await recorded(clusters, ({ id }) => id === drift.id)
    expect(again.writer).toMatchObject({ manager: 'kubectl-create', person: 'frank@corp' })
  }, patience)
  const { items } = await demo.client.namespace({ params: { namespace: 'debug-inc-4411' }, query: {} })
  expect(items.map(({ cluster }) => cluster)).toEqual(clusters)
  expect(items[0]?.bundles[0]?.objects).toMatchObject([{ object: { kind: 'Namespace' }, drift: 1 }])
  const rule = { kind: 'Namespace', namespace: '', name: 'debug-inc-4411', path: '' }
  const accepted = await demo.client.previewAccept({ params: { bundle: 'foundations' }, query: rule })
  expect(accepted).toMatchObject({ rule: 'Namespace/debug-inc-4411', differences: 1, clusters })
})

test('the webhook: an image that it rewrites', async () => {
  const clusters = await tell('webhook')
  const drift = await recorded(clusters, ({ path }) => path.endsWith('.image'))
  // Nobody owns what a webhook changes on the way.
  expect(drift).toMatchObject({ class: 'silent', bundle: 'cart' })
})

test('the certificate: its cluster is not in sync, and says why', async () => {
  const [cluster = ''] = await tell('certificate')
  await vi.waitFor(async () => {
    const { placed } = await demo.client.cluster({ params: { cluster } })
    expect(JSON.stringify(placed)).toContain('has expired')
  }, patience)
})

test('the release: a commit that a run carries to the clusters', async () => {
  await tell('release')
  await vi.waitFor(async () => {
    const { items } = await demo.client.runs({ query: { bundle: 'checkout' } })
    expect(items.length).toBeGreaterThan(1)
  }, patience)
})

test('the bad release: its run takes it back from the canary', async () => {
  await tell('bad-release')
  await vi.waitFor(async () => {
    const { items } = await demo.client.runs({ query: { bundle: 'catalog' } })
    expect(items.map(({ state }) => state)).toContain('reverted')
  }, patience)
})

test('nothing of it went wrong', () => {
  // Clusters that fell silent answer nothing, to the story either.
  expect(troubles.filter((message) => !message.includes('no answer within'))).toEqual([])
})
