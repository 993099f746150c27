import { join } from 'node:path'
import { openApimachinery } from '../../apimachinery/index.ts'
import { type Forge, openForge } from '../../git/forge/index.ts'
import { openRenderer } from '../../render/index.ts'
import type { Clock, Log } from '../../runtime/index.ts'
import { AuditFeeds, type Tail, tailAuditLog } from '../audit/index.ts'
import { newId, Rights } from '../auth/index.ts'
import type { HubConfig } from '../config/index.ts'
import type { HubService } from '../service.ts'
import type { Store } from '../store/index.ts'
import { openAgeKeys } from '../sops/index.ts'
import { CommitStatuses } from '../statuses/index.ts'
import { placeOfRepository, PushLooks } from '../webhooks/index.ts'
import { ClusterBoard } from './cluster/cluster-board.ts'
import { EnginePool } from './cluster/engine-pool.ts'
import { RecordKeeper } from './cluster/record-keeper.ts'
import { ReportKeeper } from './cluster/report-keeper.ts'
import { SearchKeeper } from './cluster/search-keeper.ts'
import { EventLog } from './event-log.ts'
import { factsOf } from './fleet/facts-of.ts'
import { FleetLoop } from './fleet/fleet-loop.ts'
import { openHubCharts } from './fleet/hub-charts.ts'
import { RenderMemory } from './fleet/render-memory.ts'
import { Renderings } from './fleet/renderings.ts'
import { remotePlace, Sources } from './fleet/sources.ts'
import { Jobs } from './jobs/index.ts'
import { HubMetrics } from './metrics.ts'
import { startRetention } from './retention.ts'
import { Freezes, MetricGates, RolloutLoop } from './rollout/index.ts'
import { hubService } from './service/hub-answering.ts'

export interface ReconcilerOptions {
  readonly config: HubConfig
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** A file with certificate authorities to trust besides the system's. */
  readonly caFile?: string
}

/** The loop and its answers, running. */
export interface Reconciler {
  readonly service: HubService
  /** What people may do. */
  readonly rights: Rights
  /** Adds to the activity what happened at the way in. */
  readonly note: (
    type: string,
    message: string,
    by: { readonly actor: string; readonly requestId: string },
  ) => void
  /** Ends everything that was started; what was being written is finished first. */
  stop(): Promise<void>
}

/** How long news from clusters are gathered before the fleet is decided again. */
const newsMs = 500

/**
 * Starts everything between the store and the HTTP layer. When it resolves, what was in force before is in force
 * again; clusters and repositories are being connected to in the background.
 */
