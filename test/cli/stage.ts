import { afterEach, beforeEach } from 'vitest'
import { exampleFleet } from './example-fleet.ts'
import type { FleetInMemory } from './fleet-in-memory.ts'
import { CliHome, type CliResult } from './run-cli.ts'
import { type ServedFleet, serveFleet } from './serve-fleet.ts'

/** The example fleet behind a real server, and a home folder that finds it. */
export interface Stage {
  readonly fleet: FleetInMemory
  readonly hub: ServedFleet
  readonly home: CliHome
  /** Runs `ek` without a terminal. */
  readonly ek: (...args: string[]) => Promise<CliResult>
}

/** Sets the stage anew for each test of a file. */
export function setStage(): () => Stage {
  let stage: Stage | undefined
  beforeEach(async () => {
    const fleet = exampleFleet()
    const hub = await serveFleet(fleet)
    const home = await CliHome.create(hub.url)
    stage = { fleet, hub, home, ek: (...args) => home.run(args) }
  })
  afterEach(async () => {
    await stage?.home.remove()
    await stage?.hub.close()
  })
  return () => {
    if (stage === undefined) throw new Error('the stage is set before each test')
    return stage
  }
}

/** Lines as a program prints them. */
export function text(...lines: string[]): string {
  return `${lines.join('\n')}\n`
}

/** Without colour, what a terminal shows can be compared. */
export const noColour = { env: { NO_COLOR: '1' } }
