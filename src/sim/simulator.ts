import { Agent } from 'undici'
import { textOf } from '../core/object/index.ts'
import type { ObjectHandling, Profile } from '../apimachinery/index.ts'
import { type Clock, loopbackCertificate, systemClock } from '../runtime/index.ts'
import { AuditWebhook, type AuditWebhookOptions } from './access/audit-webhook.ts'
import { type Account, Tokens } from './access/index.ts'
import { kubeconfigOf } from './clusters/kubeconfig.ts'
import { MemoisedHandling } from './clusters/memoised-handling.ts'
import { SimulatedCluster } from './clusters/simulated-cluster.ts'
import { type Platform, platformBase } from './clusters/platform-base.ts'
import type { TemplateOptions } from './clusters/template.ts'
import { controllerNames, type ControllerName } from './controllers/index.ts'
import { controlAnswer } from './control/control-answer.ts'
import type { Release } from './discovery/index.ts'
import { type Answer, type Incoming, pageNotFound } from './http/answer.ts'
import { serve, type Serving } from './http/serve.ts'
import type { ClusterState } from './state/index.ts'
import { type BaseLayer, Shapes } from './store/index.ts'

export interface ClusterPlan {
  readonly name: string
  /** The release that it behaves as; the newest without it. */
  readonly profile?: Profile
  /** One of the platforms; the plain one without it. */
  readonly platform?: string
}

export interface SimulatorOptions {
  readonly clusters: readonly ClusterPlan[]
  /** What a release publishes about itself. */
  readonly release: (profile: Profile) => Release
  readonly handling: ObjectHandling
  readonly host?: string
  /** Any free one without it. */
  readonly port?: number
  readonly accounts?: readonly Account[]
  readonly controllers?: readonly ControllerName[]
  readonly seed?: string
  readonly clock?: Clock
  /** Kinds of clusters, by name. */
  readonly platforms?: Readonly<Record<string, Platform>>
  /** Objects that every cluster begins with, as they are to be stored. */
  readonly objects?: TemplateOptions['objects']
  readonly historyBytes?: number
  /** What clusters go on with, by name; the others begin with their base. */
  readonly state?: ReadonlyMap<string, ClusterState>
  readonly audit?: Pick<AuditWebhookOptions, 'url' | 'token'>
  readonly onError?: (message: string, error: unknown) => void
}

/** The people that clusters know without being told: an administrator, and some who are bound to cluster-admin. */
const defaultAccounts: readonly Account[] = [
  { name: 'admin', groups: ['system:masters'] },
  { name: 'evenkeel', groups: ['people'] },
  { name: 'alice', groups: ['people'] },
  { name: 'bob', groups: ['people'] },
  { name: 'carol', groups: ['people'] },
]

/** Connections to whoever receives audit events. */
const mostToReceiver = 8

const newest: Profile = '1.36'

/** Many simulated clusters in one process, behind one address. */
export class Simulator {
  readonly #options: SimulatorOptions
  readonly #clusters: ReadonlyMap<string, SimulatedCluster>
  readonly #webhooks: readonly AuditWebhook[]
  readonly #receiver = new Agent({ connections: mostToReceiver, keepAliveTimeout: 60_000 })
  readonly #certificate = loopbackCertificate(Date.now())
  #serving: Serving | undefined

  /** Makes the clusters and serves them. Rejects when the port is taken. */
  static async start(options: SimulatorOptions): Promise<Simulator> {
    const handling = new MemoisedHandling(options.handling)
    const simulator = new Simulator(options, handling, await bases(options, handling))
    try {
      await simulator.#serve()
    } catch (error) {
      await simulator.close()
      throw error
    }
    return simulator
  }

  private constructor(
    options: SimulatorOptions,
    handling: ObjectHandling,
    based: ReadonlyMap<string, Based>,
  ) {
    const { clock = systemClock, seed = 'evenkeel', accounts = defaultAccounts, onError = () => {} } = options
    this.#options = options
    const tokens = new Tokens(accounts)
    const clusters = options.clusters.map((plan) => {
      const { name } = plan
      // The base of every cluster has been made.
      const { release, base, shapes } = based.get(kindOf(plan)) as Based
      const state = options.state?.get(name)
      return new SimulatedCluster({
        name,
        release,
        base,
        shapes,
        handling,
        clock,
        seed,
        tokens,
        controllers: options.controllers ?? controllerNames,
        onError,
        ...(state === undefined ? {} : { state }),
        ...(options.historyBytes === undefined ? {} : { historyBytes: options.historyBytes }),
      })
    })
    this.#clusters = new Map(clusters.map((one) => [one.cluster.name, one]))
    const { audit } = options
    this.#webhooks =
      audit === undefined
        ? []
        : clusters.map(
            ({ cluster, audit: log }) =>
              new AuditWebhook(log, {
                ...audit,
                cluster: cluster.name,
                dispatcher: this.#receiver,
                clock,
                onError: (message) => onError(message, undefined),
              }),
          )
  }

