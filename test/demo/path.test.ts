import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ensureBinaries } from '../../tools/kubernetes/index.ts'
import { CliHome } from '../cli/run-cli.ts'
import { openWindow, startBrowser } from '../web/browser.ts'

const run = promisify(execFile)
/** However much else the machine has to do. */
const timeout = 540_000

let home: CliHome
let demo: ReturnType<CliHome['start']>
let ended: Promise<unknown>
let browser: Browser
let page: Page
let errors: string[]
let said = ''

/** What the demo says, once it has said it. */
const printed = async (text: RegExp): Promise<string> => {
  await vi.waitFor(() => expect(said).toMatch(text), { timeout, interval: 200 })
  return text.exec(said)?.[1] ?? ''
}

beforeAll(async () => {
  home = await CliHome.create()
  demo = home.start(['demo', '--clusters', '12', '--seed', 'one'])
  ended = new Promise((resolve) => demo.once('close', resolve))
  for (const stream of [demo.stdout, demo.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk))
  browser = await startBrowser()
  const url = await printed(/open (http\S+)/)
  // The very address that it prints, which signs one browser in.
  ;({ page, errors } = await openWindow(browser, { url }, {}, async () => ({ url })))
  page.setDefaultTimeout(timeout)
}, 600_000)
afterAll(async () => {
  await browser?.close()
  demo?.kill('SIGTERM')
  await ended
  await home?.remove()
}, 60_000)

const text = (selector: string) => page.locator(selector).first().innerText()

test('the printed address opens the Fleet page, where the incident comes by itself; who did it is one click away, and healing one of its clusters three more', {
  timeout: 1_200_000,
}, async () => {
  await page.waitForSelector('.card[data-name="prod-eu-1"]')
  expect(await page.title()).toBe('Fleet · Evenkeel')
  await printed(/(Ctrl-C ends everything)/)
  const count = await printed(/dana scales checkout\/api to 5 on (\d+) clusters/)
  // Nobody loads anything again: the page hears of it, and of the person when the audit record is there.
  const cause = page
    .locator('[aria-label="Causes"] .cause')
    .filter({ hasText: 'checkout/api' })
    .filter({ hasText: 'dana@corp' })
  await cause.filter({ has: page.locator('.count', { hasText: new RegExp(`^\\D*${count}$`) }) }).waitFor()

  // Counted by the page, so that a helper which clicks twice is not overlooked.
  await page.evaluate(`window.clicks = 0
    window.addEventListener('click', ({ isTrusted }) => { if (isTrusted) window.clicks += 1 }, true)`)
  const clicks = () => page.evaluate<number>('window.clicks')
  await cause.getByRole('link').first().click()
  await page.waitForSelector('.expansion-in')
  expect(await clicks()).toBe(1)
  expect(await text('.fact-grid')).toMatch(/dana@corp[\s\S]*kubectl-edit/)
  expect(await text('.sentence')).toMatch(new RegExp(`3 → 5[\\s\\S]*on ${count} of`))

  const one = page.locator('[aria-label^="Heal prod-"]').first()
  const cluster = ((await one.getAttribute('aria-label')) ?? '').replace('Heal ', '')
  await one.click()
  await page.waitForSelector('.dialog >> text=5 → 3')
  await page.fill('.dialog input.mono', cluster)
  await page.fill('.dialog input:not(.mono)', 'INC-4411 is over')
  await page.click('.dialog .button.primary')
  await page.waitForSelector('.dialog >> text=1 object healed')
  expect(await clicks()).toBeLessThanOrEqual(1 + 3)

  const folder = await printed(/git clone (\S+)\/fleet\.git/)
  const { kubectl } = await ensureBinaries()
  const at = ['--kubeconfig', join(folder, 'kubeconfig'), '--context', cluster, '-n', 'checkout']
  const words = ['get', 'deployment', 'api', '-o', 'jsonpath={.spec.replicas}']
  const { stdout } = await run(kubectl, [...at, ...words])
  expect(stdout).toBe('3')
  expect(errors.filter((error) => !error.startsWith('Failed to load resource'))).toEqual([])
})
