import { afterEach, describe, inject } from 'vitest'
import { attachApiServer } from '../../tools/kubernetes/index.ts'
import { type Rig, type RigOptions, startRig } from './rig.ts'

/** Declares the same tests for every supported end of the version range. Rigs are closed after each test. */
export function describeVersions(
  title: string,
  body: (rig: (options?: RigOptions) => Promise<Rig>) => void,
): void {
  describe.each(inject('clusters').map((address) => [address.version, address] as const))(
    `${title} on Kubernetes %s`,
    (_version, address) => {
      const open: Rig[] = []
      afterEach(async () => {
        await Promise.all(open.splice(0).map((rig) => rig.close()))
      })
      body(async (options) => {
        const rig = await startRig(await attachApiServer(address), options)
        open.push(rig)
        return rig
      })
    },
  )
}
