import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { ServedFleet } from '../cli/serve-fleet.ts'
import { type Look, openWindow } from './browser.ts'
import { fleetForAll } from './opened-fleet.ts'
import { pages } from './page-list.ts'

let browser: Browser
let hub: ServedFleet

fleetForAll((served) => {
  ;({ browser, hub } = served)
})

const answers = (url: URL): boolean =>
  url.pathname.startsWith('/api/v1/') && !url.pathname.endsWith('/stream')

/** Lets every answer come late, as over a slow line: what waits for it has been drawn by then. */
async function slowly(context: BrowserContext): Promise<void> {
  await context.route(answers, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 350))
    await route.continue().catch(() => undefined)
  })
}

/** What moved on a page that nobody touched, as Chromium counts it (CLS), with what moved most. */
async function shifts(page: Page): Promise<{ sum: number; most: string }> {
  return page.evaluate(`new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const all = window.shifts ?? []
      const sum = all.reduce((total, one) => total + one.value, 0)
      const most = all.toSorted((one, two) => two.value - one.value)[0]
      resolve({ sum, most: most?.what ?? '' })
    }))
  })`)
}

const watchShifts = `
  window.shifts = []
  const named = (node) => node === null ? '?' : node.nodeType === 1 ? node.tagName + '.' + node.className : node.textContent.slice(0, 40)
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (!hadRecentInput) window.shifts.push({ value, what: sources.map(({ node }) => named(node)).join(', ') })
    }
  }).observe({ type: 'layout-shift', buffered: true })`

for (const look of [{ width: 1440 }, { width: 390, height: 800 }] satisfies Look[]) {
  test(`nothing on a page moves when its data arrives, ${look.width} px`, async () => {
    const { page, context } = await openWindow(browser, hub, look)
    await context.addInitScript(watchShifts)
    await slowly(context)
    const moved: string[] = []
    for (const [name, path, ready] of pages) {
      await page.goto(hub.url + path)
      await page.waitForSelector(ready)
      await expect.poll(() => page.locator('.skeleton').count(), { timeout: 20_000 }).toBe(0)
      const { sum, most } = await shifts(page)
      // A tenth is what counts as good; a page of tables and numbers has no excuse for a fifth of that.
      if (sum > 0.02) moved.push(`${name}: ${sum.toFixed(3)} by ${most}`)
    }
    expect(moved).toEqual([])
    await context.close()
  })
}

test('whoever waits is told for what, and sees no empty frame', async () => {
  const { page, context } = await openWindow(browser, hub)
  const silent: string[] = []
  await context.route(answers, () => undefined)
  for (const [name, path] of pages) {
    await page.goto(hub.url + path)
    await page
      .locator('main')
      .getByText(/^(Asking for|Loading) .* …$/)
      .first()
      .waitFor()
    const empty = await page
      .locator('[role=status].skeleton')
      .evaluateAll((all) => all.filter((one) => one.textContent === '').length)
    if (empty > 0) silent.push(name)
  }
  expect(silent).toEqual([])
  await context.unrouteAll({ behavior: 'ignoreErrors' })
  await context.close()
})
