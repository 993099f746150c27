import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../hub/hub-under-test.ts'
import { HubRig } from '../hub/rig.ts'
import { type SimulatedServer, simulatedServer } from '../sim/simulated-server.ts'
import { openWindow, startBrowser } from './browser.ts'

let rig: HubRig
let quiet: SimulatedServer
let browser: Browser
let page: Page
let errors: string[]

beforeAll(async () => {
  quiet = await simulatedServer('1.36', {})
  rig = await HubRig.create()
  await rig.giveCredential('quiet', quiet.server.kubeconfig('evenkeel'))
  const revision = await rig.fleet.commit({
    ...rig.files(),
    'fleet/clusters/quiet.yaml': rig.clusterFile('quiet', 'dev'),
  })
  await rig.start()
  await rig.inSync(revision)
  browser = await startBrowser()
  ;({ page, errors } = await openWindow(browser, { url: rig.hub.local.url }, {}, () =>
    rig.client.signInLink(),
  ))
})
afterAll(async () => {
  await browser?.close()
  await rig?.stop()
})

/** What is said of the cluster on the line, row or card that names it. */
async function lineOf(command: readonly string[]): Promise<string> {
  const { stdout } = await rig.ek(...command)
  return stdout.split('\n').find((line) => line.includes('quiet')) ?? ''
}

test('90 s after the last sign of life of a cluster, no page and no command shows anything but ✕ for it', async () => {
  await page.waitForSelector('.card[data-name="quiet"][data-state="in-sync"]')
  // It has a difference too: what was known last must not shine through.
  await quiet.server.mustKubectl('alice', [
    'patch',
    'cm',
    'one',
    '-n',
    rig.namespace,
    '-p',
    '{"data":{"value":"x"}}',
  ])
  await page.waitForSelector('.card[data-name="quiet"][data-state="drifted"]')
  await quiet.close()
  // Nobody loads anything again: the open page turns by itself.
  await page.waitForSelector('.card[data-name="quiet"][data-state="unreachable"]', { timeout: 200_000 })
  const cluster = await until(
    'the hub says so',
    () => rig.client.cluster({ params: { cluster: 'quiet' } }),
    ({ state }) => state === 'unreachable',
  )
  expect(cluster.placed.map(({ state }) => state)).toEqual(['unreachable'])

  for (const command of [
    ['get', 'clusters'],
    ['describe', 'bundle', rig.bundle('shop')],
  ]) {
    expect(await lineOf(command), command.join(' ')).toMatch(/✕|[Uu]nreachable/)
    expect(await lineOf(command), command.join(' ')).not.toMatch(/in sync|drifted|◆|healthy/i)
  }
  expect((await rig.ek('status')).stdout).toMatch(/1 unreachable/)
  const described = (await rig.ek('describe', 'cluster', 'quiet')).stdout
  expect(described).toMatch(/^State: +✕ Unreachable/m)

  const { url } = rig.hub.local
  const states = () =>
    page.locator('[data-name="quiet"]').evaluateAll((all) => all.map((one) => one.getAttribute('data-state')))
  expect(await states()).toEqual(['unreachable'])
  expect(await page.locator('.sentence').innerText()).toMatch(/1\s+unreachable/)
  expect(await page.locator('.sentence').innerText()).not.toMatch(/drifted/)
  await page.goto(`${url}/clusters/quiet`)
  await page.waitForSelector('text=/Unreachable/')
  // The last known state may stand there as words with their age, and not as what the cluster is.
  const head = await page.locator('.page-head').first().innerText()
  expect(head.replace(/last known .* ago: .*/, '')).not.toMatch(/In sync|Drifted/)
  await page.goto(`${url}/bundles/${rig.bundle('shop')}`)
  const row = page.locator('tr', { hasText: 'quiet' }).first()
  await row.waitFor()
  expect(await row.innerText()).toMatch(/Unreachable/)
  expect(await row.innerText()).not.toMatch(/In sync|Drifted/)
  await page.goto(`${url}/drift`)
  await page.waitForSelector('.page-head, .sentence')
  expect(await page.locator('main').innerText()).not.toMatch(/Nothing differs\. 3\/3/)
  expect(errors.filter((error) => !error.startsWith('Failed to load resource'))).toEqual([])
}, 400_000)
