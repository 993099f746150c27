import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient, type EventView } from '../../src/api/index.ts'
import { type AttachedApiServer, endOfLog, type Program, startProgram } from '../kubernetes/index.ts'
import { type Bundles, clusterName, FleetRepository } from './fleet-repository.ts'

const root = join(import.meta.dirname, '..', '..')
const startMs = 60_000
const settleMs = 120_000

/** Something that the hub told in its stream of events. `at` by `performance.now()`, when it arrived. */
export interface Told {
  readonly event: EventView
  /** `namespace/name` of the object that it is about. */
  readonly key: string
  readonly at: number
}

/** The real hub, as people run it: a process of its own, on its own fleet repository and data. */
export class HubProcess {
  readonly pid: number
  /** Where `ek` finds it: the value of `EVENKEEL_DATA`. */
  readonly data: string
  readonly api: Client
  readonly #program: Program
  readonly #repository: FleetRepository
  readonly #ended = new AbortController()
  readonly #listeners = new Set<(told: Told) => void>()
  #following: Promise<void> = Promise.resolve()

  /** Starts it in `folder` for one cluster. Resolves once it is ready and its events are being heard. */
  static async start(folder: string, server: AttachedApiServer): Promise<HubProcess> {
    const repository = await FleetRepository.create(join(folder, 'repository'))
    const data = join(folder, 'data')
    const config = await writeConfig(folder, data, repository, server)
    const program = startProgram(
      join(root, 'bin', 'evenkeel'),
      ['hub', '--config', config],
      join(folder, 'hub.log'),
    )
    try {
      const found = await foundHub(join(data, 'hub.json'), program)
      const hub = new HubProcess(program, repository, data, found)
      await hub.#listen()
      return hub
    } catch (error) {
      await program.stop(5_000)
      throw error
    }
  }

  private constructor(
    program: Program,
    repository: FleetRepository,
    data: string,
    found: { url: string; token: string; pid: number },
  ) {
    this.pid = found.pid
    this.data = data
    this.api = createClient({ url: found.url, token: found.token, fetch })
    this.#program = program
    this.#repository = repository
  }

  /**
   * Commits and tells the hub, as a webhook of the Git server would. Answers when the commit was there, by
   * `performance.now()`.
   */
  async deliver(bundles: Bundles): Promise<number> {
    await this.#repository.commit(bundles)
    const at = performance.now()
    const [bundle, ...others] = bundles.keys()
    await this.api.reconcile({ body: bundle === undefined || others.length > 0 ? {} : { bundle } })
    return at
  }

  /**
   * Resolves when every bundle stands as the newest revision declares it, and the hub has recorded that. Objects that
   * are not healthy yet do not matter: no controllers run here.
   */
  async settled(): Promise<void> {
    const deadline = performance.now() + settleMs
    for (;;) {
      const { items, total } = await this.api.bundles({ query: { limit: 1000 } })
      const open = items.filter(({ states }) => states['in-sync'] !== 1 && states['in-progress'] !== 1)
      if (total > 0 && open.length === 0) return
      if (performance.now() > deadline)
        throw new Error(`bundles that never settled: ${JSON.stringify(open.slice(0, 3))}`)
      await sleep(100)
    }
  }

  onEvent(listener: (told: Told) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async stop(): Promise<void> {
    this.#ended.abort()
    await this.#following
    await this.#program.stop(10_000)
  }

  async #listen(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const onConnection = ({ connected }: { connected: boolean }): void => {
      if (connected) resolve()
    }
    this.#following = (async () => {
      for await (const event of this.api.follow({ signal: this.#ended.signal, onConnection })) {
        const { object } = event
        const key = object === undefined ? '' : `${object.namespace ?? ''}/${object.name}`
        for (const listener of this.#listeners) listener({ event, key, at: performance.now() })
      }
    })()
    await Promise.race([promise, this.#following])
  }
}

async function writeConfig(
  folder: string,
  data: string,
  repository: FleetRepository,
  server: AttachedApiServer,
): Promise<string> {
  await mkdir(data, { recursive: true, mode: 0o700 })
  const kubeconfig = join(folder, `${clusterName}.kubeconfig`)
  await writeFile(kubeconfig, server.kubeconfig('evenkeel', clusterName), { mode: 0o600 })
  const config = {
    apiVersion: 'evenkeel.dev/v1alpha1',
    kind: 'HubConfig',
    spec: {
      data,
      listen: '127.0.0.1:0',
      fleet: { url: repository.folder, branch: 'main', poll: '30s' },
      credentials: [{ name: clusterName, file: kubeconfig }],
    },
  }
  const path = join(folder, 'hub.yaml')
  await writeFile(path, JSON.stringify(config, undefined, 2), { mode: 0o600 })
  return path
}

/** The file in which a running hub says where it is. */
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
