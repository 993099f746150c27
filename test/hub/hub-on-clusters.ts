import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, inject } from 'vitest'
import { attachApiServer, type AttachedApiServer } from '../../tools/kubernetes/index.ts'
import type { Client } from '../../src/api/index.ts'
import {
  atOnce,
  head,
  makeTestFleet,
  startTestHub,
  type TestFleet,
  type TestHub,
  until,
  writeHubYaml,
} from './hub-under-test.ts'

/** Two real clusters, of the newest and the oldest supported release. */
export interface TwoClusters {
  readonly new: AttachedApiServer
  readonly old: AttachedApiServer
}

const names = ['new', 'old'] as const

/** A fleet of two real clusters with one bundle of its own, and a hub that is started when a test asks for it. */
export class HubOnClusters {
  readonly folder: string
  readonly fleet: TestFleet
  readonly servers: TwoClusters
  readonly namespace: string
  readonly bundle: string
  readonly config: string
  hub: TestHub | undefined

  constructor(made: Pick<HubOnClusters, 'folder' | 'fleet' | 'servers' | 'namespace' | 'bundle' | 'config'>) {
    this.folder = made.folder
    this.fleet = made.fleet
    this.servers = made.servers
    this.namespace = made.namespace
    this.bundle = made.bundle
    this.config = made.config
  }

  async start(): Promise<Client> {
    this.hub = await startTestHub(this.config)
    return this.hub.client
  }

  async giveKubeconfigs(given: TwoClusters): Promise<void> {
    for (const name of names) await writeFile(join(this.folder, name), given[name].kubeconfig('evenkeel'))
  }

  cluster(name: string): string {
    return `${head}kind: Cluster\nmetadata: {name: ${name}}\nspec: {environment: prod, connect: {kubeconfig: {secret: ${name}}}}\n`
  }

  configMap(name: string, value: string): string {
    return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${this.namespace}}\ndata: {value: "${value}"}\n`
  }

  /** The whole fleet: two clusters in a protected environment, and a bundle of a namespace and two objects. */
  files(): Record<string, string> {
    const { bundle, namespace } = this
    const spec = '{source: {path: apps/shop}, placement: {where: "true"}, drift: {healAfter: 1h}}'
    return {
      'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n`,
      'fleet/environments/prod.yaml': `${head}kind: Environment\nmetadata: {name: prod}\nspec: {tier: protected, mode: enforce, ${atOnce}}\n`,
      'fleet/clusters/new.yaml': this.cluster('new'),
      'fleet/clusters/old.yaml': this.cluster('old'),
      'fleet/bundles/shop.yaml': `${head}kind: Bundle\nmetadata: {name: ${bundle}}\nspec: ${spec}\n`,
      'apps/shop/namespace.yaml': `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}}\n`,
      'apps/shop/one.yaml': this.configMap('one', '1'),
      'apps/shop/two.yaml': this.configMap('two', '2'),
    }
  }

  /** Waits until every cluster has applied the commit and nothing differs. */
  async inSync(client: Client, revision: string): Promise<void> {
    const { bundle } = this
    await until(
      'everything is applied and in sync',
      async () => ({
        seen: await client.bundle({ params: { bundle } }).catch(String),
        log: this.hub?.lines.slice(-5),
      }),
      ({ seen }) =>
        typeof seen !== 'string' &&
        seen.placed.length > 0 &&
        seen.placed.every(({ state, applied }) => state === 'in-sync' && applied?.revision === revision),
    )
  }

  async value(server: AttachedApiServer, name: string): Promise<string> {
    const path = 'jsonpath={.data.value}'
    return (await server.kubectl('admin', ['get', 'cm', name, '-n', this.namespace, '-o', path])).stdout
  }

  async versions(server: AttachedApiServer): Promise<string> {
    const path = 'jsonpath={.items[*].metadata.resourceVersion}'
    return server.mustKubectl('admin', ['get', 'cm', '-n', this.namespace, '-o', path])
  }

  /** A person changes a value on the newer cluster. */
  async edit(name: string, to: string): Promise<void> {
    const patch = JSON.stringify({ data: { value: to } })
    await this.servers.new.mustKubectl('alice', ['patch', 'cm', name, '-n', this.namespace, '-p', patch])
  }
}

/** Gives every test of a file a stage of its own, and clears it away. */
export function eachOnClusters(): () => HubOnClusters {
  let stage: HubOnClusters | undefined
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-hub-'))
    const [newest, oldest] = await Promise.all(inject('clusters').map((address) => attachApiServer(address)))
    if (newest === undefined || oldest === undefined) throw new Error('no clusters')
    const servers = { new: newest, old: oldest }
    const fleet = await makeTestFleet()
    const id = Math.random().toString(36).slice(2, 8)
    const config = await writeHubYaml(folder, {
      data: join(folder, 'data'),
      listen: '127.0.0.1:0',
      fleet: { url: fleet.folder, branch: 'main', poll: '1s' },
      credentials: names.map((name) => ({ name, file: join(folder, name) })),
      audit: { files: names.map((cluster) => ({ cluster, file: servers[cluster].auditLog })) },
    })
    stage = new HubOnClusters({
      folder,
      fleet,
      servers,
      namespace: `hub-${id}`,
      bundle: `shop-${id}`,
      config,
    })
    await stage.giveKubeconfigs(servers)
  })
  afterEach(async () => {
    await stage?.hub?.running.stop()
    for (const folder of [stage?.folder, stage?.fleet.folder]) {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    }
    stage = undefined
  })
  return () => {
    if (stage === undefined) throw new Error('there is no stage outside of a test')
    return stage
  }
}
