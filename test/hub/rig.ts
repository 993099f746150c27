import { readFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type AttachedApiServer, attachApiServer } from '../../tools/kubernetes/index.ts'
import type { Client } from '../../src/api/index.ts'
import { HubProcess } from './hub-process.ts'
import { atOnce, head, makeTestFleet, type TestFleet, until, writeHubYaml } from './hub-under-test.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'evenkeel')

export interface EkResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface HubSpec {
  credentials: { name: string; file: string }[]
  [field: string]: unknown
}

/**
 * A fleet repository, the shared clusters and the data folder of one hub, which runs as its users run it. Names are made
 * for each rig, so that rigs share clusters.
 */
export class HubRig {
  readonly folder: string
  readonly fleet: TestFleet
  /** In every name that the rig makes on a cluster. */
  readonly id = Math.random().toString(36).slice(2, 8)
  readonly namespace = `hub-${this.id}`
  readonly servers: Readonly<Record<'new' | 'old', AttachedApiServer>>
  /** What stands in hub.yaml at the next start. */
  spec: HubSpec
  /** A command that the hub is started by, such as one that gives it a small disk. */
  around: readonly string[] = []
  /** Where the data folder is seen from outside; elsewhere when the hub has a disk of its own. */
  seenData: () => string = () => this.data
  readonly #processes: HubProcess[] = []

  private constructor(folder: string, fleet: TestFleet, servers: HubRig['servers']) {
    this.folder = folder
    this.fleet = fleet
    this.servers = servers
    this.spec = {
      data: join(folder, 'data'),
      listen: '127.0.0.1:0',
      logLevel: 'debug',
      fleet: { url: fleet.folder, branch: 'main', poll: '1s' },
      credentials: [],
      audit: {
        files: Object.entries(servers).map(([cluster, { auditLog: file }]) => ({ cluster, file })),
      },
    }
  }

  /** Two clusters, of the newest and the oldest supported release, and an empty repository. */
  static async create(): Promise<HubRig> {
    const [newest, oldest] = await Promise.all(inject('clusters').map((address) => attachApiServer(address)))
    if (newest === undefined || oldest === undefined) throw new Error('no clusters')
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-rig-'))
    const rig = new HubRig(folder, await makeTestFleet(), { new: newest, old: oldest })
    await rig.giveCredential('new', newest.kubeconfig('evenkeel'))
    await rig.giveCredential('old', oldest.kubeconfig('evenkeel'))
    return rig
  }

  /** The hub that was started last. */
  get hub(): HubProcess {
    const hub = this.#processes.at(-1)
    if (hub === undefined) throw new Error('no hub was started')
    return hub
  }

  get client(): Client {
    return this.hub.client
  }

  get data(): string {
    return String(this.spec['data'])
  }

  /** Mounts a credential, or replaces it. */
  async giveCredential(name: string, text: string): Promise<void> {
    const file = join(this.folder, `${name}.credential`)
    await writeFile(file, text, { mode: 0o600 })
    if (!this.spec.credentials.some((known) => known.name === name))
      this.spec.credentials.push({ name, file })
  }

  /** Writes hub.yaml and starts the program; it may still refuse. */
  async launch(...flags: string[]): Promise<HubProcess> {
    const config = await writeHubYaml(this.folder, this.spec)
    const command = [...this.around, program, 'hub', '--config', config, ...flags]
    const hub = new HubProcess(command, this.#environment(this.data))
    this.#processes.push(hub)
    return hub
  }

  /** Starts a hub and waits until it answers. */
  async start(...flags: string[]): Promise<Client> {
    const hub = await this.launch(...flags)
    await hub.answers(this.seenData())
    return hub.client
  }

  /** Starts a hub that is to refuse, and waits for its end. */
  async refusedStart(...flags: string[]): Promise<{ code: number | null; output: string }> {
    const hub = await this.launch(...flags)
    const code = await hub.ended
    this.#processes.pop()
    return { code, output: hub.output }
  }

  #environment(data: string): NodeJS.ProcessEnv {
    const { PATH, LANG } = process.env
    const at = (name: string): string => join(this.folder, name)
    return {
      PATH,
      LANG,
      HOME: this.folder,
      XDG_CONFIG_HOME: at('config'),
      XDG_CACHE_HOME: at('cache'),
      XDG_DATA_HOME: at('share'),
      EVENKEEL_DATA: data,
      KUBECONFIG: at('kubeconfig'),
      NO_COLOR: '1',
    }
  }

  /** Runs `ek` without a terminal; never throws on an exit code. */
  async ek(...args: string[]): Promise<EkResult> {
    const { child, result } = this.startEk(...args)
    child.stdin.end()
    return result
  }

