import type { Browser, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { DriftView } from '../../src/api/index.ts'
import { keyOf } from '../../src/core/object/index.ts'
import { driftOf } from '../cli/example-fleet.ts'
import type { FleetInMemory } from '../cli/fleet-in-memory.ts'
import type { ServedFleet } from '../cli/serve-fleet.ts'
import { openWindow } from './browser.ts'
import { uncaught, windowForEach } from './opened-fleet.ts'
import { sidewaysOverflow } from './page-checks.ts'
import { pages } from './page-list.ts'
import { revision } from './thousand-clusters.ts'

let browser: Browser
let fleet: FleetInMemory
let hub: ServedFleet
let page: Page
let errors: string[]

windowForEach((opened) => {
  ;({ browser, fleet, hub, page, errors } = opened)
})

const text = (selector: string) => page.locator(selector).first().innerText()
const go = '.dialog .button.primary'

const odd = [
  'x'.repeat(5_000),
  'مجموعة الإنتاج‏ \u202e gnp.exe',
  '👩‍👩‍👧‍👦🚢'.repeat(40),
  '<img src=x onerror=alert(1)> %00 \\ \' " `${1}` && || ..',
  'a\u0000b\u001b[31m',
  '   ',
] as const
const fields = 'input:not([type=checkbox]):not([type=radio]), textarea'

test('whatever is typed into a field of a page is kept or refused with words, and breaks nothing', async () => {
  const wide: string[] = []
  for (const [name, path, ready] of pages) {
    await page.goto(hub.url + path)
    await page.waitForSelector(ready)
    const count = await page.locator(`main ${fields.replaceAll(', ', ', main ')}`).count()
    for (let at = 0; at < count; at++) {
      for (const value of odd) {
        const field = page.locator(`main ${fields.replaceAll(', ', ', main ')}`).nth(at)
        await field.fill(value)
        await field.press('Enter')
        await page.waitForSelector('main')
        if ((await sidewaysOverflow(page)) > 0) wide.push(`${name} ${at} ${value.slice(0, 20)}`)
        if (!page.url().startsWith(hub.url + path)) {
          await page.goto(hub.url + path)
          await page.waitForSelector(ready)
        }
      }
    }
    expect(uncaught(errors), name).toEqual([])
  }
  expect(wide).toEqual([])
})

test('whatever is typed into a dialog stands there as it was typed until it is sent or the dialog is closed', async () => {
  const dialogs: readonly (readonly [open: () => Promise<unknown>, ready: string])[] = [
    [() => page.click('text=Freeze…'), '.dialog .ask input'],
    [
      () => page.goto(`${hub.url}/drift/c-4f2a`).then(() => page.click('[aria-label="Heal prod-eu-4"]')),
      '.dialog section',
    ],
    [
      () => page.goto(`${hub.url}/settings`).then(() => page.click('text=Make a token…')),
      '.dialog .ask input',
    ],
    [
      () => page.goto(`${hub.url}/plans/p-19c4ab07`).then(() => page.click('text=Approve…')),
      '.dialog .button.primary',
    ],
  ]
  for (const [open, ready] of dialogs) {
    await open()
    await page.waitForSelector(ready)
    const inputs = page.locator(`.dialog ${fields.replaceAll(', ', ', .dialog ')}`)
    for (const value of odd) {
      for (let at = 0; at < (await inputs.count()); at++) {
        const input = inputs.nth(at)
        await input.fill(value)
        const most = Number(await input.getAttribute('maxlength')) || Number.POSITIVE_INFINITY
        expect((await input.inputValue()).length).toBe(Math.min(value.length, most))
      }
      expect(await sidewaysOverflow(page)).toBe(0)
    }
    await page.keyboard.press('Escape')
    await page.waitForSelector('.dialog', { state: 'detached' })
  }
})

test('the palette finds nothing for an odd word, says so, and goes nowhere by itself', async () => {
  await page.waitForSelector('.fleet-map [data-name]')
  await page.keyboard.press('/')
  for (const value of odd) {
    await page.fill('.palette-field input', value)
    expect(await page.locator('.palette-hits li').count()).toBeGreaterThan(0)
    expect(await sidewaysOverflow(page)).toBe(0)
  }
  await page.keyboard.press('Escape')
})

test('odd names of everything stand in their places on every page about them', async () => {
  const [first] = fleet.clusters_
  const long = 'n'.repeat(253)
  fleet.rendered.set('checkout', {
    revision,
    items: [long, 'مجموعة', '🚢-<b>x</b>'].map((name) => {
      const object = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name }
      const manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } }
      return {
        object,
        key: keyOf(object),
        origin: { file: `apps/${long}/a.yaml`, line: 1 },
        hook: false,
        drift: 0,
        manifest,
      }
    }),
  })
  fleet.commits = [
    { bundle: 'checkout', revision, subject: long, author: 'مؤلف 🚢', at: new Date().toISOString() },
  ]
  for (const path of [
    '/bundles/checkout/objects',
    '/namespaces/checkout',
    '/search?q=kind%3ADeployment',
    `/clusters/${first?.name}/objects`,
    `/namespaces/${encodeURIComponent('🚢'.repeat(50))}`,
    `/bundles/${long}`,
    `/drift/${long}`,
    `/clusters/%E0%A4%A`,
    `/${long}`,
  ]) {
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 800 })
      await page.goto(hub.url + path)
      await page.waitForSelector('main tbody tr, main .trouble, main .empty')
      expect(await sidewaysOverflow(page), `${path} ${width}`).toBe(0)
    }
  }
  expect(await page.locator('main img, main b:has-text("x</b>")').count()).toBe(0)
})

