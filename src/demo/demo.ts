import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { type Client, createClient } from '../api/index.ts'
import { isRunning } from '../runtime/index.ts'
import { demoFailure } from './failure.ts'
import { type DrawnCluster, drawFleet } from './fleet/draw-fleet.ts'
import { freePort } from './free-port.ts'
import { FleetRepository } from './repository/fleet-repository.ts'
import { SimDoor } from './sim-door.ts'
import { Supervised } from './supervised.ts'
import {
  demoFiles,
  type DemoFiles,
  divideKubeconfig,
  writeHubConfig,
  writeSimFleet,
} from './write-configuration.ts'

export interface DemoOptions {
  /** Where everything is kept: nothing is there, or what an earlier demo of as many clusters and this seed left. */
  readonly folder: string
  readonly clusters: number
  readonly seed: string
  /** Whether the demo is to be gone on with later. */
  readonly isKept?: boolean
  /** The port of the hub; any that is free without it. */
  readonly port?: number
  /** How this program is started: its executable, and what stands before the words. */
  readonly program: readonly [string, ...string[]]
  readonly environment: NodeJS.ProcessEnv
  /** Told what is being done. */
  readonly say: (line: string) => void
  /** Told the one-time link to the page as soon as it is there. */
  readonly onPage: (link: string) => void
  /** Called when a process ends without having been asked to. */
  readonly onEnd: (failure: Error) => void
}

const hubFileSchema = z.object({ url: z.string(), token: z.string() })

/** A demo that runs: simulated clusters, a fleet repository and a hub, each met as a user would. */
export class Demo {
  readonly clusters: readonly DrawnCluster[]
  readonly files: DemoFiles
  readonly repository: FleetRepository
  readonly door: SimDoor
  readonly client: Client
  readonly #processes: readonly Supervised[]

  private constructor(parts: {
    clusters: readonly DrawnCluster[]
    files: DemoFiles
    repository: FleetRepository
    door: SimDoor
    client: Client
    processes: readonly Supervised[]
  }) {
    this.clusters = parts.clusters
    this.files = parts.files
    this.repository = parts.repository
    this.door = parts.door
    this.client = parts.client
    this.#processes = parts.processes
  }

  /**
   * Starts everything, up to a hub that has been told of the clusters. The page is there (`onPage`) before the clusters
   * are. Leaves nothing running when it fails.
   */
  static async start(options: DemoOptions): Promise<Demo> {
    const { folder, seed, program, say, onEnd } = options
    const files = demoFiles(folder)
    const clusters = drawFleet(options.clusters, seed)
    const port = await freePort(options.port)
    const found = await kept(folder)
    if (options.isKept === true) await takeFolder(folder, found)
    const repository =
      found === undefined ? await FleetRepository.create(folder) : FleetRepository.open(folder)
    await writeSimFleet(files, clusters)
    await writeHubConfig(files, { port, repository: repository.address, clusters })
    // The simulator reads it when it first has something to send.
    await writeFile(files.auditToken, '', { mode: 0o600 })
    const environment = { ...options.environment, EVENKEEL_DATA: files.hubData }
    const common = { program, environment, ready: /^next:/m, onEnd }
    say(`starting a hub and ${clusters.length} simulated clusters`)
    const simulator = Supervised.start({
      ...common,
      name: 'simulator',
      words: [
        'sim',
        '--fleet',
        files.simFleet,
        '--seed',
        seed,
        '--kubeconfig',
        files.simKubeconfig,
        '--audit-webhook',
        `http://127.0.0.1:${port}/api/v1/audit/{cluster}`,
        '--audit-token-file',
        files.auditToken,
        ...(options.isKept === true ? ['--state', files.simState] : []),
      ],
      log: join(folder, 'sim.log'),
    })
    // Where clusters are declared already, the hub would look for them in their old place.
    const isPlaced = found === undefined ? undefined : simulator.then(() => divideKubeconfig(files))
    const hub = Promise.resolve(isPlaced).then(() =>
      Supervised.start({
        ...common,
        name: 'hub',
        words: ['hub', '--config', files.hubConfig],
        log: join(folder, 'hub.log'),
      }),
    )
    let door: SimDoor | undefined
    try {
      const started = await hub
      const client = await connect(files, options.onPage)
      const simulating = await simulator
      door = new SimDoor(await (isPlaced ?? divideKubeconfig(files)))
      if (found === undefined) await repository.declare(clusters)
      if (options.isKept === true)
        await writeFile(join(folder, keptFile), JSON.stringify({ clusters: clusters.length, seed }))
      return new Demo({ clusters, files, repository, door, client, processes: [simulating, started] })
    } catch (error) {
      door?.close()
      await Promise.all([hub, simulator].map((one) => one.then((it) => it.stop()).catch(() => undefined)))
      throw error
    }
  }

  /** Ends every process. */
  async stop(): Promise<void> {
    this.door.close()
    await Promise.all(this.#processes.map((one) => one.stop()))
  }

  /** Throws away what stands in the folder of a demo that was stopped. */
  static async remove(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true })
  }
}

const keptSchema = z.object({ clusters: z.int(), seed: z.string() })

/** What is kept in a folder. */
export type Kept = z.infer<typeof keptSchema>

/** What an earlier demo left in a folder; undefined where there is nothing. Throws `wrong-folder` for a damaged one. */
export async function kept(folder: string): Promise<Kept | undefined> {
  let text: string
  try {
    text = await readFile(join(folder, keptFile), 'utf8')
  } catch {
    return undefined
  }
  try {
    return keptSchema.parse(JSON.parse(text))
  } catch (error) {
    const hint = 'remove the folder to begin anew'
    throw demoFailure('wrong-folder', `${folder}: cannot go on with this demo: ${keptFile} is damaged`, {
      hint,
      cause: error,
    })
  }
}

/**
 * Makes a folder ready for a demo that is kept there: what was begun in it and never came into being is thrown away.
 * Throws `wrong-folder` where a demo runs on it, or where something else stands in it.
 */
async function takeFolder(folder: string, found: Kept | undefined): Promise<void> {
  const { hubData, hubConfig } = demoFiles(folder)
  const hub = await readFile(join(hubData, 'hub.json'), 'utf8').then(
    (text) => z.object({ pid: z.int().min(1) }).parse(JSON.parse(text)),
    () => undefined,
  )
  if (hub !== undefined && isRunning(hub.pid)) {
    throw demoFailure('wrong-folder', `${folder}: a demo runs on it already, its hub is process ${hub.pid}`, {
      hint: 'end that one first, or start one that is not kept',
    })
  }
  if (found !== undefined) return
  const there = await readdir(folder).catch((): string[] => [])
  if (there.length > 0 && !there.includes(basename(hubConfig))) {
    throw demoFailure('wrong-folder', `${folder}: cannot keep a demo there: something else stands in it`, {
      hint: 'move that away',
    })
  }
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

const keptFile = 'demo.json'

/** A client of the hub, which the simulator is now told to send its audit records to. */
async function connect(files: DemoFiles, onPage: DemoOptions['onPage']): Promise<Client> {
  const { url, token } = hubFileSchema.parse(
    JSON.parse(await readFile(join(files.hubData, 'hub.json'), 'utf8')),
  )
  await writeFile(files.auditToken, token)
  const client = createClient({ url, token, fetch })
  onPage((await client.signInLink()).url)
  return client
}
