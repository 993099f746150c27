import type { Browser, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { ServedFleet } from '../cli/serve-fleet.ts'
import { type Look, openWindow } from './browser.ts'
import { fleetForAll } from './opened-fleet.ts'
import { movingParts, overlappingTexts, seriousFindings, sidewaysOverflow } from './page-checks.ts'
import { pages } from './page-list.ts'

let browser: Browser
let hub: ServedFleet

fleetForAll((served) => {
  ;({ browser, hub } = served)
})

/** Opens every page in one look and asks each of it; answers what was found, by page, and what the pages reported as errors. */
async function tour(
  look: Look,
  checks: Readonly<Record<string, (page: Page) => Promise<readonly string[]>>>,
): Promise<Record<string, string[]>> {
  const { page, context, errors } = await openWindow(browser, hub, look)
  const found: Record<string, string[]> = { errors }
  for (const check of Object.keys(checks)) found[check] = []
  for (const [name, path, ready] of pages) {
    await page.goto(hub.url + path)
    await page.waitForSelector(ready)
    for (const [check, ask] of Object.entries(checks))
      found[check]?.push(...(await ask(page)).map((one) => `${name}: ${one}`))
  }
  await context.close()
  return found
}

const width = async (page: Page): Promise<string[]> => {
  const more = await sidewaysOverflow(page)
  return more > 0 ? [`${more} px wider`] : []
}

test('every page opens without an error, no wider than its window and without a serious finding of axe, light', async () => {
  const found = await tour({ scheme: 'light' }, { width, axe: seriousFindings })
  expect(found).toEqual({ errors: [], width: [], axe: [] })
})

test('every page opens without an error and without a serious finding of axe, dark; with reduced motion nothing moves on it', async () => {
  const look = { scheme: 'dark', reducedMotion: 'reduce' } as const
  const found = await tour(look, { moving: movingParts, axe: seriousFindings })
  expect(found).toEqual({ errors: [], moving: [], axe: [] })
})

test('no page is wider than its window at 1920 px', async () => {
  expect(await tour({ width: 1920 }, { width })).toEqual({ errors: [], width: [] })
})

for (const look of [
  { width: 1440, zoom: 2 },
  { width: 390, height: 800 },
]) {
  const size = 'zoom' in look ? 'at twice the size' : 'on a phone'
  test(`${size} no page is wider than its window, and every text can be read whole: none lies upon another`, async () => {
    const found = await tour(look, { width, upon: overlappingTexts })
    expect(found).toEqual({ errors: [], width: [], upon: [] })
  })
}

test('the fleet page of a thousand clusters asks its hub for less than 60 kB, and can group by any label', async () => {
  const { page, context } = await openWindow(browser, hub)
  await page.waitForSelector('.fleet-map [data-name]')
  const answers: Promise<number>[] = []
  page.on('requestfinished', (request) => {
    if (request.url().includes('/api/v1/'))
      answers.push(request.sizes().then((size) => size.responseBodySize))
  })
  await page.goto(hub.url)
  await page.waitForSelector('.fleet-map [data-name]')
  await page.waitForSelector('text=environment → team', { state: 'attached' })
  await page.waitForLoadState('load')
  const bytes = (await Promise.all(answers)).reduce((sum, size) => sum + size, 0)
  expect(answers.length).toBeGreaterThan(0)
  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThan(60_000)
  await context.close()
})

test('the first load brings at most 350 kB of JavaScript, compressed', async () => {
  const { page, context } = await openWindow(browser, hub)
  const sizes: number[] = []
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) sizes.push(Number(response.headers()['content-length'] ?? 0))
  })
  await context.clearCookies({ name: 'nothing' })
  const session = await context.newCDPSession(page)
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  await session.send('Network.setExtraHTTPHeaders', { headers: { 'accept-encoding': 'gzip' } })
  await page.goto(hub.url)
  await page.waitForSelector('.fleet-map [data-name]')
  const total = sizes.reduce((sum, size) => sum + size, 0)
  expect(sizes.length).toBeGreaterThan(1)
  expect(Math.min(...sizes)).toBeGreaterThan(0)
  expect(total).toBeLessThanOrEqual(350 * 1024)
  await context.close()
})

test('what the map needs of a thousand clusters is less than 60 kB', async () => {
  const { page, context } = await openWindow(browser, hub)
  const asked = page.waitForRequest((request) => request.url().includes('/fleet/map'))
  await page.goto(hub.url)
  const answer = await context.request.get((await asked).url())
  expect(answer.ok()).toBe(true)
  const body = await answer.body()
  expect(body.length).toBeLessThan(60 * 1024)
  await context.close()
})
