import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient, type EventView } from '../../src/api/index.ts'
import { type HttpsServer, serveHttps } from '../../test/git/servers.ts'
import { endOfLog, type Program, startProgram } from '../kubernetes/index.ts'
import { type Bundles, type DeclaredCluster, FleetRepository } from './fleet-repository.ts'
import { Inspector } from './inspector.ts'

const root = join(import.meta.dirname, '..', '..')
const startMs = 60_000
/** A fleet of many objects comes to its end everywhere at about the same time. */
const settleMs = 1_800_000
const webhookCredential = 'webhook'
const webhookSecret = 'of-the-bench'

/** Something that the hub told in its stream of events. `at` by `performance.now()`, when it arrived. */
export interface Told {
  readonly event: EventView
  /** `namespace/name` of the object that it is about. */
  readonly key: string
  readonly at: number
}

/** What the hub is to keep. */
export interface KeptClusters {
  readonly clusters: readonly DeclaredCluster[]
  /** Kubeconfigs by the names that the clusters' records call them. */
  readonly kubeconfigs: Readonly<Record<string, string>>
  /** The URL of a PostgreSQL database; the embedded one without it. */
  readonly database?: string | undefined
}

/** The real hub, as people run it: a process of its own, on its own fleet repository and data. */
export class HubProcess {
  /** Where `ek` finds it: the value of `EVENKEEL_DATA`. */
  readonly data: string
  /** The `hub.yaml` that it is started with. */
  readonly config: string
  readonly #folder: string
  readonly #repository: FleetRepository
  readonly #server: HttpsServer
  readonly #clusters: number
  readonly #listeners = new Set<(told: Told) => void>()
  #running: Running
  /** The newest commit that it was told of. */
  #head = ''

  /** Starts it in `folder`. Resolves once it is ready and its events are being heard. */
  static async start(folder: string, kept: KeptClusters): Promise<HubProcess> {
    const repository = await FleetRepository.create(join(folder, 'repository'), kept.clusters)
    const data = join(folder, 'data')
    const server = await serveHttps(repository.folder)
    try {
      const config = await writeConfig(folder, data, server, kept)
      const running = await launch(folder, data, config)
      const hub = new HubProcess(folder, data, config, repository, server, kept.clusters.length, running)
      await hub.#listen()
      return hub
    } catch (error) {
      await server.close()
      throw error
    }
  }

  private constructor(
    folder: string,
    data: string,
    config: string,
    repository: FleetRepository,
    server: HttpsServer,
    clusters: number,
    running: Running,
  ) {
    this.#folder = folder
    this.data = data
    this.config = config
    this.#repository = repository
    this.#server = server
    this.#clusters = clusters
    this.#running = running
  }

  get pid(): number {
    return this.#running.pid
  }

  get api(): Client {
    return this.#running.api
  }

