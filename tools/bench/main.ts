/**
 * Benchmarks: how fast Evenkeel applies, detects and heals on a real API server, what it costs while idle, and
 * how soon the command line answers. The program under test is the hub as people run it, a process of its own.
 *
 * It refuses to call a figure good by itself: each stands beside a bare loop of the same requests in the same
 * run, on the same server. Key invariant: what happened is told by an observer's own watch of the API server,
 * never by the hub, except for when the hub knew of a drift.
 */
import { join } from 'node:path'
import { measureApply } from './apply-phase.ts'
import { type BenchOptions, type MeasureName, readArguments } from './arguments.ts'
import { measureDrift } from './drift-latency.ts'
import { measureFanIn, measureFill } from './fan-in.ts'
import { measureFanOut } from './fan-out.ts'
import { setFleetStage } from './fleet-stage.ts'
import { measureIdle } from './idle-cost.ts'
import { measurePage } from './page-time.ts'
import { profileHub } from './profile-hub.ts'
import { measureStorm } from './reconnect-storm.ts'
import { measureRender } from './render-time.ts'
import { Report } from './report.ts'
import { measureSearch } from './search-time.ts'
import { type Stage, setStage } from './stage.ts'
import { measureSimulator } from './simulator.ts'
import { measureStartUp } from './start-up.ts'

type Measure = (stage: Stage, options: BenchOptions, report: Report) => Promise<void>

const noiseSeconds = 10
const watchedSeconds = 30
const searching = 10
const updatesPerSecond = 20
const searchedSeconds = 60

const changesAtOnce = 50

/** They share one hub on simulated clusters. */
const ofFleet = ['3', '5', '8'] as const

type OfFleet = (typeof ofFleet)[number]

const measures: Readonly<Record<Exclude<MeasureName, OfFleet | '4' | '10' | 'sim'>, Measure>> = {
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
  const fleetMeasures = options.measures.filter(isOfFleet)
  if (fleetMeasures.length > 0) await runOnFleet(fleetMeasures, options, report)
  for (const name of options.measures) {
    if (isOfFleet(name)) continue
    if (name === '4') {
      const { clusters = 1_000, size: objects = 1_000_000 } = options
      report.say(`measure 4: filling an index with ${objects} objects`)
      await measureSearch({ clusters, objects, users: searching, seconds: searchedSeconds }, report)
      continue
    }
    if (name === '10') {
      const thousands = Math.max(1, Math.round((options.clusters ?? 1_000) / 1_000))
      report.say(`measure 10: opening the page of ${thousands},000 clusters`)
      const { repeat } = options
      await measurePage({ thousands, updatesPerSecond, seconds: watchedSeconds, repeat }, report)
      continue
    }
    if (name === 'sim') {
      report.say('measure sim: starting simulated clusters')
      const { clusters = 1_000, size: objects = 1_000 } = options
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

async function runOnFleet(names: readonly OfFleet[], options: BenchOptions, report: Report): Promise<void> {
  const { clusters = 300, size: objects = 1_000, minutes, repeat, profile } = options
  report.say(`measures ${names.join(', ')}: starting ${clusters} simulated clusters and a hub`)
  const stage = await setFleetStage(clusters)
  const profiled = (name: string, work: () => Promise<void>): Promise<void> =>
    profile === undefined ? work() : profileHub(stage.hub, join(profile, `${name}.cpuprofile`), work)
  try {
    report.say(`declaring ${objects} objects for each of them`)
    await profiled('fill', () => measureFill(stage, objects, report))
    if (names.includes('3')) await profiled('fan-in', () => measureFanIn(stage, { objects, minutes }, report))
    // A process that is killed tells no profile.
    if (names.includes('5')) await measureStorm(stage, objects, report)
    if (names.includes('8'))
      await profiled('fan-out', () => measureFanOut(stage, { repeat, changes: changesAtOnce }, report))
  } finally {
    await stage.stop()
  }
}

function isOfFleet(name: MeasureName): name is OfFleet {
  return ofFleet.some((one) => one === name)
}

try {
  await run(readArguments(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
