import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PeopledHub, tokenOf, type Who } from '../hub/peopled-hub.ts'
import { HubRig } from '../hub/rig.ts'
import { openWindow, startBrowser } from './browser.ts'
import { seriousFindings, sidewaysOverflow } from './page-checks.ts'

let browser: Browser

beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.close())

const report = (page: Page) => page.locator('.report').innerText()

describe('on real clusters', () => {
  let rig: HubRig
  let page: Page
  let context: BrowserContext
  let errors: string[]
  const other = () => `${rig.namespace}-other`

  beforeAll(async () => {
    rig = await HubRig.create()
    const drift = 'placement: {where: "true"}, drift: {healAfter: 1h}'
    const revision = await rig.fleet.commit({
      ...rig.files(),
      'fleet/bundles/shop.yaml': rig.bundleFile('shop', `owner: "Laden-Team 🛒", ${drift}`),
      'apps/shop/other.yaml': `${rig.namespaceFile(other())}---\n${rig.configMapFile('hidden-one', '1', other())}`,
    })
    await rig.start()
    await rig.inSync(revision)
    ;({ page, context, errors } = await openWindow(browser, { url: rig.hub.local.url }, {}, () =>
      rig.client.signInLink(),
    ))
  })
  afterAll(() => rig?.stop())

  test('a namespace is found by its name, and its page says what runs in it, at which commit, by whom and why', async () => {
    await page.click('.rail >> text=Namespaces')
    await page.fill('.page input', rig.namespace)
    await page.click(`.namespace-list >> text=/^${rig.namespace}$/`)
    await page.waitForSelector('.on-cluster tbody tr >> nth=3')
    await page.waitForSelector('.why >> text=Change the fleet')
    const said = await report(page)
    expect(said).toMatch(/4\s+objects on\s+2\s+clusters/)
    expect(said).toMatch(/Change the fleet\s+Bob, [\s\S]*applied/)
    expect(said).toMatch(/OWNER|Owner\s+Laden-Team 🛒/)
    expect(said).toMatch(/Source\s+apps\/shop\s+Bundle shop-\w+, fleet\/bundles\/shop\.yaml:1/)
    expect(said).toMatch(/ConfigMap one\s+Current\s+no\s+[\s\S]*apps\/shop\/one\.yaml:1/)
    expect(said).not.toContain('hidden-one')
  })

  test('an edit by hand stands on the page by itself, with since when', async () => {
    await rig.edit('new', 'one', 'by hand')
    await page.waitForSelector('.on-cluster tr >> text=1 field')
    expect(await page.locator('tr', { hasText: '1 field' }).innerText()).toMatch(/since \d\d:\d\d/)
  })

  test('whoever may look at this namespace alone is shown it under the same address, and no other', async () => {
    const { secret } = await rig.client.createToken({
      body: {
        label: 'customer',
        privileges: ['read'],
        forMs: 3_600_000,
        limits: { namespaces: [rig.namespace], clusters: ['new'] },
      },
    })
    const address = page.url()
    const customer = await browser.newContext({ extraHTTPHeaders: { authorization: `Bearer ${secret}` } })
    const theirs = await customer.newPage()
    await theirs.goto(address)
    await theirs.waitForSelector('.on-cluster tbody tr >> nth=1')
    expect(await report(theirs)).toMatch(/2\s+objects on\s+1\s+cluster/)
    expect(await report(theirs)).not.toMatch(/On cluster old|hidden-one/)
    await theirs.goto(`${rig.hub.local.url}/namespaces/${other()}`)
    await theirs.waitForSelector(`.trouble >> text=namespace ${other()}: not found`)
    await theirs.goto(`${rig.hub.local.url}/namespaces`)
    await theirs.waitForSelector('.namespace-list li')
    expect(await theirs.locator('.namespace-list li').allInnerTexts()).toEqual([rig.namespace])
    await customer.close()
  })

  test('on paper it is light, without the frame, with its address, its date and for whom it is', async () => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    for (const frame of ['.mast', '.rail', '.scope', '.report .actions', '.report .crumbs'])
      expect(await page.locator(frame).first().isVisible(), frame).toBe(false)
    const head = await page.locator('.printed-only').innerText()
    expect(head).toContain(page.url())
    expect(head).toMatch(/As of 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, as \S+ may look at it/)
    const colour = (selector: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).backgroundColor`)
    expect([await colour('body'), await colour('.main')]).toEqual([
      'rgb(255, 255, 255)',
      'rgb(255, 255, 255)',
    ])
    const pdf = await page.pdf({ format: 'A4' })
    // One sheet a cluster.
    expect(pdf.toString('latin1').match(/\/Type ?\/Page\b/g)?.length).toBe(2)
    await page.emulateMedia({ media: null, colorScheme: null })
    expect(await seriousFindings(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 800 })
    expect(await sidewaysOverflow(page)).toBe(0)
    expect(errors).toEqual([])
    await context.close()
  })
})

describe('people of kind Access', () => {
  let rig: PeopledHub

  beforeAll(async () => {
    rig = await PeopledHub.start()
  })
  afterAll(() => rig?.stop())

  async function opened(who: Who, path: string): Promise<{ page: Page; close: () => Promise<void> }> {
    const context = await browser.newContext({
      extraHTTPHeaders: { authorization: `Bearer ${tokenOf(who)}` },
    })
    const page = await context.newPage()
    await page.goto(rig.hub.running.url + path)
    return { page, close: () => context.close() }
  }

  test('a viewer of one namespace finds their own, and of what they may not see there is no word on any page of it', async () => {
    const { page, close } = await opened('tenant', '/namespaces')
    await page.click('.namespace-list >> text=space')
    await page.waitForSelector('.on-cluster tbody tr')
    const said = await page.locator('body').innerText()
    expect(said).toContain('team shop')
    expect(said).toMatch(/What is listed is from before/)
    for (const hidden of ['xspace', 'xhub', 'xfar']) expect(said).not.toContain(hidden)
    await page.goto(`${rig.hub.running.url}/clusters/open`)
    await page.waitForSelector('.table tbody tr')
    expect(await page.locator('body').innerText()).not.toContain('xspace')
    await close()
  })

  test('a namespace of others is not found, as one that is not there', async () => {
    for (const name of ['xspace', 'nowhere']) {
      const { page, close } = await opened('tenant', `/namespaces/${name}`)
      await page.waitForSelector(`.trouble >> text=namespace ${name}: not found`)
      await close()
    }
  })
})
