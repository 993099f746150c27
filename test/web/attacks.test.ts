import type { Browser, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { FleetInMemory } from '../cli/fleet-in-memory.ts'
import type { ServedFleet } from '../cli/serve-fleet.ts'
import { openWindow } from './browser.ts'
import { fleetForAll } from './opened-fleet.ts'
import { pages } from './page-list.ts'

/** What would run if a page took text of a cluster or of Git for markup, a link or a script. */
const attacks = [
  '<img src=x onerror="window.pwned=1">',
  '<svg onload="window.pwned=1"><script>window.pwned=1</script></svg>',
  'x|javascript:window.pwned=1',
  'javascript:window.pwned=1',
  '"><iframe srcdoc="<script>parent.pwned=1</script>"></iframe>',
  '\u001b]8;;javascript:window.pwned=1\u0007click\u001b]8;;\u0007',
  '{{constructor.constructor("window.pwned=1")()}}',
]
const attack = attacks.join(' ')

let browser: Browser
let hub: ServedFleet

/** Attacks in the place of everything that clusters and Git say. */
function attackEverywhere(fleet: FleetInMemory): void {
  for (const cluster of fleet.clusters_) {
    if (cluster.reason !== undefined) cluster.reason = attack
    cluster.labels = { ...cluster.labels, note: attacks[3] ?? '' }
    cluster.version = `${cluster.version} ${attacks[0]}`
    for (const placed of cluster.placed) {
      placed.reason = attack
      placed.notes = [attack]
      placed.troubles = [{ object: attack, health: 'Failed', message: attack }]
    }
  }
  fleet.drift_ = fleet.drift_.map((one) => ({
    ...one,
    live: { is: 'text' as const, text: JSON.stringify(attack) },
    writer: { ...one.writer, manager: attack, person: attack },
  }))
  fleet.causes_ = fleet.causes_.map((one) => ({ ...one, writer: { ...one.writer, manager: attack } }))
  fleet.commits = fleet.commits.map((one) => ({ ...one, subject: attack, author: attack }))
  for (const [bundle, { revision, items }] of fleet.rendered) {
    const odd = items.map((item) => ({
      ...item,
      origin: { ...item.origin, file: attacks[0] ?? '' },
      trouble: { health: 'Failed' as const, message: attack },
      manifest: {
        ...item.manifest,
        data: { attack },
        metadata: { name: 'x', annotations: { link: attacks[2] } },
      },
    }))
    fleet.rendered.set(bundle, { revision, items: odd })
  }
  fleet.events_ = fleet.events_.map((one) => ({ ...one, message: attack, actor: attack, reason: attack }))
}

fleetForAll((served) => {
  ;({ browser, hub } = served)
}, attackEverywhere)

/** What of an attack a page took for something else than text. */
async function taken(page: Page): Promise<string[]> {
  return page.evaluate(`[
    ...document.querySelectorAll('main img, main script, main iframe, main object, main embed, main style'),
    ...[...document.querySelectorAll('a, use, form')].filter((one) =>
      /^\\s*javascript:/i.test(one.getAttribute('href') ?? one.getAttribute('action') ?? '')),
    ...[...document.querySelectorAll('main *')].filter((one) =>
      one.getAttributeNames().some((name) => name.startsWith('on') || name === 'srcdoc')),
  ].map((one) => one.outerHTML.slice(0, 200)).concat(window.pwned === undefined ? [] : ['it ran'])`)
}

test('row 41: whatever stands in clusters and in Git is text on every page, and leads nowhere', async () => {
  const { page, context, errors } = await openWindow(browser, hub)
  const found: string[] = []
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  let shown = 0
  for (const [name, path, ready] of pages) {
    await page.goto(hub.url + path)
    await page.waitForSelector(ready)
    for (const one of await taken(page)) found.push(`${name}: ${one}`)
    if ((await page.locator('main').innerText()).includes('onerror=')) shown += 1
  }
  expect(found).toEqual([])
  expect(dialogs).toEqual([])
  expect(errors).toEqual([])
  // They were there to be seen: a page that leaves them out proves nothing.
  expect(shown).toBeGreaterThan(10)
  await context.close()
})

test('row 41: an answer of the API is never a page, an image or a script to a browser', async () => {
  const { page, context } = await openWindow(browser, hub)
  for (const path of ['/api/v1/clusters', '/api/v1/events', '/api/v1/clusters/none', '/api/v1/none.svg']) {
    const response = await page.request.get(hub.url + path, {
      headers: { accept: 'text/html,image/svg+xml' },
    })
    expect(response.headers()['content-type'], path).toMatch(/^application\/(problem\+)?json/)
    expect(response.headers()['x-content-type-options'], path).toBe('nosniff')
    expect(response.headers()['content-security-policy'], path).toContain("default-src 'none'")
  }
  await context.close()
})

test('row 41: the policy of the pages stops what would run all the same', async () => {
  const { page, context } = await openWindow(browser, hub)
  const refused: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text())
  })
  await page.evaluate(`(() => {
    const script = document.createElement('script')
    script.textContent = 'window.pwned = 1'
    const image = document.createElement('img')
    image.setAttribute('onerror', 'window.pwned = 2')
    image.src = '/nowhere.png'
    const link = document.createElement('a')
    link.href = 'javascript:window.pwned=3'
    document.body.append(script, image, link)
    link.click()
  })()`)
  await expect.poll(() => refused.length).toBeGreaterThanOrEqual(3)
  expect(await page.evaluate('window.pwned')).toBeUndefined()
  await context.close()
})
