import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { createClient } from '../../src/api/index.ts'
import type { HubService } from '../../src/hub/service.ts'
import { ownWebFiles } from '../../src/hub/http/index.ts'
import { adminToken, readerToken, type ServedFleet, serveFleet } from '../cli/serve-fleet.ts'

/** Debian's, the one without windows first: with it the tests of the pages take a quarter less. */
const places = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** Debian's Chromium, or the one that CHROMIUM names. */
function chromiumPath(): string {
  const wanted = process.env['CHROMIUM']
  const path = (wanted === undefined ? places : [wanted]).find((place) => existsSync(place))
  if (path === undefined) {
    const where = wanted ?? places.join(' and ')
    throw new Error(`no Chromium under ${where}: apt-get install chromium-headless-shell, or set CHROMIUM`)
  }
  return path
}

/** Starts Chromium as a process of its own. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none'],
  })
}

/** Serves a hub with its pages. */
export async function servePages(service: HubService): Promise<ServedFleet> {
  const web = await ownWebFiles()
  if (web === undefined) throw new Error('the pages are not built: npm run build:web')
  return serveFleet(service, { web })
}

export interface Look {
  readonly width?: number
  readonly height?: number
  readonly scheme?: 'light' | 'dark'
  readonly reducedMotion?: 'reduce' | 'no-preference'
  readonly zoom?: number
}

/** A window that is signed in by a one-time link, as a person is. What the page reports as an error is kept. */
export async function openWindow(
  browser: Browser,
  hub: Pick<ServedFleet, 'url'>,
  { width = 1440, height = 900, scheme = 'light', reducedMotion = 'no-preference', zoom = 1 }: Look = {},
  signInLink: () => Promise<{ readonly url: string }> = () =>
    createClient({ url: hub.url, token: adminToken, fetch }).signInLink(),
): Promise<{ page: Page; context: BrowserContext; errors: string[] }> {
  const context = await browser.newContext({
    viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
    deviceScaleFactor: zoom,
    colorScheme: scheme,
    reducedMotion,
    timezoneId: 'UTC',
  })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto((await signInLink()).url)
  return { page, context, errors }
}

/** A window of somebody who may only look. */
export async function openReaderWindow(
  browser: Browser,
  hub: ServedFleet,
): Promise<{ page: Page; context: BrowserContext }> {
  const reader = await openWindow(browser, hub, {}, async () => ({ url: `${hub.url}/favicon.svg` }))
  await reader.context.setExtraHTTPHeaders({ authorization: `Bearer ${readerToken}` })
  return reader
}
