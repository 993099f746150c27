import { createHash } from 'node:crypto'
import {
  additionsIn,
  compareLive,
  type CoOwned,
  coOwners,
  type Finding,
  type Hash64,
  type Receipt,
  receiptOf,
} from '../../src/core/drift/index.ts'
import { formatPath } from '../../src/core/fields/index.ts'
import type { JsonMap, KubeObject } from '../../src/core/object/index.ts'
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../tools/kubernetes/index.ts'
import { shopDefinition } from './definitions.ts'
import { deployment, shop } from './manifests.ts'
import { type Answer, Rest } from './rest.ts'
import { established } from './shop-cluster.ts'

export const MANAGER = 'evenkeel'

export const hash: Hash64 = (text) => createHash('sha256').update(text).digest().readBigUInt64LE()

/** One object that Evenkeel applied and others then write to. */
export interface Scene {
  readonly name: string
  readonly path: string
  readonly manifest: KubeObject
  readonly reply: KubeObject
  readonly receipt: Receipt
}

/** Applies a manifest as Evenkeel does, and takes the receipt. */
export async function perform(rest: Rest, path: string, manifest: KubeObject): Promise<Scene> {
  const reply = accepted(await rest.apply(path, manifest, { manager: MANAGER, force: true }))
  const receipt = receiptOf(reply, {
    manager: MANAGER,
    type: await rest.typeOf(manifest),
    schemaHash: 's',
    manifestHash: 'm',
    hash,
  })
  return { name: manifest.metadata.name, path, manifest, reply, receipt }
}

/** What the live object differs in now, as the play says it. */
export async function findings(rest: Rest, { path, manifest, receipt }: Scene): Promise<Finding[]> {
  const { body: live } = await rest.get(path)
  return compareLive(live, receipt, {
    manager: MANAGER,
    hash,
    type: await rest.typeOf(manifest),
    desired: manifest,
  })
}

export async function additions(rest: Rest, { path, receipt }: Scene): Promise<Finding[]> {
  const { body: live } = await rest.get(path)
  return additionsIn(live, receipt, { manager: MANAGER })
}

export async function shared(rest: Rest, { path, receipt }: Scene): Promise<CoOwned[]> {
  const { body: live } = await rest.get(path)
  return coOwners(live, receipt, MANAGER)
}

/** `class path by manager (how)`, one line a finding. */
export function lines(all: readonly Finding[]): string[] {
  return all.map(({ class: found, path, holder, holderPath }) => {
    const by =
      holder === undefined ? '' : ` by ${holder.manager}${holderPath === 'exact' ? '' : ` (${holderPath})`}`
    return `${found} ${formatPath(path)}${by}`
  })
}

/** A cluster that serves Shops, and what happens on it. */
export class Stage {
  readonly server: ApiServer
  readonly rest: Rest
  #count = 0

  private constructor(server: ApiServer) {
    this.server = server
    this.rest = new Rest(server)
  }

  static async open(options: ApiServerOptions = { audit: 'none' }): Promise<Stage> {
    const stage = new Stage(await startApiServer(options))
    await established(stage.rest, shopDefinition())
    return stage
  }

  async close(): Promise<void> {
    await this.rest.close()
    await this.server.stop()
  }

  /** A Deployment of a fresh name, applied by Evenkeel. */
  async onDeployment(spec?: JsonMap, container?: JsonMap): Promise<Scene> {
    this.#count += 1
    const name = `play-${this.#count}`
    return perform(
      this.rest,
      `/apis/apps/v1/namespaces/default/deployments/${name}`,
      deployment(name, spec, container),
    )
  }

  /** A Shop of a fresh name, applied by Evenkeel. */
  async onShop(spec: JsonMap): Promise<Scene> {
    this.#count += 1
    const name = `shop-${this.#count}`
    return perform(
      this.rest,
      `/apis/ownership.example.dev/v1/namespaces/default/shops/${name}`,
      shop(name, spec),
    )
  }

  /** A merge patch by a manager. */
  async edit({ path }: Scene, body: JsonMap, manager = 'kubectl-edit'): Promise<KubeObject> {
    return accepted(await this.rest.patch(path, 'merge', body, { manager }))
  }

  /** A JSON patch by a manager. */
  async change({ path }: Scene, patch: readonly JsonMap[], manager = 'kubectl-edit'): Promise<KubeObject> {
    return accepted(await this.rest.patch(path, 'json', patch, { manager }))
  }

  /** The real kubectl, as the person alice. */
  async kubectl(...args: readonly string[]): Promise<string> {
    return this.server.mustKubectl('alice', args)
  }
}

function accepted({ status, body }: Answer): KubeObject {
  if (status >= 300) throw new Error(JSON.stringify(body))
  return body
}