  /** The address, without a cluster's prefix. */
  get url(): string {
    return `https://${this.#options.host ?? '127.0.0.1'}:${this.#serving?.port ?? 0}`
  }

  /** What clients must trust. */
  get certificate(): string {
    return this.#certificate.certificate
  }

  get names(): readonly string[] {
    return [...this.#clusters.keys()]
  }

  /** One of the clusters. Throws for a name that none has. */
  cluster(name: string): SimulatedCluster {
    const found = this.#clusters.get(name)
    if (found === undefined) throw new Error(`there is no simulated cluster ${JSON.stringify(name)}`)
    return found
  }

  /** A kubeconfig with every cluster as a context, or only those named, for these users (the first ones' by default). */
  kubeconfig(
    users: readonly string[] = (this.#options.accounts ?? defaultAccounts).map(({ name }) => name),
    clusters: readonly string[] = this.names,
  ): string {
    return kubeconfigOf({ url: this.url, certificate: this.certificate, clusters, users })
  }

  /** What the clusters would go on with. Once the simulator is closed, it does not change any more. */
  state(): ReadonlyMap<string, ClusterState> {
    return new Map([...this.#clusters].map(([name, { cluster }]) => [name, cluster.state()]))
  }

  /** Breaks every connection, as a failing network does. */
  cutConnections(): void {
    this.#serving?.cut()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clusters.values()].map((one) => one.close()))
    await Promise.all(this.#webhooks.map((one) => one.close()))
    await this.#receiver.close()
    await this.#serving?.close()
  }

  async #serve(): Promise<void> {
    const { host = '127.0.0.1', port = 0, onError = () => {} } = this.#options
    this.#serving = await serve(
      {
        answer: (incoming) => this.#answer(incoming),
        begin: (incoming, answer, stream) =>
          this.#clusterOf(incoming)?.begin(answer, stream) ??
          (() => {
            stream.end()
          }),
        failed: (error) => onError('a request failed', error),
      },
      this.#certificate,
      { host, port },
    )
  }

  async #answer(incoming: Incoming): Promise<Answer> {
    const { path } = incoming
    if (path.startsWith('/sim/')) return controlAnswer(this, incoming)
    const cluster = this.#clusterOf(incoming)
    if (cluster === undefined) return pageNotFound
    return cluster.answer({ ...incoming, path: below(path, cluster.cluster.prefix) })
  }

  #clusterOf({ path }: Incoming): SimulatedCluster | undefined {
    const [, root, name = ''] = path.split('/', 3)
    return root === 'clusters' ? this.#clusters.get(decodeURIComponent(name)) : undefined
  }
}

/** A client may put its own prefix before one that it was told (relative addresses of OpenAPI). */
function below(path: string, prefix: string): string {
  let rest = path
  while (rest.startsWith(`${prefix}/`)) rest = rest.slice(prefix.length)
  return rest === prefix ? '/' : rest
}

interface Based {
  readonly release: Release
  readonly base: BaseLayer
  readonly shapes: Shapes
}

/** What clusters have in common that begin with the same. */
function kindOf({ profile = newest, platform = '' }: ClusterPlan): string {
  return `${profile}/${platform}`
}

async function bases(
  options: SimulatorOptions,
  handling: ObjectHandling,
): Promise<ReadonlyMap<string, Based>> {
  const {
    clock = systemClock,
    seed = 'evenkeel',
    accounts = defaultAccounts,
    platforms = {},
    objects = [],
  } = options
  const shapes = new Shapes()
  const found = new Map<string, Based>()
  for (const plan of options.clusters) {
    if (found.has(kindOf(plan))) continue
    const { profile = newest, platform = '' } = plan
    const wanted = Object.hasOwn(platforms, platform) ? platforms[platform] : undefined
    if (wanted === undefined && platform !== '')
      throw new Error(`${plan.name}: there is no platform ${platform}`)
    const release = options.release(profile)
    const template: TemplateOptions = {
      createdAt: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
      nodes: 3,
      shapes,
      kubeletVersion: textOf(release.version.gitVersion),
      objects: [...peopleAsAdmins(accounts), ...objects],
    }
    const base = await platformBase(wanted ?? {}, template, { release, handling, clock, seed, shapes })
    found.set(kindOf(plan), { release, base, shapes })
  }
  return found
}

/** Everybody in the group `people` may do everything. */
function peopleAsAdmins(accounts: readonly Account[]): NonNullable<TemplateOptions['objects']> {
  if (!accounts.some(({ groups }) => groups.includes('people'))) return []
  const object = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'people' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'people' }],
  }
  return [{ storage: 'clusterrolebindings.rbac.authorization.k8s.io', object }]
}
