import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openObjectHandling, type Profile } from '../../apimachinery/index.ts'
import { createLog, onTermination } from '../../runtime/index.ts'
import { openReleases } from '../../sim/data/index.ts'
import { controllerNames, readState, Simulator, type SimulatorState, writeState } from '../../sim/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import type { Session } from '../session.ts'
import { readSimFleet, type SimFleet } from './sim-fleet.ts'

/** The options of `ek sim`, as they stand on the command line. */
export interface SimFlags {
  readonly clusters?: number
  readonly fleet?: string
  readonly port?: number
  readonly kubeconfig?: string
  readonly as?: string
  readonly seed?: string
  readonly state?: string
  readonly auditWebhook?: string
  readonly auditTokenFile?: string
  readonly without?: readonly string[]
}

const profiles: readonly Profile[] = ['1.33', '1.34', '1.35', '1.36']

/**
 * `ek sim`: runs simulated clusters in the foreground until it is asked to end. Where they answer, and what to do next,
 * goes to standard output, so that a script can wait for it.
 */
export async function simCommand({ terminal }: Session, flags: SimFlags): Promise<ExitCode> {
  const started = await start(flags)
  const { simulator } = started
  const clusters = simulator.names.length
  let end: () => void = () => {}
  const asked = new Promise<void>((done) => {
    end = done
  })
  const forget = onTermination(() => end())
  try {
    const file = resolve(
      flags.kubeconfig ?? join(tmpdir(), `evenkeel-sim-${new URL(simulator.url).port}.kubeconfig`),
    )
    await write(file, simulator.kubeconfig())
    const [first = ''] = simulator.names
    terminal.line(
      `${clusters === 1 ? '1 simulated cluster' : `${clusters} simulated clusters`} at ${simulator.url}`,
    )
    terminal.line(`kubeconfig in ${file}`)
    terminal.line(`next: kubectl --kubeconfig ${file} --context ${first} get namespaces`)
    await asked
  } finally {
    forget()
    await started.close()
    if (flags.state !== undefined) await keep(flags.state, started)
  }
  return exitCodes.success
}

/** Clusters that differ in nothing but their names. */
function alike(count: number, profile: Profile): SimFleet {
  const digits = String(count).length
  const name = (i: number): string => `sim-${String(i + 1).padStart(digits, '0')}`
  return { clusters: Array.from({ length: count }, (_, i) => ({ name: name(i), profile })), platforms: {} }
}

const defaultSeed = 'evenkeel'

interface Started {
  readonly simulator: Simulator
  readonly seed: string
  close(): Promise<void>
}

async function start(flags: SimFlags): Promise<Started> {
  const { port = 0 } = flags
  const profile = profiles.find((one) => one === (flags.as ?? profiles.at(-1)))
  if (profile === undefined) {
    throw cliFailure('usage', `--as: cannot behave as ${String(flags.as)}: there are ${profiles.join(', ')}`)
  }
  const unknown = flags.without?.find((name) => !controllerNames.some((one) => one === name))
  if (unknown !== undefined) {
    throw cliFailure('usage', `--without: no controller ${unknown}: there are ${controllerNames.join(', ')}`)
  }
  const fleet =
    flags.fleet === undefined ? alike(flags.clusters ?? 1, profile) : await readSimFleet(flags.fleet)
  const state = flags.state === undefined ? undefined : await stateIn(flags.state, fleet, flags.seed)
  const seed = state?.seed ?? flags.seed ?? defaultSeed
  const log = createLog({ level: 'warn' })
  const releases = await openReleases()
  const handling = openObjectHandling({
    schemas: releases.schemas,
    threads: Math.max(1, availableParallelism() - 1),
  })
  if (handling === undefined) {
    throw cliFailure('file', 'apimachinery.wasm: is not installed beside the program', {
      hint: 'build it with npm run build:apimachinery',
    })
  }
  try {
    const simulator = await Simulator.start({
      ...fleet,
      handling,
      release: (one) => releases.release(one),
      port,
      controllers: controllerNames.filter((one) => flags.without?.includes(one) !== true),
      onError: (message, error) => log.warn(message, { error }),
      seed,
      ...(state === undefined ? {} : { state: state.clusters }),
      ...(flags.auditWebhook === undefined
        ? {}
        : { audit: auditOf(flags.auditWebhook, flags.auditTokenFile) }),
    })
    return {
      simulator,
      seed,
      async close() {
        await simulator.close()
        await handling.close()
      },
    }
  } catch (error) {
    await handling.close()
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken) throw error
    throw cliFailure('usage', `port ${port}: cannot serve there: something else listens`, {
      hint: 'name another one, or none to take any that is free',
    })
  }
}

/** What is kept in a file; undefined where there is none yet. Refuses what these clusters cannot go on with. */
async function stateIn(
  file: string,
  fleet: SimFleet,
  seed: string | undefined,
): Promise<SimulatorState | undefined> {
  let state: SimulatorState | undefined
  try {
    state = await readState(file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw cliFailure('file', `${file}: cannot go on with what is kept there: ${why}`, {
      hint: 'remove it to begin anew, or name another file',
    })
  }
  if (seed !== undefined && state !== undefined && seed !== state.seed) {
    throw cliFailure('usage', `--seed: ${file} was begun with ${state.seed}, not with ${seed}`, {
      hint: 'leave --seed away, or name another file',
    })
  }
  const names = new Set(fleet.clusters.map(({ name }) => name))
  const lost = [...(state?.clusters.keys() ?? [])].find((name) => !names.has(name))
  if (lost !== undefined) {
    throw cliFailure('usage', `--state: ${file} has cluster ${lost}, which is not among these clusters`, {
      hint: 'start with as many clusters as before, or name another file',
    })
  }
  return state
}

async function keep(file: string, { simulator, seed }: Started): Promise<void> {
  try {
    await writeState(file, { seed, clusters: simulator.state() })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw cliFailure('file', `${file}: cannot keep the clusters there: ${why}`, { cause: error })
  }
}

/** The token is read at each use, so that the file may come later and change. */
function auditOf(url: string, tokenFile: string | undefined) {
  if (tokenFile === undefined) return { url }
  return { url, token: async () => (await readFile(tokenFile, 'utf8')).trim() }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600 })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw cliFailure('file', `${file}: cannot write the kubeconfig: ${why}`, { cause: error })
  }
}
