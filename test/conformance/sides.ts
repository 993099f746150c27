import { afterAll, inject } from 'vitest'
import { attachApiServer, type ApiServerAddress } from '../../tools/kubernetes/index.ts'
import type { ControllerName } from '../../src/sim/index.ts'
import { simulatedServer } from '../sim/simulated-server.ts'
import { HttpSide } from './http-side.ts'

/** A real server of a version and a simulated one that behaves as it, both met over HTTP. */
export interface Sides {
  readonly real: HttpSide
  readonly simulated: HttpSide
}

/** Both versions that every test has a real server of. */
export const addresses: readonly ApiServerAddress[] = inject('clusters')

/**
 * Opens both sides; they are closed after the tests of the file. The simulated one has the controllers that the real one
 * has, which are none but what a server brings along itself where it runs without a controller manager.
 */
export async function openSides(
  address: ApiServerAddress,
  controllers: readonly ControllerName[] = [],
): Promise<Sides> {
  const real = new HttpSide('the real server', await attachApiServer(address))
  const simulation = await simulatedServer(address.version, { controllers: ['definitions', ...controllers] })
  const simulated = new HttpSide('the simulator', simulation.server)
  afterAll(async () => {
    await Promise.all([real.close(), simulated.close()])
    await simulation.close()
  })
  return { real, simulated }
}
