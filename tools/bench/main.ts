/**
 * Benchmarks: how fast Evenkeel applies, detects and heals on a real API server, what it costs while idle, and
 * how soon the command line answers. The program under test is the hub as people run it, a process of its own.
 *
 * It refuses to call a figure good by itself: each stands beside a bare loop of the same requests in the same
 * run, on the same server. Key invariant: what happened is told by an observer's own watch of the API server,
 * never by the hub, except for when the hub knew of a drift.
 */
import { measureApply } from './apply-phase.ts'
import { type BenchOptions, type MeasureName, readArguments } from './arguments.ts'
import { measureDrift } from './drift-latency.ts'
import { measureIdle } from './idle-cost.ts'
import { measureRender } from './render-time.ts'
import { Report } from './report.ts'
import { type Stage, setStage } from './stage.ts'
import { measureSimulator } from './simulator.ts'
import { measureStartUp } from './start-up.ts'

type Measure = (stage: Stage, options: BenchOptions, report: Report) => Promise<void>

const noiseSeconds = 10
const watchedSeconds = 30

const measures: Readonly<Record<Exclude<MeasureName, 'sim'>, Measure>> = {
  '1a': (stage, { size = 1_000, repeat }, report) =>
    measureApply(stage, { measure: '1a', bundles: 1, objectsPerBundle: size, repeat }, report),
  '1b': (stage, { size = 2_000, repeat }, report) =>
    measureApply(stage, { measure: '1b', bundles: Math.ceil(size / 4), objectsPerBundle: 4, repeat }, report),
  '2': (stage, { size = 1_000, count, burst, repeat }, report) =>
    measureDrift(stage, { objects: size, count, burst, repeat, noiseSeconds }, report),
  '6': (stage, { size = 2_000, minutes }, report) =>
    measureIdle(stage, { bundles: Math.ceil(size / 4), objectsPerBundle: 4, minutes }, report),
  '9': (_, { size = 200, repeat }, report) =>
    measureRender({ manifests: size, clusters: 300, repeat }, report),
  '11': (stage, { starts }, report) => measureStartUp(stage, starts, report),
}

async function run(options: BenchOptions): Promise<void> {
  const report = new Report()
  for (const name of options.measures) {
    if (name === 'sim') {
      report.say('measure sim: starting simulated clusters')
      const { clusters, size: objects = 1_000 } = options
      await measureSimulator({ clusters, objects, seconds: watchedSeconds }, report)
      continue
    }
    report.say(`measure ${name}: starting an API server and a hub`)
    const stage = await setStage(name === '1a' || name === '1b' ? options.beside : undefined)
    try {
      await measures[name](stage, options, report)
    } finally {
      await stage.stop()
    }
  }
  report.table()
}

try {
  await run(readArguments(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
