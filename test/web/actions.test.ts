import type { Browser, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { createClient } from '../../src/api/index.ts'
import type { FleetInMemory } from '../cli/fleet-in-memory.ts'
import { adminToken, type ServedFleet } from '../cli/serve-fleet.ts'
import { openReaderWindow } from './browser.ts'
import { windowForEach } from './opened-fleet.ts'

let browser: Browser
let fleet: FleetInMemory
let hub: ServedFleet
let page: Page

windowForEach((opened) => {
  ;({ browser, fleet, hub, page } = opened)
})

const text = (selector: string) => page.locator(selector).first().innerText()
const go = '.dialog .button.primary'

test('who changed replicas on 37 clusters is one click away, and healing one of them three more', async () => {
  // Counted by the page, so that a helper which clicks twice is not overlooked.
  await page.evaluate(`window.clicks = 0
    window.addEventListener('click', ({ isTrusted }) => { if (isTrusted) window.clicks += 1 }, true)`)
  const clicks = () => page.evaluate<number>('window.clicks')
  await page.click('text=Open cause c-4f2a')
  await page.waitForSelector('.expansion-in')
  expect(await clicks()).toBe(1)
  expect(await text('.fact-grid')).toContain('alice@corp')
  expect(await text('.sentence')).toMatch(/37\s+of 1,000 clusters/)
  await page.click('[aria-label="Heal prod-eu-4"]')
  await page.waitForSelector('.dialog >> text=5 → 3')
  await page.fill('.dialog input.mono', 'prod-eu-4')
  await page.fill('.dialog input:not(.mono)', 'INC-4411')
  await page.click(go)
  await page.waitForSelector('text=1 object healed')
  expect(await clicks()).toBeLessThanOrEqual(1 + 3)
  expect(fleet.written).toMatchObject([
    {
      what: 'heal',
      input: { confirm: 'prod-eu-4', reason: 'INC-4411', targets: [{ cluster: 'prod-eu-4' }] },
    },
  ])
})

test('a sandbox asks for one click, a standard cluster for a confirmation, and many protected ones for their number', async () => {
  const heal = async (cause: string) => {
    await page.goto(`${hub.url}/drift/${cause}`)
    await page.click('.actions >> text=Heal on')
    await page.waitForSelector('.dialog section')
  }
  await heal('c-c07e')
  await page.click(go)
  await page.waitForSelector('text=1 object healed')
  await heal('c-81d0')
  expect(await page.isDisabled(go)).toBe(true)
  await page.check('.dialog input[type=checkbox]')
  await page.click(go)
  await page.waitForSelector('.dialog >> text=/14\\s+of 14 clusters/')
  await heal('c-4f2a')
  await page.fill('.dialog input:not(.mono)', 'INC-4411')
  for (const wrong of ['prod-eu-3', '36', 'yes']) {
    await page.fill('.dialog input.mono', wrong)
    expect(await page.isDisabled(go), wrong).toBe(true)
  }
  await page.fill('.dialog input.mono', '37')
  await page.click(go)
  await page.waitForSelector('.dialog >> text=/37\\s+of 37 clusters/')
  expect(fleet.written.map(({ what }) => what)).toEqual(['heal', 'heal', 'heal'])
})

test('a difference is accepted after its rule was shown: by a proposal with a reason, by a commit through the guard', async () => {
  const rule = 'Deployment/checkout/api: spec.replicas'
  const preview = {
    bundle: 'checkout',
    rule,
    repository: 'https://git.corp/fleet',
    branch: 'main',
    file: 'bundles/checkout.yaml',
    present: false,
    forge: true,
    differences: 37,
    clusters: ['prod-eu-4'],
    reaches: ['prod-eu-4'],
  }
  const result = {
    rule,
    file: preview.file,
    branch: 'evenkeel/accept-1',
    commit: 'c0ffee'.padEnd(40, '0'),
    isNew: true,
  }
  fleet.accepts.set('checkout', {
    preview,
    result: { ...result, pullRequest: 'https://git.corp/fleet/pull/812' },
  })
  await page.goto(`${hub.url}/drift/c-4f2a`)
  await page.click('tr:has-text("prod-eu-4") >> text=Fields and evidence')
  const begin = async () => {
    await page.click('[aria-label="Accept spec.replicas"]')
    await page.waitForSelector(`.dialog >> text=${rule}`)
    expect(await text('.dialog')).toMatch(/It hides 37 open differences on 1 cluster/)
    expect(await page.isDisabled(go)).toBe(true)
  }
  await begin()
  await page.fill('.dialog input:not(.mono):not([type=radio])', 'the autoscaler owns it')
  await page.click(go)
  await page.waitForSelector('.dialog >> text=Open the pull request')
  await page.keyboard.press('Escape')
  fleet.accepts.set('checkout', { preview, result: { ...result, branch: 'main' } })
  await begin()
  await page.check('.dialog >> text=a commit on main')
  await page.fill('.dialog input:not(.mono):not([type=radio])', 'the autoscaler owns it')
  expect(await page.isDisabled(go)).toBe(true)
  await page.fill('.dialog input.mono', 'prod-eu-4')
  await page.click(go)
  await page.waitForSelector('.dialog >> text=The rule is in Git')
  expect(fleet.written.map(({ what, input }) => [what, (input as { how: string }).how])).toEqual([
    ['accept', 'pull-request'],
    ['accept', 'commit'],
  ])
})

test('a heal that the hub refuses loses nothing of what was typed, and names the request', async () => {
  await page.goto(`${hub.url}/drift/c-4f2a`)
  await page.click('[aria-label="Heal prod-eu-4"]')
  await page.waitForSelector('.dialog section')
  const cluster = fleet.clusters_.find(({ name }) => name === 'prod-eu-4')
  // Somebody made the cluster anew since the preview.
  if (cluster !== undefined) cluster.identity.clusterId = 'another-cluster'
  await page.fill('.dialog input.mono', 'prod-eu-4')
  await page.fill('.dialog input:not(.mono)', 'INC-4411')
  await page.click(go)
  await page.waitForSelector('.dialog .trouble')
  expect(await text('.dialog .trouble')).toMatch(/not the one that was previewed[\s\S]*Request [0-9a-f-]{36}/)
  expect(await page.inputValue('.dialog input.mono')).toBe('prod-eu-4')
  expect(await page.inputValue('.dialog input:not(.mono)')).toBe('INC-4411')
  expect(fleet.written).toEqual([])
})

test('the sentence adds up and each number filters; the address says what is shown', async () => {
  const said = await text('.sentence')
  const numbers = [
    ...said.matchAll(/([\d,]+)\s+(clusters|in sync|drifted|failed|in progress|leased|unreachable)/g),
  ]
  const counts = Object.fromEntries(
    numbers.map(([, count = '', what = '']) => [what, Number(count.replace(',', ''))]),
  )
  const { clusters, ...states } = counts
  expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(clusters)
  await page.click('.sentence >> text=failed')
  expect(page.url()).toContain('state=failed')
  expect(await page.locator('.cell:not(.dimmed)').count()).toBe(12)
  await page.reload()
  await page.waitForSelector('.cell')
  expect(await page.locator('.cell:not(.dimmed)').count()).toBe(12)
})

test('a view is saved under a name that is asked for in the page, and is there after a reload', async () => {
  await page.goto(`${hub.url}/fleet?env=prod`)
  const views = page.locator('.scope select').nth(1)
  await views.selectOption({ label: 'Save this view…' })
  await page.waitForSelector('.dialog >> text=Kept in this browser only')
  await page.keyboard.type('  Produktion 🚢 ‏עברית  ')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.dialog', { state: 'detached' })
  await page.goto(`${hub.url}/drift`)
  await page.reload()
  await views.selectOption({ label: 'Produktion 🚢 ‏עברית' })
  await page.waitForURL('**/fleet?env=prod')
  await views.selectOption({ label: 'Forget Produktion 🚢 ‏עברית' })
  expect(await views.innerText()).not.toContain('Produktion')
  await views.selectOption({ label: 'Save this view…' })
  await page.keyboard.press('Escape')
  await page.waitForSelector('.dialog', { state: 'detached' })
})

test('with the keyboard alone: to a cluster, beside it, selected, and opened', async () => {
  await page.keyboard.press('Tab')
  for (let tries = 0; tries < 60; tries++) {
    if ((await page.locator('.cell:focus').count()) > 0) break
    await page.keyboard.press('Tab')
  }
  expect(await page.locator('.cell:focus').getAttribute('data-name')).toBe('prod-ap-1')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  const name = await page.locator('.cell:focus').getAttribute('data-name')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  expect(await text('.bulk')).toContain('3 clusters selected')
  await page.keyboard.press('Space')
  await page.waitForSelector('.drawer .facts')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.drawer', { state: 'detached' })
  const here = await page.locator('.cell:focus').getAttribute('data-name')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.identity-head')
  expect(page.url()).toContain(`/clusters/${here ?? ''}`)
  expect(name).not.toBe(here)
  await page.keyboard.press('g')
  await page.keyboard.press('d')
  await page.waitForSelector('.cause-table')
  await page.keyboard.press('/')
  await page.keyboard.type('pe7')
  await page.waitForSelector('.palette-hits >> text=prod-eu-7')
  await page.keyboard.press('Escape')
})

test('a plan is approved through the guard, a run is paused without one, and both are recorded', async () => {
  await page.goto(`${hub.url}/plans/p-19c4ab07`)
  await page.click('text=Approve…')
  await page.check('.dialog input[type=checkbox]')
  await page.click(go)
  await page.waitForSelector('text=It is executed')
  await page.goto(`${hub.url}/rollouts/run-checkout-3`)
  await page.click('text=Pause…')
  await page.waitForSelector('.dialog >> text=No further cluster is released')
  await page.click(go)
  await page.waitForSelector('.dialog >> text=paused')
  await page.click('.dialog >> text=Close')
  await page.click('text=Resume…')
  await page.waitForSelector('.dialog >> text=to confirm')
  // Those that have the change already are not written to, and not counted.
  await page.fill('.dialog input.mono', '280')
  await page.fill('.dialog input:not(.mono)', 'INC-4411 is over')
  await page.click(go)
  await page.waitForSelector('.dialog >> text=running')
  expect(fleet.written.map(({ what }) => what)).toEqual(['approved', 'controlRun', 'controlRun'])
})

test('somebody who may only look sees everything and can write nothing', async () => {
  const reader = await openReaderWindow(browser, hub)
  await reader.page.goto(`${hub.url}/drift/c-4f2a`)
  await reader.page.waitForSelector('.expansion-in')
  const button = reader.page.locator('.actions .button')
  expect(await button.isDisabled()).toBe(true)
  expect(await button.getAttribute('title')).toContain('bob@corp does not hold the privilege operate')
  expect(await reader.page.isDisabled('.mast .button')).toBe(true)
  await reader.context.close()
})

test('without colour every abnormal glyph differs from a normal one in shape and in its ink', async () => {
  const shapes: string[] = await page.evaluate(
    '[...document.querySelectorAll("symbol")].map((symbol) => symbol.innerHTML)',
  )
  expect(new Set(shapes).size).toBe(7)
  const inked = async (state: string) => {
    const png = await page.locator(`.cell[data-state="${state}"] .hit`).first().screenshot()
    return inkInside(page, png.toString('base64'))
  }
  for (const state of ['in-sync', 'pending']) expect(await inked(state), state).toBeLessThan(0.12)
  for (const state of ['drifted', 'failed', 'in-progress', 'leased', 'unreachable']) {
    expect(await inked(state), state).toBeGreaterThan(0.3)
  }
})

/** The share of the middle third of a picture that has at least 3:1 to white, whatever its colour. */
async function inkInside(on: Page, png: string): Promise<number> {
  return on.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob(${JSON.stringify(png)}), (char) => char.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const { width, height } = image
    const context = new OffscreenCanvas(width, height).getContext('2d')
    context.drawImage(image, 0, 0)
    const third = [width / 3, height / 3, width / 3, height / 3].map(Math.round)
    const { data } = context.getImageData(...third)
    const linear = (value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4)
    let ink = 0
    for (let at = 0; at < data.length; at += 4) {
      const light = 0.2126 * linear(data[at]) + 0.7152 * linear(data[at + 1]) + 0.0722 * linear(data[at + 2])
      if (1.05 / (light + 0.05) >= 3) ink += 1
    }
    return ink / (data.length / 4)
  })()`)
}

test('long and odd names, right to left and emoji, stay inside their places', async () => {
  const odd = `${'x'.repeat(240)}`
  const [first, second, third] = fleet.clusters_
  for (const [cluster, name] of [
    [first, odd],
    [second, 'مجموعة-الإنتاج'],
    [third, 'prod-🚢-<img src=x onerror=alert(1)>'],
  ] as const) {
    if (cluster === undefined) continue
    cluster.name = name
    cluster.identity.cluster = name
    cluster.reason = `<script>alert(1)</script> ${'y'.repeat(400)}`
    cluster.state = 'failed'
  }
  for (const path of [
    '/',
    '/?view=table',
    `/clusters/${odd}`,
    `/?cluster=${encodeURIComponent(third?.name ?? '')}`,
  ]) {
    await page.goto(hub.url + path)
    await page.waitForSelector('.glyph')
    await page.waitForTimeout(200)
    const over = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(over, path).toBe(0)
  }
  expect(await page.locator('main img, main script').count()).toBe(0)
})

test('a page that is asked for while the hub fails says what failed and with which request, and the others work', async () => {
  fleet.broken = new Error('a bug')
  await page.goto(`${hub.url}/bundles`)
  await page.waitForSelector('.trouble')
  expect(await text('.trouble')).toMatch(/Cannot get the bundles[\s\S]*Request [0-9a-f-]{36}/)
  fleet.broken = undefined
  await page.click('text=Try again')
  await page.waitForSelector('.table tbody tr')
})

test('five thousand clusters open as glyphs, and more than that as bars', async () => {
  const one = fleet.clusters_.slice(0, 900)
  const named = (copy: number) => one.map((cluster) => ({ ...cluster, name: `${cluster.name}-${copy}` }))
  fleet.clusters_ = [0, 1, 2, 3, 4].flatMap(named)
  await page.goto(hub.url)
  await page.waitForSelector('.fleet-map [data-name]')
  expect(await page.locator('.cell').count()).toBe(4_500)
  fleet.clusters_ = [0, 1, 2, 3, 4, 5].flatMap(named)
  await page.goto(hub.url)
  await page.waitForSelector('.group-bar')
  expect(await page.locator('.cell').count()).toBe(0)
  expect(await text('.sentence')).toContain('5,400')
})

test('a token is made with a part of what its maker may, and its secret is shown once', async () => {
  await page.goto(`${hub.url}/settings`)
  await page.click('text=Make a token…')
  expect(await page.isDisabled(go)).toBe(true)
  await page.fill('.dialog input:not([type=checkbox])', 'nightly report')
  await page.click(go)
  await page.waitForSelector('.dialog pre')
  const secret = (await text('.dialog pre')).trim()
  const answer = await fetch(`${hub.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${secret}` } })
  expect(await answer.json()).toMatchObject({ privileges: ['read'] })
  await page.click('.dialog >> text=Close')
  await page.waitForSelector('text=nightly report')
  expect(await page.content()).not.toContain(secret)
  await page.click('[aria-label="Take back nightly report"]')
  await page.waitForSelector('text=nightly report', { state: 'detached' })
})

test('a session that is ended elsewhere leaves the page, which says how to come in again', async () => {
  const client = createClient({ url: hub.url, token: adminToken, fetch })
  const { items } = await client.sessions()
  for (const { id } of items) await client.endSession({ params: { session: id } })
  await page.waitForSelector('text=You are not signed in', { timeout: 20_000 })
  expect(await text('.empty')).toContain('ek login --link')
  expect(await page.locator('.fleet-map').count()).toBe(0)
})

test('reduced motion and print: nothing moves, and the frame is not printed', async () => {
  await page.emulateMedia({ reducedMotion: 'reduce', media: 'print' })
  expect(await page.isVisible('.mast')).toBe(false)
  expect(await page.isVisible('.rail')).toBe(false)
  expect(await page.isVisible('.fleet-map')).toBe(true)
})
