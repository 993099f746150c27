import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../hub/hub-under-test.ts'
import { HubRig } from '../hub/rig.ts'
import { openWindow, startBrowser } from './browser.ts'

let rig: HubRig
let browser: Browser
let page: Page
let errors: string[]
let revision: string

beforeAll(async () => {
  rig = await HubRig.create()
  revision = await rig.fleet.commit(rig.files())
  await rig.start()
  await rig.inSync(revision)
  browser = await startBrowser()
  const { url } = rig.hub.local
  ;({ page, errors } = await openWindow(browser, { url }, {}, () => rig.client.signInLink()))
})
afterAll(async () => {
  await browser?.close()
  await rig?.stop()
})

const text = (selector: string) => page.locator(selector).first().innerText()

test('two real clusters are on the map, in sync, and the address of the window is that of the hub', async () => {
  await page.waitForSelector('.card[data-name="new"]')
  expect(await text('.sentence')).toMatch(/2 clusters\s+2 in sync/)
  expect(await page.title()).toBe('Fleet · Evenkeel')
  expect(await text('[aria-label="Causes"]')).toContain('Nothing differs and nothing fails')
})

test('the map answers only the rows that have changed since, and all of them to whoever has none', async () => {
  const whole = await rig.client.fleetMap({ query: {} })
  expect(whole).toMatchObject({
    whole: true,
    total: 2,
    answered: 2,
    groups: [{ environment: 'dev' }, { environment: 'prod' }],
  })
  const again = await rig.client.fleetMap({ query: { after: whole.version } })
  expect([again.whole, again.clusters]).toEqual([false, []])
  await rig.edit('old', 'two', 'changed')
  const changed = await until(
    'the row of the cluster changes',
    () => rig.client.fleetMap({ query: { after: whole.version } }),
    ({ clusters }) => clusters.length > 0,
  )
  expect([changed.whole, changed.clusters.map(([name]) => name)]).toEqual([false, ['old']])
  expect(changed.states[changed.clusters[0]?.[2] ?? 0]).toBe('drifted')
  const by = await rig.client.fleetMap({ query: { after: whole.version, fill: 'version' } })
  expect([by.whole, by.clusters.length, by.legend.at(-1)]).toEqual([true, 2, 'not known'])
  const { items } = await until(
    'the cause is known',
    () => rig.client.causes({ query: {} }),
    (page) => page.items.length > 0,
  )
  const [cause] = items
  expect(cause).toMatchObject({ tab: 'needs-you', clusters: 1, of: 2, outcome: { is: 'heals' }, unknown: 0 })
  const found = await rig.client.cause({ params: { cause: cause?.short ?? '' } })
  expect(found.members.map(({ cluster, has }) => [cluster, has])).toEqual([
    ['new', 'lacks'],
    ['old', 'has'],
  ])
  await rig.edit('old', 'two', '2')
  await until(
    'it is over',
    () => rig.client.causes({ query: { tab: 'settled' } }),
    (page) => page.total === 1,
  )
  await rig.inSync(revision)
})

test('an edit by hand appears by itself, with the person, and is healed through the guard of a protected cluster', async () => {
  await rig.edit('new', 'one', 'changed')
  // Nobody loads anything again: the page hears of it.
  await page.waitForSelector('.card[data-name="new"][data-state="drifted"]')
  await page.waitForSelector('.cause.top')
  await until(
    'the person is known',
    () => text('.cause.top'),
    (said) => said.includes('alice'),
  )
  await page.click('.cause.top .button')
  await page.waitForSelector('.expansion-in')
  expect(await text('.fact-grid')).toMatch(/alice[\s\S]*kubectl-patch/)
  expect(await text('.expansion-in')).toMatch(/1 cluster has the change[\s\S]*1 lack it/)

  await page.click('text=Fields and evidence')
  await page.waitForSelector('.merge .cm-changedLine')
  expect(await page.title()).toContain('[PROD] new')
  expect(await text('.table tbody tr')).toMatch(
    /data\.value[\s\S]*1[\s\S]*changed[\s\S]*kubectl-patch[\s\S]*alice \(audit\)[\s\S]*exact/,
  )
  expect(await text('.page-head')).toContain('declared in apps/shop/one.yaml:1')

  await page.click('text=Heal…')
  await page.waitForSelector('.dialog >> text=changed →')
  const go = page.locator('.dialog .button.primary')
  expect(await go.isDisabled()).toBe(true)
  await page.fill('.dialog input.mono', 'old')
  await page.fill('.dialog input:not(.mono)', 'INC-7: back to Git')
  expect(await go.isDisabled()).toBe(true)
  await page.fill('.dialog input.mono', 'new')
  await go.click()
  await page.waitForSelector('text=1 object healed')
  expect(await rig.value('new', 'one')).toBe('1')
  await page.click('.dialog >> text=Close')
  await page.waitForSelector('text=Nothing differs from Git')
  await page.waitForSelector('.timeline >> text=healed')
})

