import { readFileSync } from 'node:fs'
import type { RunView } from '../../src/api/index.ts'
import { type ApiServer, startApiServer } from '../../tools/kubernetes/index.ts'
import { head, until } from '../hub/hub-under-test.ts'
import { HubRig } from '../hub/rig.ts'

/** Canaries come first by name: two clusters of this test's own, then the two that all tests share. */
export const names = ['canary', 'early', 'new', 'old'] as const
export type Name = (typeof names)[number]

export interface AuditedWrite {
  readonly verb: string
  readonly uri: string
  readonly code: number
  /** Epoch milliseconds at which the server answered. */
  readonly at: number
  readonly value: string | undefined
}

/** A hub over four real clusters in one environment. */
export class FourClusters {
  readonly rig: HubRig
  readonly #own: readonly ApiServer[]

  private constructor(rig: HubRig, own: readonly ApiServer[]) {
    this.rig = rig
    this.#own = own
  }

  static async create(): Promise<FourClusters> {
    const own = await Promise.all([startApiServer({ version: '1.36' }), startApiServer({ version: '1.33' })])
    const rig = await HubRig.create()
    const four = new FourClusters(rig, own)
    await rig.giveCredential('canary', four.server('canary').kubeconfig('evenkeel'))
    await rig.giveCredential('early', four.server('early').kubeconfig('evenkeel'))
    return four
  }

  server(name: Name) {
    const server = { canary: this.#own[0], early: this.#own[1], ...this.rig.servers }[name]
    if (server === undefined) throw new Error(`no cluster ${name}`)
    return server
  }

  /** The fleet without a bundle; `more` goes into the environment. */
  fleet(more = ''): Record<string, string> {
    const { rig } = this
    return {
      'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n`,
      'fleet/environments/stage.yaml': `${head}kind: Environment\nmetadata: {name: stage}\nspec: {tier: standard, mode: enforce${more}}\n`,
      ...Object.fromEntries(
        names.map((name) => [`fleet/clusters/${name}.yaml`, rig.clusterFile(name, 'stage')] as const),
      ),
    }
  }

  /** A bundle with the given rest of its spec, of a namespace and ConfigMaps by name and value. */
  bundle(app: string, values: Readonly<Record<string, string>>, rest = ''): Record<string, string> {
    const { rig } = this
    const namespace = this.namespace(app)
    return {
      [`fleet/bundles/${app}.yaml`]: `${head}kind: Bundle\nmetadata: {name: ${rig.bundle(app)}}\nspec: {source: {path: apps/${app}}, placement: {where: "true"}${rest}}\n`,
      [`apps/${app}/namespace.yaml`]: rig.namespaceFile(namespace),
      ...this.values(app, values),
    }
  }

  values(app: string, values: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(values).map(
        ([name, value]) =>
          [`apps/${app}/${name}.yaml`, this.rig.configMapFile(name, value, this.namespace(app))] as const,
      ),
    )
  }

  namespace(app: string): string {
    return `${app}-${this.rig.id}`
  }

  /** The value of a ConfigMap on every cluster; empty where it is not. */
  async live(app: string, name: string): Promise<Record<Name, string>> {
    const args = ['get', 'cm', name, '-n', this.namespace(app), '-o', 'jsonpath={.data.value}']
    const values = await Promise.all(
      names.map(async (one) => (await this.server(one).kubectl('admin', args)).stdout),
    )
    return Object.fromEntries(names.map((one, i) => [one, values[i] ?? ''] as const)) as Record<Name, string>
  }

  /** The newest run of a bundle, once it is as wanted. */
  async run(app: string, what: string, holds: (run: RunView) => boolean): Promise<RunView> {
    const { client } = this.rig
    const found = await until(
      `a run of ${app} ${what}`,
      async () => {
        const { items } = await client.runs({ query: { bundle: this.rig.bundle(app), limit: 1 } })
        const [newest] = items
        return newest === undefined ? undefined : await client.run({ params: { run: newest.id } })
      },
      (run) => run !== undefined && holds(run),
    )
    if (found === undefined) throw new Error('found and not there')
    return found
  }

  /** Delivers a first revision everywhere. */
  async deliver(app: string, values: Readonly<Record<string, string>>, rest = ''): Promise<string> {
    const revision = await this.rig.fleet.commit(this.bundle(app, values, rest))
    await this.run(app, 'is done', ({ state, revision: of }) => state === 'done' && of === revision)
    return revision
  }

  /** The hub's writes to ConfigMaps of an app on a cluster, from the audit log. */
  writes(name: Name, app: string): AuditedWrite[] {
    const namespace = this.namespace(app)
    return readFileSync(this.server(name).auditLog, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`/namespaces/${namespace}/configmaps/`) && !line.includes('dryRun=All'))
      .map(
        (line) =>
          JSON.parse(line) as {
            verb: string
            requestURI: string
            user: { username: string }
            responseStatus?: { code: number }
            stageTimestamp: string
            requestObject?: { data?: { value?: string } }
          },
      )
      .filter(({ user }) => user.username === 'evenkeel')
      .map(({ verb, requestURI, responseStatus, stageTimestamp, requestObject }) => ({
        verb,
        uri: requestURI,
        code: responseStatus?.code ?? 0,
        at: Date.parse(stageTimestamp),
        value: requestObject?.data?.value,
      }))
  }

  async stop(): Promise<void> {
    await this.rig.stop()
    await Promise.all(this.#own.map((server) => server.stop()))
  }
}