  /** Starts `ek` and leaves it running. */
  startEk(...args: string[]) {
    const child = spawn(program, args, { cwd: this.folder, env: this.#environment(this.seenData()) })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    const result = new Promise<EkResult>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    })
    return { child, result, said: () => stdout }
  }

  environmentFile(name: string, tier: 'sandbox' | 'standard' | 'protected', mode = 'enforce'): string {
    return `${head}kind: Environment\nmetadata: {name: ${name}}\nspec: {tier: ${tier}, mode: ${mode}}\n`
  }

  clusterFile(name: string, environment: string, secret = name): string {
    return `${head}kind: Cluster\nmetadata: {name: ${name}}\nspec: {environment: ${environment}, connect: {kubeconfig: {secret: ${secret}}}}\n`
  }

  /** A bundle of `apps/<app>`, whose name on the clusters is unique. */
  bundleFile(app: string, more = 'placement: {where: "true"}, drift: {healAfter: 1h}'): string {
    return `${head}kind: Bundle\nmetadata: {name: ${this.bundle(app)}}\nspec: {source: {path: apps/${app}}, ${atOnce}, ${more}}\n`
  }

  bundle(app: string): string {
    return `${app}-${this.id}`
  }

  namespaceFile(name = this.namespace): string {
    return `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`
  }

  configMapFile(name: string, value: string, namespace = this.namespace): string {
    return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata: {value: "${value}"}\n`
  }

  /** A fleet of the two clusters, `new` in a protected and `old` in a standard environment, and one bundle `shop`. */
  files(): Record<string, string> {
    return {
      'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n`,
      'fleet/environments/prod.yaml': this.environmentFile('prod', 'protected'),
      'fleet/environments/dev.yaml': this.environmentFile('dev', 'standard'),
      'fleet/clusters/new.yaml': this.clusterFile('new', 'prod'),
      'fleet/clusters/old.yaml': this.clusterFile('old', 'dev'),
      'fleet/bundles/shop.yaml': this.bundleFile('shop'),
      'apps/shop/namespace.yaml': this.namespaceFile(),
      'apps/shop/one.yaml': this.configMapFile('one', '1'),
      'apps/shop/two.yaml': this.configMapFile('two', '2'),
    }
  }

  /** Waits until every cluster of a bundle has applied the commit and nothing differs. */
  async inSync(revision: string, app = 'shop'): Promise<void> {
    const bundle = this.bundle(app)
    await until(
      `bundle ${bundle} is applied and in sync at ${revision}`,
      async () => ({
        seen: await this.client.bundle({ params: { bundle } }).catch(String),
        log: this.hub.output.split('\n').slice(-8),
      }),
      ({ seen }) =>
        typeof seen !== 'string' &&
        seen.placed.length > 0 &&
        seen.placed.every(({ state, applied }) => state === 'in-sync' && applied?.revision === revision),
    )
  }

  /** `data.value` of a ConfigMap; empty when it is not there. */
  async value(cluster: 'new' | 'old', name: string, namespace = this.namespace): Promise<string> {
    const args = ['get', 'cm', name, '-n', namespace, '-o', 'jsonpath={.data.value}']
    return (await this.servers[cluster].kubectl('admin', args)).stdout
  }

  /** A person changes a value. */
  async edit(cluster: 'new' | 'old', name: string, to: string): Promise<void> {
    const patch = JSON.stringify({ data: { value: to } })
    const args = ['patch', 'cm', name, '-n', this.namespace, '-p', patch]
    await this.servers[cluster].mustKubectl('alice', args)
  }

  /** Every write of the hub's own account that names something of this rig, from the audit logs. */
  writes(): string[] {
    return Object.values(this.servers).flatMap(({ auditLog }) =>
      readFileSync(auditLog, 'utf8')
        .split('\n')
        .filter((line) => line.includes(this.id))
        .flatMap((line) => {
          const { verb, requestURI, user } = JSON.parse(line) as {
            verb: string
            requestURI: string
            user: { username: string }
          }
          const counts = user.username === 'evenkeel' && requestURI.includes(this.id)
          return counts && !requestURI.includes('dryRun=All') ? [`${verb} ${requestURI}`] : []
        }),
    )
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((hub) => hub.kill()))
    // A program that a killed hub had started may write a moment longer.
    const options = { recursive: true, force: true, maxRetries: 20 } as const
    for (const folder of [this.folder, this.fleet.folder]) await rm(folder, options)
  }

  /** The text of a file in the data folder; empty when it is not there. */
  async dataFile(name: string): Promise<string> {
    return readFile(join(this.data, name), 'utf8').catch(() => '')
  }
}