test('a bundle shows what it rendered to, with the lines of Git, and what holds on a cluster', async () => {
  const { url } = rig.hub.local
  await page.goto(`${url}/bundles/${rig.bundle('shop')}/objects`)
  await page.waitForSelector('.table tbody tr')
  const objects = await text('.table')
  expect(objects).toContain('apps/shop/one.yaml:1')
  expect(objects).toMatch(/Namespace[\s\S]*ConfigMap one[\s\S]*ConfigMap two/)
  await page.click('text=Picture')
  await page.waitForSelector('.graph-box')
  expect(await page.locator('.graph-box').count()).toBe(4)
  await page.goto(`${url}/clusters/new/configuration`)
  await page.waitForSelector('.table tbody tr')
  expect(await text('.table')).toMatch(
    /mode\s+enforce\s+Environment prod\s+fleet\/environments\/prod\.yaml:1/,
  )
  await page.goto(`${url}/search?q=kind:configmap%20ns:${rig.namespace}%20two`)
  await page.waitForSelector('.table tbody tr')
  expect(await text('.sentence')).toMatch(/2 objects/)
  await page.goto(`${url}/compare?clusters=new,old`)
  await page.waitForSelector('.compare tbody tr')
  expect(await text('.compare')).toMatch(/Environment\s+configuration\s+prod[\s\S]*dev/)
})

test('a freeze from the top bar holds, and its thaw asks for the number of clusters', async () => {
  await page.click('text=Freeze…')
  await page.fill('.dialog .ask input', 'INC-8: stop everything')
  await page.click('.dialog .button.primary')
  await page.waitForSelector('text=2 clusters frozen')
  const { items } = await rig.client.freezes()
  expect(items).toMatchObject([{ reason: 'INC-8: stop everything', clusters: ['new', 'old'] }])
  await page.click('.dialog >> text=Close')
  await page.click('text=Freeze…')
  await page.click('.dialog >> text=Thaw…')
  await page.waitForSelector('.dialog >> text=Type 2 to confirm')
  await page.fill('.dialog input.mono', '2')
  await page.fill('.dialog input:not(.mono)', 'over')
  await page.click('.dialog .button.primary')
  await page.waitForSelector('text=The freeze is over')
  expect((await rig.client.freezes()).items).toEqual([])
  await page.click('.dialog >> text=Close')
})

test('when the hub is gone the page says so and writes nothing; when it is back it looks again by itself', async () => {
  const port = new URL(rig.hub.local.url).port
  rig.spec['listen'] = `127.0.0.1:${port}`
  await page.goto(`${rig.hub.local.url}/`)
  await page.waitForSelector('.card[data-name="new"]')
  await rig.hub.kill()
  await page.waitForSelector('text=Live updates lost')
  await page.waitForSelector('.mast .button:disabled')
  await rig.start()
  await page.waitForSelector('text=Live updates lost', { state: 'detached', timeout: 60_000 })
  await page.waitForSelector('.mast .button:enabled')
})

test('nothing of this was an error of the page', () => {
  // What the browser itself says of a hub that is gone is no error of the page.
  expect(
    errors.filter((error) => !error.includes('ERR_') && !error.includes('Failed to load resource')),
  ).toEqual([])
})