  /** The text of an answer below the hub's address. Throws when it refuses. */
  async raw(path: string): Promise<string> {
    const { url, token } = this.#running
    const answer = await fetchAgain(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.text()
  }

  /** Looks into the process; it goes on with its work meanwhile. */
  inspect(): Promise<Inspector> {
    return Inspector.attach(this.pid, this.#running.program.log)
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    const { program, ended } = this.#running
    ended.abort()
    program.signal('SIGKILL')
    while (program.running()) await sleep(5)
    await this.#running.following
  }

  /** Starts it again on the data of before. Resolves once it is ready. */
  async restart(): Promise<void> {
    // The file of the process before would be taken for the new one's.
    await rm(hubFile(this.data), { force: true })
    this.#running = await launch(this.#folder, this.data, this.config)
    await this.#listen()
  }

  /**
   * Commits, and tells the hub as the webhook of a Git server does. Answers when the commit was there, by
   * `performance.now()`.
   */
  async deliver(bundles: Bundles): Promise<number> {
    this.#head = await this.#repository.commit(bundles)
    const at = performance.now()
    const answer = await fetch(`${this.#running.url}/api/v1/webhooks/git/gitlab`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gitlab-token': webhookSecret },
      body: JSON.stringify({ project: { git_http_url: this.#server.url } }),
    })
    if (!answer.ok) throw new Error(`the hub refused the webhook: ${answer.status} ${await answer.text()}`)
    return at
  }

  /**
   * Resolves when every bundle stands on every cluster as the newest commit declares it, and the hub has recorded that.
   * Objects that are not healthy yet do not matter: no controllers run here. Throws when nothing has come closer to
   * that for half an hour.
   */
  async settled(): Promise<void> {
    let least = Number.POSITIVE_INFINITY
    let deadline = performance.now() + settleMs
    for (;;) {
      const { items } = await this.api.bundles({ query: { limit: 1000 } })
      const known = items.length > 0 && items.every(({ revision }) => revision === this.#head)
      const open = items.reduce((sum, { states }) => sum + this.#clusters - standing(states), 0)
      if (known && open === 0) return
      if (open < least) deadline = performance.now() + settleMs
      least = Math.min(least, open)
      if (performance.now() > deadline) {
        const some = items.filter(({ states }) => standing(states) < this.#clusters).slice(0, 3)
        throw new Error(`bundles that never settled: ${JSON.stringify(some)}`)
      }
      await sleep(100)
    }
  }

  onEvent(listener: (told: Told) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async stop(): Promise<void> {
    const { program, ended, following } = this.#running
    ended.abort()
    await following
    await program.stop(10_000)
    await this.#server.close()
  }

  async #listen(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const onConnection = ({ connected }: { connected: boolean }): void => {
      if (connected) resolve()
    }
    const { api, ended } = this.#running
    this.#running.following = (async () => {
      for await (const event of api.follow({ signal: ended.signal, onConnection })) {
        const { object } = event
        const key = object === undefined ? '' : `${object.namespace ?? ''}/${object.name}`
        for (const listener of this.#listeners) listener({ event, key, at: performance.now() })
      }
    })()
    await Promise.race([promise, this.#running.following])
  }
}

interface Running {
  readonly program: Program
  readonly pid: number
  readonly url: string
  readonly token: string
  readonly api: Client
  readonly ended: AbortController
  following: Promise<void>
}

/** `in-progress`: applied, and not healthy. */
function standing(states: Readonly<Partial<Record<string, number>>>): number {
  return (states['in-sync'] ?? 0) + (states['in-progress'] ?? 0)
}

async function launch(folder: string, data: string, config: string): Promise<Running> {
  const program = startProgram(
    'env',
    // Any free port, for a bench that looks into the process.
    ['NODE_OPTIONS=--inspect-port=127.0.0.1:0', join(root, 'bin', 'evenkeel'), 'hub', '--config', config],
    join(folder, 'hub.log'),
  )
  try {
    const { url, token, pid } = await foundHub(hubFile(data), program)
    const api = createClient({ url, token, fetch: fetchAgain })
    return { program, pid, url, token, api, ended: new AbortController(), following: Promise.resolve() }
  } catch (error) {
    await program.stop(5_000)
    throw error
  }
}

async function writeConfig(
  folder: string,
  data: string,
  server: HttpsServer,
  { kubeconfigs, database }: KeptClusters,
): Promise<string> {
  await mkdir(data, { recursive: true, mode: 0o700 })
  const credentials: { name: string; file: string }[] = []
  for (const [name, text] of Object.entries({ ...kubeconfigs, [webhookCredential]: webhookSecret })) {
    const file = join(folder, `${name}.credential`)
    await writeFile(file, text, { mode: 0o600 })
    credentials.push({ name, file })
  }
  const config = {
    apiVersion: 'evenkeel.dev/v1alpha1',
    kind: 'HubConfig',
    spec: {
      data,
      listen: '127.0.0.1:0',
      fleet: { url: server.url, branch: 'main', poll: '30s' },
      authorities: [server.caFile],
      credentials,
      ...(database === undefined ? {} : { database: { url: database } }),
      webhooks: { gitlab: { secret: webhookCredential } },
    },
  }
  const path = join(folder, 'hub.yaml')
  await writeFile(path, JSON.stringify(config, undefined, 2), { mode: 0o600 })
  return path
}

/** A server may close a connection that was idle just when it is used again: reading is tried twice. */
async function fetchAgain(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if ((init.method ?? 'GET') !== 'GET' || init.signal?.aborted === true) throw error
    return fetch(url, init)
  }
}

/** The file in which a running hub says where it is. */
function hubFile(data: string): string {
  return join(data, 'hub.json')
}

async function foundHub(
  file: string,
  program: Program,
): Promise<{ url: string; token: string; pid: number }> {
  const deadline = performance.now() + startMs
  while (program.running() && performance.now() < deadline) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) {
      const found = JSON.parse(text) as { url: string; token: string; pid: number }
      const ready = await fetch(`${found.url}/readyz`).catch(() => undefined)
      if (ready?.ok === true) return found
    }
    await sleep(50)
  }
  throw new Error(`the hub did not become ready: ${await endOfLog(program)}`)
}
