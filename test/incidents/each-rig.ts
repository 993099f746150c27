import { afterEach, describe, inject } from 'vitest'
import {
  type ApiServer,
  type ApiServerOptions,
  attachApiServer,
  type AttachedApiServer,
  startApiServer,
} from '../../tools/kubernetes/index.ts'
import { auditMark, real, writesSince } from '../engine/audited-writes.ts'
import { type Rig, type RigOptions, startRig } from '../engine/rig.ts'

/** Everything that a test started, ended after it: the last one first. */
export class Started {
  readonly #stops: (() => unknown)[] = []

  constructor() {
    afterEach(async () => {
      for (const stop of this.#stops.splice(0).reverse()) await stop()
    })
  }

  add(stop: () => unknown): void {
    this.#stops.push(stop)
  }

  async rig(server: AttachedApiServer, options?: RigOptions): Promise<Rig> {
    const rig = await startRig(server, options)
    this.add(() => rig.close())
    return rig
  }

  /** A cluster of the test's own, to be broken. */
  async server(options?: ApiServerOptions): Promise<ApiServer> {
    const server = await startApiServer(options)
    this.add(() => server.stop())
    return server
  }
}

/** One of the clusters that all tests share, for what breaks nothing: the newest release. */
export async function sharedServer(version = '1.36'): Promise<AttachedApiServer> {
  const address = inject('clusters').find((cluster) => cluster.version === version)
  if (address === undefined) throw new Error(`no shared cluster of ${version}`)
  return await attachApiServer(address)
}

/** The same tests on the shared clusters of both ends of the version range. */
export function onSharedServers(
  body: (rig: (options?: RigOptions) => Promise<Rig>, started: Started) => void,
): void {
  describe.each(inject('clusters').map(({ version }) => [version] as const))(
    'on Kubernetes %s',
    (version) => {
      const started = new Started()
      body(async (options) => await started.rig(await sharedServer(version), options), started)
    },
  )
}

/** Counts what our identity deletes from now on, in the rig's namespace and among cluster-scoped objects. */
export async function deletions(rig: Rig): Promise<() => Promise<string[]>> {
  const mark = await auditMark(rig.server)
  return async () => real(await writesSince(rig, mark)).filter((write) => write.startsWith('delete'))
}

/** Counts all that our identity writes from now on, in the same places. */
export async function writes(rig: Rig): Promise<() => Promise<string[]>> {
  const mark = await auditMark(rig.server)
  return async () => real(await writesSince(rig, mark))
}