const ofApi: DriftView['object'] = { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' }
const apiPath = '/clusters/prod-eu-3/object?group=apps&kind=Deployment&ns=checkout&name=api'

test('a ConfigMap of 5 MB is opened with its fields, and its text is said to be too large to compare', async () => {
  const rendered = fleet.rendered.get('checkout')
  const items = (rendered?.items ?? []).map((item) =>
    keyOf(item.object) === keyOf(ofApi)
      ? {
          ...item,
          manifest: { ...item.manifest, data: { blob: 'x'.repeat(5_000_000), other: 'y z '.repeat(1000) } },
        }
      : item,
  )
  fleet.rendered.set('checkout', { revision, items })
  let asked = 0
  page.on('request', (request) => {
    if (request.url().includes('/manifest')) asked += 1
  })
  await page.goto(hub.url + apiPath)
  await page.waitForSelector('text=/5\\.\\d MB are more than this page compares/')
  expect(await text('.table tbody tr')).toContain('spec.replicas')
  // Whatever happens from now on, what has not changed is not asked for again.
  const before = asked
  fleet.happen({ type: 'drift', message: 'something else', cluster: 'prod-eu-9' })
  fleet.drift_ = fleet.drift_.map((one) => ({ ...one, when: new Date().toISOString() }))
  await page.waitForResponse((response) => response.url().includes('/api/v1/drift'))
  expect(before).toBeGreaterThan(0)
  expect(asked).toBe(before)
})

test('ten thousand objects of a bundle are counted, and the first of them listed; the picture folds them', async () => {
  const items = Array.from({ length: 10_000 }, (_, at) => {
    const object = {
      group: '',
      kind: at % 2 === 0 ? 'ConfigMap' : 'Service',
      namespace: 'checkout',
      name: `o-${at}`,
    }
    const manifest = { apiVersion: 'v1', kind: object.kind, metadata: { name: object.name } }
    return {
      object,
      key: keyOf(object),
      origin: { file: 'apps/checkout/all.yaml', line: at + 1 },
      hook: false,
      drift: 0,
      manifest,
    }
  })
  fleet.rendered.set('checkout', { revision, items })
  await page.goto(`${hub.url}/bundles/checkout/objects`)
  await page.waitForSelector('.table tbody tr')
  expect(await text('main')).toMatch(/10,000 objects at a1b2c3d/)
  expect(await page.locator('tbody tr').count()).toBe(500)
  expect(await text('main')).toMatch(/500 of 10,000 objects, those first with which something is the matter/)
  await page.click('text=Picture')
  await page.waitForSelector('.graph-box')
  expect(await page.locator('.graph-box').count()).toBeLessThanOrEqual(300)
  await page.goto(`${hub.url}/namespaces/checkout?env=prod&labels=region%3Deu`)
  await page.waitForSelector('.on-cluster tbody tr')
  expect(await text('.sentence')).toMatch(/1,200,000\s+objects on\s+120\s+clusters/)
})

test('two thousand fields that differ on one object are counted, and the first of them shown, also before they are healed', async () => {
  const many = Array.from({ length: 2_000 }, (_, at) =>
    driftOf('prod-eu-3', {
      id: `d-many-${at}`,
      environment: 'prod',
      tier: 'protected',
      bundle: 'checkout',
      object: ofApi,
      path: `metadata.labels["label-${at}"]`,
      cause: `c-many-${at}`,
    }),
  )
  fleet.drift_ = [...fleet.drift_.filter(({ cluster }) => cluster !== 'prod-eu-3'), ...many]
  await page.goto(hub.url + apiPath)
  await page.waitForSelector('.table tbody tr')
  expect(await text('.sentence')).toMatch(/2,000 fields/)
  expect(await page.locator('.table tbody tr').count()).toBe(200)
  expect(await text('.table-box')).toContain('the first 200 of 2,000 fields')
  await page.click('text=Heal…')
  await page.waitForSelector('.dialog section')
  expect(await text(go)).toBe('Heal 2,000 fields on 1 cluster')
  expect(await page.locator('.dialog section li').count()).toBeLessThanOrEqual(201)
  await page.goto(`${hub.url}/clusters/prod-eu-3/drift`)
  await page.waitForSelector('.table tbody tr')
  expect(await text('main')).toMatch(/2,000/)
})

test('a cluster that vanishes while its page is open is said to be gone, and what was typed about it is not lost', async () => {
  await page.goto(`${hub.url}/clusters/prod-eu-4/drift`)
  await page.waitForSelector('.table tbody tr')
  await page.click('text=Heal…')
  await page.waitForSelector('.dialog section')
  await page.fill('.dialog input.mono', 'prod-eu-4')
  await page.fill('.dialog input:not(.mono)', 'INC-4411')
  fleet.clusters_ = fleet.clusters_.filter(({ name }) => name !== 'prod-eu-4')
  fleet.happen({ type: 'detached', cluster: 'prod-eu-4', message: 'its record left the fleet' })
  await page.click(go)
  await page.waitForSelector('.dialog .trouble')
  expect(await text('.dialog .trouble')).toMatch(/prod-eu-4: not found/)
  expect(await page.inputValue('.dialog input:not(.mono)')).toBe('INC-4411')
  expect(fleet.written).toEqual([])
  await page.keyboard.press('Escape')
  await page.waitForSelector('main .trouble >> text=/cluster prod-eu-4: not found/')
  await page.reload()
  await page.waitForSelector('main .trouble >> text=/cluster prod-eu-4: not found/')
  await page.click('.rail >> text=Fleet')
  await page.waitForSelector('.fleet-map [data-name]')
  expect(await page.locator('[data-name="prod-eu-4"]').count()).toBe(0)
})

test('of two people who heal the same, the second is told that it was done, and both pages show it', async () => {
  const other = await openWindow(browser, hub)
  for (const one of [page, other.page]) {
    await one.goto(`${hub.url}/drift/c-4f2a`)
    await one.click('[aria-label="Heal prod-eu-4"]')
    await one.waitForSelector('.dialog section')
    await one.fill('.dialog input.mono', 'prod-eu-4')
    await one.fill('.dialog input:not(.mono)', 'INC-4411')
  }
  await page.click(go)
  await page.waitForSelector('text=1 object healed')
  await other.page.click(go)
  await other.page.waitForSelector('.dialog >> text=1 object needed nothing: somebody was faster')
  await other.page.keyboard.press('Escape')
  for (const one of [page, other.page])
    await one.waitForSelector('.sentence >> text=/36\\s+of/', { state: 'attached' })
  expect(uncaught(other.errors)).toEqual([])
  await other.context.close()
})

test('of two people who decide the same plan, the second is told what it is now, and loses nothing', async () => {
  const other = await openWindow(browser, hub)
  for (const one of [page, other.page]) await one.goto(`${hub.url}/plans/p-19c4ab07`)
  await other.page.click('text=Reject…')
  await other.page.fill('.dialog input:not([type=checkbox])', 'not today')
  await page.click('text=Approve…')
  await page.check('.dialog input[type=checkbox]')
  await page.click(go)
  await page.waitForSelector('text=It is executed')
  await other.page.click(go)
  await other.page.waitForSelector('.dialog .trouble >> text=/it is approved, wanted waiting/')
  expect(await other.page.inputValue('.dialog input:not([type=checkbox])')).toBe('not today')
  expect(uncaught(other.errors)).toEqual([])
  await other.context.close()
})
