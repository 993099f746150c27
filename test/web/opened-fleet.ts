import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { FleetInMemory } from '../cli/fleet-in-memory.ts'
import type { ServedFleet } from '../cli/serve-fleet.ts'
import { openWindow, servePages, startBrowser } from './browser.ts'
import { thousandClusters } from './thousand-clusters.ts'

/** The fleet of the mocks, as a hub serves it, and a browser to look at it. */
export interface ServedToBrowser {
  readonly browser: Browser
  readonly fleet: FleetInMemory
  readonly hub: ServedFleet
}

export interface OpenedFleet extends ServedToBrowser {
  /** A window that is signed in. */
  readonly page: Page
  /** What its page reported as an error so far. */
  readonly errors: string[]
}

/** One fleet for all tests of a file, which open their windows themselves. */
export function fleetForAll(
  use: (served: ServedToBrowser) => void,
  prepare: (fleet: FleetInMemory) => void = () => {},
): void {
  let served: ServedToBrowser | undefined
  beforeAll(async () => {
    const fleet = thousandClusters()
    prepare(fleet)
    served = { browser: await startBrowser(), fleet, hub: await servePages(fleet) }
    use(served)
  })
  afterAll(async () => {
    await served?.browser.close()
    await served?.hub.close()
  })
}

/** A fleet and a window of its own for each test of a file; whatever a page reports as an error fails its test. */
export function windowForEach(
  use: (opened: OpenedFleet) => void,
  prepare: (fleet: FleetInMemory) => void = () => {},
): void {
  let browser: Browser
  let opened: OpenedFleet | undefined
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    opened = undefined
    const fleet = thousandClusters()
    prepare(fleet)
    const hub = await servePages(fleet)
    opened = { browser, fleet, hub, ...(await openWindow(browser, hub)) }
    use(opened)
    await opened.page.waitForSelector('.fleet-map [data-name]')
  })
  afterEach(async () => {
    await opened?.page.context().close()
    await opened?.hub.close()
    expect(uncaught(opened?.errors ?? [])).toEqual([])
  })
}

/** The browser itself notes every answer that is no 200; whatever else is noted is an error of the page. */
export function uncaught(errors: readonly string[]): string[] {
  return errors.filter((one) => !one.startsWith('Failed to load resource'))
}
