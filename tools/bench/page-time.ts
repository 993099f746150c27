import type { CDPSession, Page } from 'playwright-core'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StateWord } from '../../src/core/state/index.ts'
import type { FleetInMemory } from '../../test/cli/fleet-in-memory.ts'
import { openWindow, servePages, startBrowser } from '../../test/web/browser.ts'
import { thousandClusters } from '../../test/web/thousand-clusters.ts'
import type { Report } from './report.ts'
import { round, spreadOf } from './statistics.ts'

export interface PagePlan {
  /** Clusters of the fleet, in thousands. */
  readonly thousands: number
  readonly updatesPerSecond: number
  readonly seconds: number
  readonly repeat: number
}

const quietMs = 2_000

/**
 * Measure 10: from the navigation to a fleet page on which every cluster can be pointed at, the bytes that it asked the hub
 * for, and its frames while clusters change; beside frames of the same page while nothing does.
 */
export async function measurePage(plan: PagePlan, report: Report): Promise<void> {
  const fleet = fleetOf(plan.thousands)
  const served = await servePages(fleet)
  const browser = await startBrowser()
  try {
    const { page, errors } = await openWindow(browser, served)
    const looks: Opening[] = []
    for (let i = 0; i < plan.repeat; i += 1) looks.push(await open(page, served.url))
    const clusters = fleet.clusters_.length
    const usable = spreadOf(looks.map(({ usableMs }) => usableMs))
    report.add({
      measure: '10',
      case: 'open',
      clusters,
      usable: usable.p50,
      worst: usable.max,
      stateBytes: looks.at(-1)?.stateBytes ?? 0,
    })
    await sleep(quietMs)
    report.add({ measure: '10', case: 'quiet', clusters, ...(await frames(page, plan.seconds, () => {})) })
    let changed = 0
    const change = (): void => changeOne(fleet, (changed += 1))
    const busy = await frames(page, plan.seconds, change, 1_000 / plan.updatesPerSecond)
    report.add({ measure: '10', case: 'updates', clusters, updates: changed, ...busy })
    if (errors.length > 0) throw new Error(`the page reported: ${errors.join('; ')}`)
  } finally {
    await browser.close()
    await served.close()
  }
}

/** The fleet of a thousand, as often as wanted, each time under names of its own. */
function fleetOf(thousands: number): FleetInMemory {
  const fleet = thousandClusters()
  const all = fleet.clusters_
  for (let i = 1; i < thousands; i += 1) {
    fleet.clusters_ = [
      ...fleet.clusters_,
      ...all.map((cluster) => ({ ...cluster, name: `${cluster.name}-${i}` })),
    ]
  }
  return fleet
}

function changeOne(fleet: FleetInMemory, n: number): void {
  const at = (n * 37) % fleet.clusters_.length
  const cluster = fleet.clusters_[at]
  if (cluster === undefined) return
  const state: StateWord = cluster.state === 'in-progress' ? 'in-sync' : 'in-progress'
  fleet.clusters_ = fleet.clusters_.with(at, { ...cluster, state, flags: state === 'in-sync' ? [] : [state] })
  fleet.happen({ type: 'applied', cluster: cluster.name, message: `cluster ${cluster.name}: ${state}` })
}

interface Opening {
  readonly usableMs: number
  /** As sent, of everything below `/api/` until the page was usable. */
  readonly stateBytes: number
}

async function open(page: Page, url: string): Promise<Opening> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  const asked = new Map<string, string>()
  let stateBytes = 0
  session.on('Network.requestWillBeSent', ({ requestId, request }) => asked.set(requestId, request.url))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (asked.get(requestId)?.includes('/api/') === true) stateBytes += encodedDataLength
  })
  const begin = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  await page.locator('.fleet-map :is([data-name], [role=img])').first().waitFor({ state: 'visible' })
  const usableMs = performance.now() - begin
  await session.detach()
  return { usableMs, stateBytes }
}

/** Runs in the page: how long each frame took, and each task that kept the page's thread for more than 50 ms. */
const watchFrames = `{
  const frames = []
  const tasks = []
  let last = performance.now()
  const look = () => {
    const now = performance.now()
    frames.push(now - last)
    last = now
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration)
  }).observe({ type: 'longtask' })
  globalThis.benchFrames = frames
  globalThis.benchTasks = tasks
}`

/** Frames of some seconds while something happens every so often, and what they cost the thread of the page. */
async function frames(page: Page, seconds: number, happen: () => void, everyMs = 1_000) {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const before = await taskSeconds(session)
  await page.evaluate(watchFrames)
  const timer = setInterval(happen, everyMs)
  await sleep(seconds * 1_000)
  clearInterval(timer)
  const [seen, tasks] = (await page.evaluate('[benchFrames, benchTasks]')) as [number[], number[]]
  const task = (await taskSeconds(session)) - before
  await session.detach()
  const { n, p50, p99, max } = spreadOf(seen)
  return {
    frames: n,
    p50,
    p99,
    max,
    over50: seen.filter((ms) => ms > 50).length,
    longTasks: tasks.length,
    longestTask: round(Math.max(0, ...tasks)),
    threadPercent: round((100 * task) / seconds),
  }
}

async function taskSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
}