export async function openReconciler(options: ReconcilerOptions): Promise<Reconciler> {
  const { config, store, clock, log } = options
  const board = new ClusterBoard(clock)
  await board.load(store)
  const metrics = new HubMetrics()
  const events = new EventLog(store, clock, log)
  const keeper = new ReportKeeper(store, board, clock, (error) =>
    log.warn('a report could not be kept', { error }),
  )
  const memory = new RenderMemory(store, clock)
  const renderer = openRenderer()
  const apimachinery = openApimachinery({ threads: 1 })
  const charts = openHubCharts({ config, clock, log, caFile: options.caFile })
  const renderings = new Renderings(store, memory, {
    renderer,
    charts,
    remotes: {
      open: (url) => sources.repository(remotePlace(url, fleet.state.model)),
      allowedHosts: config.remoteHosts,
    },
    seed: (bundle, scope) => store.keys.renderSeed(bundle, scope),
    clock: (bundle, rotation) => memory.clock(bundle, rotation),
    recorded: (bundle) => memory.dependencies(bundle),
    record: (bundle, resolved) => memory.recordDependencies(bundle, resolved),
    ...(config.sopsKeys.length === 0 ? {} : { sops: ageKeysOf(config) }),
    signingKeys: async (name) => (await config.credentials.read(name)).reveal(),
  })
  const search = new SearchKeeper({ store, content: renderings, clock, log })
  await search.load()
  const records = new RecordKeeper({ store, clock, log })
  const audit = new AuditFeeds()
  const freezes = new Freezes({
    store,
    clock,
    onChange: () => {
      rollouts.hintAll()
      pool.reconcile()
    },
  })
  const pool: EnginePool = new EnginePool({
    config,
    store,
    content: renderings,
    audit,
    board,
    keeper,
    search,
    records,
    events,
    metrics,
    clock,
    log,
    freezes,
    onNews: () => fleet.hint(newsMs),
    onBundle: (_, bundle) => {
      rollouts.hint(bundle)
      rollouts.hintDependants(bundle)
    },
    onReach: (cluster) => rollouts.hintCluster(cluster),
  })
  const rollouts: RolloutLoop = new RolloutLoop({
    store,
    board,
    pool,
    events,
    freezes,
    gates: new MetricGates(clock, (bundle) => rollouts.hint(bundle)),
    facts: (cluster) => factsOf(board, cluster),
    onRun: (record) => statuses.run(record, fleet.repositoryOf(record.run.bundle)?.url),
    clock,
    log,
  })
  const forges = forgesOf(config, options.caFile)
  const statuses = new CommitStatuses({
    forges,
    publicUrl: config.publicUrl,
    clock,
    onProblem: (message) => {
      log.warn('a commit status could not be set', { message })
      events.add({ type: 'forge', message })
    },
  })
  const sources: Sources = new Sources({
    cacheFolder: join(config.dataFolder, 'repositories'),
    caFile: options.caFile,
    credential: (name) => config.credentials.forGit(name),
    clock,
    pollMs: config.fleet?.pollMs ?? 30_000,
    onChange: () => fleet.hint(),
  })
  const fleet: FleetLoop = new FleetLoop({
    source: config.fleet,
    sources,
    store,
    board,
    pool,
    renderings,
    rollouts,
    events,
    metrics,
    onDecided: ({ model, revision, problems, bundleProblems }) => {
      if (config.fleet === undefined || model === undefined || revision === undefined) return
      const all = [...problems, ...[...bundleProblems.values()].flat()]
      statuses.fleet(config.fleet.url, revision, all, model.clusters.size)
    },
    clock,
    log,
  })
  board.askPending((cluster) => rollouts.pendingOn(cluster))
  const pushes = new PushLooks({
    clock,
    look: (at) => sources.lookAt(({ url }) => placeOfRepository(url) === at),
    onError: (repository, error) =>
      log.warn('an announced push could not be looked at', { repository, error }),
  })
  const tails: Tail[] = config.audit.files.map(({ cluster, file }) =>
    tailAuditLog(file, { feed: audit.of(cluster), clock, log }),
  )
  await Promise.all(tails.map((tail) => tail.started))
  const jobs = new Jobs({ store, events, clock, log, newId: () => newId('j') })
  const stop = async (): Promise<void> => {
    retention.stop()
    await jobs.stop()
    await pushes.stop()
    await fleet.stop()
    await rollouts.stop()
    freezes.stop()
    await renderer.close()
    await apimachinery?.close()
    await charts.close()
    await statuses.stop()
    await sources.stop()
    await pool.stop()
    await Promise.all(tails.map((tail) => tail.stop()))
    await search.stop()
    await records.stop()
    await keeper.stop(fleet.state.model?.clusters.keys() ?? [])
    await events.stop()
  }
  const retention = startRetention({ config, store, clock, log })
  try {
    await freezes.load()
    await jobs.load()
    await rollouts.book.load()
    await fleet.start()
    for (const record of rollouts.book.records()) {
      statuses.again(record, fleet.repositoryOf(record.run.bundle)?.url)
    }
  } catch (error) {
    await stop()
    throw error
  }
  const rights = new Rights({
    model: () => fleet.state.model,
    facts: (cluster) => factsOf(board, cluster),
    clock,
    admins: config.openid?.admins ?? [],
  })
  const service = hubService({
    config,
    store,
    board,
    pool,
    fleet,
    sources,
    pushes,
    forges,
    renderings,
    apimachinery,
    rollouts,
    freezes,
    audit,
    jobs,
    rights,
    events,
    metrics,
    clock,
    version: options.version,
    startedAt: new Date(clock.now()).toISOString(),
  })
  return { service, rights, note: (type, message, by) => events.add({ type, message, ...by }), stop }
}

/** The age keys of hub.yaml, as they are when a file is opened. */
function ageKeysOf({ sopsKeys, credentials }: HubConfig): ReturnType<typeof openAgeKeys> {
  return openAgeKeys(async () => {
    const read = await Promise.all(sopsKeys.map((name) => credentials.read(name)))
    return read.map((secret) => secret.reveal())
  })
}

/** The forges of hub.yaml, each with its token as it is at the time of a request. */
function forgesOf(config: HubConfig, caFile: string | undefined): Map<string, Forge> {
  return new Map(
    config.forges.map(({ host, kind, api, credential }) => {
      const token = async (): Promise<string> => (await config.credentials.read(credential)).reveal()
      return [host, openForge({ kind, api, token, caFile })]
    }),
  )
}
