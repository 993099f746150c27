import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadHubConfig } from '../../src/hub/config/index.ts'
import { deriveKeys, loadSecretKey } from '../../src/hub/keys/index.ts'
import { openStore } from '../../src/hub/store/index.ts'
import { systemClock } from '../../src/runtime/index.ts'
import { startPostgres } from '../postgres/index.ts'
import { cpuSeconds } from './cpu.ts'
import { HubProcess } from './hub-process.ts'
import { appsOf, clusterOf, indexedObjects } from './indexed-objects.ts'
import { memoryMiB } from './memory.ts'
import type { Report } from './report.ts'
import { spreadOf } from './statistics.ts'

export interface SearchPlan {
  readonly clusters: number
  readonly objects: number
  readonly users: number
  readonly seconds: number
}

const rowsAtOnce = 500
/** How long a user looks at an answer, in the middle. */
const lookMs = 1_000
const probeMs = 50
/** The answer of a page of the interface. */
const pageSize = 50

/** What users ask for. */
const questions: Readonly<Record<string, (app: string, version: number) => string>> = {
  'kind and namespace': (app) => `kind:Deployment ns:${app}`,
  label: (app) => `label:app.kubernetes.io/name=${app}`,
  image: (app, version) => `image:registry.example.com/shop/${app}:1.${version}.0`,
  'free text': (app) => app.slice(0, 5),
  counts: () => 'kind:ConfigMap',
}

/** Measure 4: from a question about a full index to the last byte of its answer, on both databases. */
export async function measureSearch(plan: SearchPlan, report: Report): Promise<void> {
  await searchOn('sqlite', undefined, plan, report)
  const postgres = await startPostgres()
  try {
    await searchOn('postgres', await postgres.createDatabase('bench'), plan, report)
  } finally {
    await postgres.stop()
  }
}

async function searchOn(
  database: string,
  url: string | undefined,
  plan: SearchPlan,
  report: Report,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-bench-'))
  // Nobody has the credential: the hub knows the clusters and reaches none of them.
  const clusters = Array.from({ length: plan.clusters }, (_, i) => ({ name: clusterOf(i), secret: 'none' }))
  const hub = await HubProcess.start(folder, { clusters, kubeconfigs: {}, database: url })
  try {
    await untilKnown(hub, plan.clusters)
    await hub.kill()
    const seconds = await fillIndex(hub.config, plan)
    const rate = Math.round(plan.objects / seconds)
    report.add({ measure: '4', case: `${database}: fill`, objects: plan.objects, rowsPerSecond: rate })
    await hub.restart()
    await untilKnown(hub, plan.clusters)
    await ask(hub, database, plan, report)
  } finally {
    await hub.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function untilKnown(hub: HubProcess, clusters: number): Promise<void> {
  while ((await hub.api.fleet()).clusters !== clusters) await sleep(100)
}

/** Fills the index as the hub itself does, while the hub does not run. Answers the seconds that it took. */
async function fillIndex(file: string, { clusters, objects }: SearchPlan): Promise<number> {
  const config = await loadHubConfig({ config: file }, {})
  const store = await openStore({
    location: await config.store(),
    clock: systemClock,
    keys: async ({ hasData }) => deriveKeys(await loadSecretKey(config.secretKey, { hasData })),
  })
  const begin = performance.now()
  try {
    for (let cluster = 0; cluster < clusters; cluster += 1) {
      const all = indexedObjects(cluster, Math.round(objects / clusters))
      for (let at = 0; at < all.length; at += rowsAtOnce) {
        await store.search.save(all.slice(at, at + rowsAtOnce))
      }
    }
  } finally {
    await store.close()
  }
  return (performance.now() - begin) / 1_000
}

async function ask(hub: HubProcess, database: string, plan: SearchPlan, report: Report): Promise<void> {
  const apps = appsOf(plan.objects / plan.clusters)
  const times = new Map<string, number[]>(Object.keys(questions).map((name) => [name, []]))
  const until = performance.now() + plan.seconds * 1_000
  const cpu = await cpuSeconds(hub.pid)
  const user = async (): Promise<void> => {
    while (performance.now() < until) {
      const [name, question] = any(Object.entries(questions))
      const q = question(any(apps), Math.floor(Math.random() * 40))
      const begin = performance.now()
      const total = await answered(hub, q)
      if (total === 0) throw new Error(`nothing was found for ${q}`)
      times.get(name)?.push(performance.now() - begin)
      await sleep(lookMs * (0.5 + Math.random()))
    }
  }
  const waits: number[] = []
  const probe = async (): Promise<void> => {
    while (performance.now() < until) {
      const begin = performance.now()
      await hub.raw('/livez')
      waits.push(performance.now() - begin)
      await sleep(probeMs)
    }
  }
  await Promise.all([probe(), ...Array.from({ length: plan.users }, user)])
  for (const [name, list] of times) {
    const { n, p50, p95, max } = spreadOf(list)
    report.add({ measure: '4', case: `${database}: ${name}`, n, p50, p95, max })
  }
  const { n, p50, p95, max } = spreadOf([...times.values()].flat())
  const used = (await cpuSeconds(hub.pid)) - cpu
  const others = spreadOf(waits)
  report.add({
    measure: '4',
    case: `${database}: all`,
    n,
    p50,
    p95,
    max,
    othersP99: others.p99,
    othersMax: others.max,
    hubCpuPercent: Math.round((used * 100) / plan.seconds),
    residentMiB: await memoryMiB(hub.pid, 'VmRSS'),
  })
}

/** How many objects the answer speaks of; its last byte has arrived. */
async function answered(hub: HubProcess, q: string): Promise<number> {
  const query = new URLSearchParams({ q, limit: String(pageSize) })
  const text = await hub.raw(`/api/v1/search?${query.toString()}`)
  return (JSON.parse(text) as { total: number }).total
}

function any<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)]
  if (item === undefined) throw new Error('there is none')
  return item
}
