import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type Client } from '../../../src/api/index.ts'
import type { JsonMap } from '../../../src/core/object/index.ts'
import { openReleases } from '../../../src/sim/data/index.ts'
import { Simulator } from '../../../src/sim/index.ts'
import { openObjectHandling } from '../../../src/apimachinery/index.ts'
import { HubProcess } from '../../hub/hub-process.ts'
import { makeTestFleet, type TestFleet, writeHubYaml } from '../../hub/hub-under-test.ts'
import { SimClient } from '../../sim/sim-client.ts'
import type { Evidence } from './evidence.ts'
import { clusterNames } from './fleet-state.ts'

/** Kubernetes' own object handling, which the clusters of all runs share. */
export async function openKubernetes() {
  const releases = await openReleases()
  const handling = openObjectHandling({ schemas: releases.schemas, threads: 1 })
  if (handling === undefined) throw new Error('dist/apimachinery.wasm is missing: npm run build:apimachinery')
  return { releases, handling, close: () => handling.close() }
}

export type Kubernetes = Awaited<ReturnType<typeof openKubernetes>>

/** Simulated clusters, a fleet repository and a hub in a process of its own, for one run. */
export class NemesisStage {
  readonly simulator: Simulator
  readonly fleet: TestFleet
  readonly #program: string
  readonly #folder: string
  readonly #evidence: Evidence
  readonly #failures: string[]
  #data: string
  #hub: HubProcess | undefined
  #starts = 0

  /** `program` is the main file of a built program. */
  static async start(
    kubernetes: Kubernetes,
    options: { readonly program: string; readonly seed: number; readonly evidence: Evidence },
  ): Promise<NemesisStage> {
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-nemesis-'))
    const failures: string[] = []
    const simulator = await Simulator.start({
      clusters: clusterNames.map((name) => ({ name })),
      handling: kubernetes.handling,
      release: (profile) => kubernetes.releases.release(profile),
      controllers: ['namespaces', 'garbage-collector'],
      seed: `nemesis/${options.seed}`,
      onError: (message, error) => failures.push(`${message}: ${String(error)}`),
    })
    return new NemesisStage(simulator, await makeTestFleet(), folder, failures, options)
  }

  private constructor(
    simulator: Simulator,
    fleet: TestFleet,
    folder: string,
    failures: string[],
    options: { readonly program: string; readonly evidence: Evidence },
  ) {
    this.simulator = simulator
    this.fleet = fleet
    this.#folder = folder
    this.#failures = failures
    this.#program = options.program
    this.#evidence = options.evidence
    this.#data = join(folder, 'data')
    for (const name of clusterNames) {
      simulator.cluster(name).audit.subscribe((event) => this.#evidence.hear(name, event))
    }
  }

  /** What went wrong in the simulator itself. */
  get failures(): readonly string[] {
    return this.#failures
  }

  get hub(): HubProcess {
    if (this.#hub === undefined) throw new Error('no hub was started')
    return this.#hub
  }

  /** A client of the hub that gives up after a while, as a paused hub answers never. */
  get client(): Client {
    const { url, token } = this.hub.local
    return createClient({
      url,
      token,
      fetch: (input, init) =>
        fetch(input, { ...init, signal: AbortSignal.any([AbortSignal.timeout(5_000), ...signalOf(init)]) }),
    })
  }

  /** Starts a hub on the data of the last one. */
  async startHub(): Promise<void> {
    this.#starts += 1
    const credentials: { name: string; file: string }[] = []
    for (const name of clusterNames) {
      const file = join(this.#folder, `${name}.kubeconfig`)
      await writeFile(file, this.simulator.kubeconfig(['evenkeel'], [name]), { mode: 0o600 })
      credentials.push({ name, file })
    }
    const config = await writeHubYaml(this.#folder, {
      data: this.#data,
      listen: '127.0.0.1:0',
      logLevel: 'debug',
      fleet: { url: this.fleet.folder, branch: 'main', poll: '1s' },
      credentials,
    })
    const { PATH, LANG } = process.env
    const command = [process.execPath, this.#program, 'hub', '--config', config]
    const hub = new HubProcess(command, { PATH, LANG, HOME: this.#folder, NO_COLOR: '1' })
    this.#hub = hub
    await hub.answers(this.#data)
  }

  /** kill -9; what it said is kept. */
  async killHub(): Promise<void> {
    const { hub } = this
    await hub.kill()
    this.#keepOutput(hub)
  }

  /**
   * A hub pauses, another one begins on a copy of its data, and the first one wakes up. Answers how to end the first; the
   * second one is the hub from now on.
   */
  async twoLeaders(): Promise<() => Promise<void>> {
    const old = this.hub
    process.kill(old.pid, 'SIGSTOP')
    const data = `${this.#data}+`
    await cp(this.#data, data, { recursive: true, filter: (path) => !path.endsWith('hub.json') })
    this.#data = data
    await this.startHub()
    return async () => {
      await old.kill()
      this.#keepOutput(old)
    }
  }

  /** Asks a cluster as its administrator. */
  async objects(cluster: string): Promise<{ live: JsonMap[]; parents: JsonMap[] }> {
    const client = new SimClient(this.simulator, cluster)
    try {
      const list = async (path: string, kind: string): Promise<JsonMap[]> => {
        const { body } = await client.ask(path)
        return ((body.items ?? []) as JsonMap[]).map((item) => ({ ...item, kind }))
      }
      const label = '?labelSelector=evenkeel.dev/bundle'
      const live = [
        ...(await list(`/api/v1/configmaps${label}`, 'ConfigMap')),
        ...(await list(`/api/v1/secrets${label}`, 'Secret')),
        ...(await list(`/api/v1/namespaces${label}`, 'Namespace')),
      ]
      return { live, parents: await list('/api/v1/namespaces/evenkeel-system/configmaps', 'ConfigMap') }
    } finally {
      client.close()
    }
  }

  /** Somebody changes something by hand. */
  async person(cluster: string, method: 'PATCH' | 'DELETE', path: string, body?: object): Promise<void> {
    const client = new SimClient(this.simulator, cluster)
    const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}
    await client.ask(path, { method, user: 'alice', headers, ...(body === undefined ? {} : { body }) })
    client.close()
  }

  async close(): Promise<void> {
    await this.#hub?.kill()
    if (this.#hub !== undefined) this.#keepOutput(this.#hub)
    await this.simulator.close()
    for (const entry of await readdir(this.#data, { withFileTypes: true }).catch(() => [])) {
      if (!entry.isFile()) continue
      this.#evidence.texts.set(entry.name, (await readFile(join(this.#data, entry.name))).toString('latin1'))
    }
    for (const folder of [this.#folder, this.fleet.folder]) await rm(folder, { recursive: true, force: true })
  }

  #keepOutput({ output }: HubProcess): void {
    this.#evidence.texts.set(`the output of hub ${this.#starts}.${this.#evidence.texts.size}`, output)
  }
}

function signalOf(init: RequestInit | undefined): AbortSignal[] {
  return init?.signal === null || init?.signal === undefined ? [] : [init.signal]
}
