import { parseArgs } from 'node:util'

export const measureNames = ['1a', '1b', '2', '3', '4', '5', '6', '8', '9', '10', '11', 'sim'] as const

export type MeasureName = (typeof measureNames)[number]

/** What to measure, and how much of it. */
export interface BenchOptions {
  readonly measures: readonly MeasureName[]
  /** Objects that are declared; 1,000 for 1a, 2, 3, 5 and sim, 2,000 for 1b and 6, 1,000,000 for 4. */
  readonly size: number | undefined
  /** How often 1a, 1b, the burst of 2 and the one change of 8 run. */
  readonly repeat: number
  /** Another tool that does 1a and 1b on the same server in the same run. */
  readonly beside: 'flux' | undefined
  /** Drifts of measure 2, one a second. */
  readonly count: number
  /** Drifts of its burst. */
  readonly burst: number
  /** How long measure 6 looks on, and events of 3 go on. */
  readonly minutes: number
  /** Simulated clusters; 300 for 3, 5 and 8, 1,000 for 4, 10 and sim (thousands in 10). */
  readonly clusters: number | undefined
  /** The folder for profiles of the hub during measures 3, 5 and 8 (`.cpuprofile`); none are made without it. */
  readonly profile: string | undefined
  /** How often measure 11 starts each program. */
  readonly starts: number
}

export const usage = `usage: npm run bench -- [${measureNames.join('|')} …] [--size n] [--repeat n] [--count n] [--burst n] [--minutes n] [--starts n] [--clusters n] [--beside flux] [--profile folder]`

/** Reads the command line. Throws an `Error` with the usage for anything that it does not know. */
export function readArguments(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      size: { type: 'string' },
      repeat: { type: 'string', default: '3' },
      count: { type: 'string', default: '100' },
      burst: { type: 'string', default: '200' },
      minutes: { type: 'string', default: '10' },
      starts: { type: 'string', default: '20' },
      clusters: { type: 'string' },
      beside: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  const unknown = positionals.find((name) => !isMeasure(name) && name !== '1')
  if (unknown !== undefined) throw new Error(`${unknown} is no measure\n${usage}`)
  if (values.beside !== undefined && values.beside !== 'flux') {
    throw new Error(`--beside ${values.beside}: wanted flux\n${usage}`)
  }
  const asked = positionals.flatMap((name) => (name === '1' ? ['1a', '1b'] : [name]))
  return {
    measures: asked.length === 0 ? measureNames : measureNames.filter((name) => asked.includes(name)),
    size: values.size === undefined ? undefined : positive('size', values.size),
    repeat: positive('repeat', values.repeat),
    beside: values.beside,
    profile: values.profile,
    count: positive('count', values.count),
    burst: positive('burst', values.burst),
    minutes: positive('minutes', values.minutes),
    starts: positive('starts', values.starts),
    clusters: values.clusters === undefined ? undefined : positive('clusters', values.clusters),
  }
}

function isMeasure(name: string): name is MeasureName {
  return measureNames.some((known) => known === name)
}

function positive(name: string, text: string): number {
  const number = Number(text)
  if (Number.isFinite(number) && number > 0) return number
  throw new Error(`--${name} must be a number above 0, found ${text}\n${usage}`)
}
