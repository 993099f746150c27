import type { Browser } from 'playwright-core'
import { expect, test } from 'vitest'
import type { ServedFleet } from '../cli/serve-fleet.ts'
import { openWindow } from './browser.ts'
import { fleetForAll } from './opened-fleet.ts'
import { seriousFindings, sidewaysOverflow } from './page-checks.ts'
import { pages } from './page-list.ts'

let browser: Browser
let hub: ServedFleet

fleetForAll((served) => {
  ;({ browser, hub } = served)
})

for (const scheme of ['light', 'dark'] as const) {
  test(`every page opens without an error and without a serious finding of axe, ${scheme}`, async () => {
    const { page, context, errors } = await openWindow(browser, hub, { scheme })
    const findings: string[] = []
    for (const [name, path, ready] of pages) {
      await page.goto(hub.url + path)
      await page.waitForSelector(ready)
      for (const finding of await seriousFindings(page)) findings.push(`${name}: ${finding}`)
    }
    expect(findings).toEqual([])
    expect(errors).toEqual([])
    await context.close()
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

for (const look of [{ width: 390 }, { width: 1440 }, { width: 1920 }, { width: 1440, zoom: 2 }]) {
  test(`no page is wider than its window at ${look.width} px, zoom ${look.zoom ?? 1}`, async () => {
    const { page, context } = await openWindow(browser, hub, look)
    const wide: string[] = []
    for (const [name, path, ready] of pages) {
      await page.goto(hub.url + path)
      await page.waitForSelector(ready)
      const more = await sidewaysOverflow(page)
      if (more > 0) wide.push(`${name} by ${more} px`)
    }
    expect(wide).toEqual([])
    await context.close()
  })
}

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
