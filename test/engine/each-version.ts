import { afterAll, afterEach, beforeAll, describe, inject } from 'vitest'
import { attachApiServer, type AttachedApiServer } from '../../tools/kubernetes/index.ts'
import { type SimulatedServer, simulatedServer } from '../sim/simulated-server.ts'
import { type Rig, type RigOptions, startRig } from './rig.ts'

type Body = (rig: (options?: RigOptions) => Promise<Rig>) => void

/**
 * Declares the same tests for every supported end of the version range, and for a simulated cluster, which has to behave
 * as they do. Rigs are closed after each test.
 */
export function describeVersions(title: string, body: Body): void {
  describe.each(inject('clusters').map((address) => [address.version, address] as const))(
    `${title} on Kubernetes %s`,
    (_version, address) => declare(() => attachApiServer(address), body),
  )
  describe(`${title} on a simulated cluster`, () => {
    let simulated: SimulatedServer | undefined
    beforeAll(async () => {
      // The real ones have no controller manager either: definitions are their API server's own.
      simulated = await simulatedServer('1.36', { controllers: ['definitions'] })
    })
    afterAll(async () => {
      await simulated?.close()
    })
    declare(async () => {
      if (simulated === undefined) throw new Error('the simulated cluster is not there')
      return simulated.server
    }, body)
  })
}

function declare(server: () => Promise<AttachedApiServer>, body: Body): void {
  const open: Rig[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map((rig) => rig.close()))
  })
  body(async (options) => {
    const rig = await startRig(await server(), options)
    open.push(rig)
    return rig
  })
}
