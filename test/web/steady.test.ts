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

test('with reduced motion nothing moves on any page, and without it nothing moves for ever but what says that it waits', async () => {
  const { page, context } = await openWindow(browser, hub, { reducedMotion: 'reduce' })
  const moving: string[] = []
  for (const [name, path, ready] of pages) {
    await page.goto(hub.url + path)
    await page.waitForSelector(ready)
    const found: string[] = await page.evaluate(`[...document.querySelectorAll('*')]
      .filter((one) => {
        const { animationName, animationDuration, transitionDuration, scrollBehavior } = getComputedStyle(one)
        const long = (text) => text.split(',').some((part) => parseFloat(part) > 0.01)
        return (animationName !== 'none' && long(animationDuration)) || long(transitionDuration) || scrollBehavior === 'smooth'
      })
      .map((one) => one.tagName + '.' + one.className)`)
    if (found.length > 0) moving.push(`${name}: ${[...new Set(found)].slice(0, 3).join(', ')}`)
  }
  expect(moving).toEqual([])
  await context.close()
})

test('at twice the size, and on a phone, every text can be read whole: none lies upon another', async () => {
  for (const look of [
    { width: 1440, zoom: 2 },
    { width: 390, height: 800 },
  ]) {
    const { page, context } = await openWindow(browser, hub, look)
    const found: string[] = []
    for (const [name, path, ready] of pages) {
      await page.goto(hub.url + path)
      await page.waitForSelector(ready)
      const upon: string[] = await page.evaluate(overlapping)
      for (const one of upon.slice(0, 3)) found.push(`${name}: ${one}`)
    }
    expect(found, JSON.stringify(look)).toEqual([])
    await context.close()
  }
})

/** Pairs of texts in the flow of a page whose boxes cover each other by more than a few pixels. */
const overlapping = `(() => {
  const seen = (parent, { left, right, top, bottom }) => {
    const box = { left, right, top, bottom }
    for (let at = parent; at !== null && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflow === 'visible') continue
      const clip = at.getBoundingClientRect()
      box.left = Math.max(box.left, clip.left)
      box.right = Math.min(box.right, clip.right)
      box.top = Math.max(box.top, clip.top)
      box.bottom = Math.min(box.bottom, clip.bottom)
    }
    return box
  }
  const texts = []
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const { parentElement: parent, textContent } = walker.currentNode
    if (textContent.trim() === '' || parent.closest('svg, .hidden-text, option, datalist, [hidden], .drawer, .merge')) continue
    if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(walker.currentNode)
    for (const whole of range.getClientRects()) {
      const box = seen(parent, whole)
      if (box.right - box.left > 2 && box.bottom - box.top > 2) texts.push({ box, text: textContent.trim().slice(0, 40), parent })
    }
  }
  const found = []
  texts.sort((one, two) => one.box.top - two.box.top)
  for (const [at, one] of texts.entries()) {
    for (const two of texts.slice(at + 1)) {
      if (two.box.top > one.box.bottom) break
      const wide = Math.min(one.box.right, two.box.right) - Math.max(one.box.left, two.box.left)
      const high = Math.min(one.box.bottom, two.box.bottom) - Math.max(one.box.top, two.box.top)
      if (wide > 4 && high > 6) found.push(one.text + ' | ' + two.text)
    }
  }
  return found
})()`
