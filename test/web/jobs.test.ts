import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { FleetInMemory } from '../cli/fleet-in-memory.ts'
import type { ServedFleet } from '../cli/serve-fleet.ts'
import { windowForEach } from './opened-fleet.ts'

let fleet: FleetInMemory
let hub: ServedFleet
let page: Page

windowForEach(
  (opened) => {
    ;({ fleet, hub, page } = opened)
  },
  (one) => {
    one.jobs_ = []
  },
)

/** A page that other tests keep waiting still comes to it. */
const patience = { timeout: 30_000 }

const text = (selector: string) => page.locator(selector).first().innerText()

test('a heal of many is a job: it moves in the dialog, and its page is one click away and is kept', async () => {
  fleet.holdJobs = true
  await page.goto(`${hub.url}/drift/c-81d0`)
  await page.click('.actions >> text=Heal on')
  await page.waitForSelector('.dialog section')
  await page.check('.dialog input[type=checkbox]')
  await page.click('.dialog .button.primary')
  await page.waitForSelector('.dialog .job-bar[aria-valuenow="0"]')
  const [job] = fleet.jobs_
  if (job === undefined) throw new Error('a job has begun')
  const half = job.rows.map((row, at) => (at < 7 ? { ...row, state: 'done' as const } : row))
  fleet.jobs_ = [{ ...job, rows: half }]
  fleet.happen({ type: 'job-progress', message: 'job j-1: 7 of 14 clusters' })
  await page.waitForSelector('.dialog .job-bar[aria-valuenow="7"]')
  await expect.poll(() => text('.dialog .sentence'), patience).toMatch(/7\s+of 14 clusters.*a minute.*left/s)
  await page.click('.dialog >> text=Open job j-1')
  await page.waitForSelector('h1 >> text=Heal on 14 clusters')
  await expect.poll(() => page.locator('tbody tr').count(), patience).toBe(14)

  await page.click('text=Cancel…')
  await expect.poll(() => text('.dialog'), patience).toContain('7 clusters will not be begun')
  await page.click('.dialog .button.primary')
  await page.waitForSelector('.dialog >> text=The job is cancelled')
  await page.keyboard.press('Escape')
  await page.waitForSelector('[role=status] >> text=Nothing was sent to clusters that were not begun')
  await page.selectOption('[aria-label=State]', 'not-begun')
  await page.waitForSelector('tbody:not(:has(tr:nth-child(8))) tr:nth-child(7)')
  await page.reload()
  await page.waitForSelector('text=7 not begun')
  await expect.poll(() => page.locator('tbody tr').count(), patience).toBe(7)
})

test('selected clusters are looked at again as a job, and the list of jobs is a key away', async () => {
  await page.waitForSelector('.fleet-map [data-name]')
  await page.focus('.cell[data-name="prod-ap-1"]')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await page.click('.bulk >> text=Look again')
  await page.waitForSelector('h1 >> text=Look again on 3 clusters')
  expect(fleet.written).toMatchObject([{ what: 'reconcile', input: { clusters: { length: 3 } } }])
  await page.keyboard.press('g')
  await page.keyboard.press('j')
  await page.waitForSelector('td >> text=3/3')
  expect(await text('tbody tr')).toMatch(/Look again\s+j-1/)
})
