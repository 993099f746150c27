import { openObjectHandling } from '../../src/apimachinery/index.ts'
import { openReleases } from '../../src/sim/data/index.ts'
import { Simulator, type SimulatorOptions } from '../../src/sim/index.ts'

/** A simulator as the command starts it, and what is to be closed after it. */
export interface StartedSimulator {
  readonly simulator: Simulator
  /** What went wrong in the background. */
  readonly failures: string[]
  close(): Promise<void>
}

/** Starts simulated clusters with Kubernetes' own object handling. */
export async function startSimulator(
  options: Omit<SimulatorOptions, 'handling' | 'release' | 'onError'>,
): Promise<StartedSimulator> {
  const releases = await openReleases()
  const handling = openObjectHandling({ schemas: releases.schemas, threads: 1 })
  if (handling === undefined) throw new Error('dist/apimachinery.wasm is missing')
  const failures: string[] = []
  const simulator = await Simulator.start({
    ...options,
    handling,
    release: (profile) => releases.release(profile),
    onError: (message, error) =>
      failures.push(`${message}: ${error instanceof Error ? error.stack : String(error)}`),
  })
  return {
    simulator,
    failures,
    async close() {
      await simulator.close()
      await handling.close()
    },
  }
}
