import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { FleetInMemory } from '../cli/fleet-in-memory.ts'
import type { ServedFleet } from '../cli/serve-fleet.ts'
import { waitFor } from '../faults/wait-for.ts'
import { openReaderWindow } from './browser.ts'
import { windowForEach } from './opened-fleet.ts'

let browser: Browser
let fleet: FleetInMemory
let hub: ServedFleet
let page: Page

windowForEach((opened) => {
  ;({ browser, fleet, hub, page } = opened)
})

test('the box answers a question as people ask it, and says how many clusters are not known', async () => {
  await page.goto(hub.url)
  await page.waitForSelector('.fleet-map [data-name]')
  await page.keyboard.press('g')
  await page.keyboard.press('q')
  await page.getByRole('textbox', { name: 'Question' }).fill('can group:checkout delete pods in prod?')
  await page.keyboard.press('Enter')
  const answer = page.locator('.found')
  await answer.getByText('on-call').waitFor()
  expect(await answer.locator('.sentence').innerText()).toContain('group checkout can delete pods')
  expect(await answer.locator('.sentence').innerText()).toContain('3 of 399 (1 unknown)')
  expect(fleet.accessAsked.find((one) => 'verb' in one)).toMatchObject({
    verb: 'delete',
    resource: 'pods',
    group: ['checkout'],
    environment: ['prod'],
  })
  expect(page.url()).toContain('q=can+group%3Acheckout')
  await page.getByRole('textbox', { name: 'Question' }).fill('pods')
  await page.keyboard.press('Enter')
  await page.getByText('Write a verb and a resource').waitFor()
})

test('a permission that is added becomes a column of the matrix, and stands in the address', async () => {
  await page.goto(`${hub.url}/access`)
  await page.waitForSelector('.access-matrix tbody tr')
  await page.getByRole('textbox', { name: /^Another column/ }).fill('get configmaps')
  await page.keyboard.press('Enter')
  await page.waitForURL(/can=/)
  await page.getByRole('button', { name: 'The usual columns' }).waitFor()
  const asked = await waitFor(() =>
    fleet.accessAsked.findLast((one) => 'permission' in one && one.permission !== undefined),
  )
  expect((asked as { permission: string[] }).permission.at(-1)).toBe('get configmaps')
})

test('where no cluster answered nothing is called empty', async () => {
  fleet.sight_ = {
    asked: 2,
    answered: 0,
    unanswered: [{ cluster: 'prod-eu-7', reason: 'RoleBinding: may not be read: forbidden' }],
    limited: false,
  }
  Object.assign(fleet, { grants_: [], quotas_: [], canEnvironments_: [] })
  fleet.matrix_ = { ...fleet.matrix_, items: [] }
  await page.goto(`${hub.url}/access?q=can%20bob%20delete%20pods`)
  await page.getByText('Nothing is known yet').waitFor()
  await page.getByText('bob may or may not delete pods').waitFor()
  const text = await page.locator('main').innerText()
  expect(text).not.toContain('cannot')
  expect(text).not.toContain('No binding allows it')
  await page.goto(`${hub.url}/access/quota`)
  await page.getByText('Nothing is known yet').waitFor()
})

test('a quota leads to the object in full, with who changed what', async () => {
  await page.goto(`${hub.url}/access/quota`)
  await page.getByRole('link', { name: 'team' }).first().click()
  await page.waitForSelector('.recorded-changes li')
  // It is a page of its cluster: marked as such, and of no other's sight.
  expect(await page.title()).toBe('[PROD] prod-us-12 · ResourceQuota team · Evenkeel')
  expect(await page.locator('.sight').innerText()).toMatch(/^as recorded \d+ s ago$/)
  const changes = await page.locator('.recorded-changes').innerText()
  expect(changes).toContain('user-a@corp')
  expect(changes).toContain('-   name: view')
  expect(changes).toContain('+   name: edit')
})

test('what somebody may do is taken from them by a patch, after it is seen what they lose and what they keep', async () => {
  await page.goto(`${hub.url}/access?q=${encodeURIComponent('can group:checkout delete pods in prod?')}`)
  await page.locator('.found').getByRole('link', { name: 'Take' }).first().click()
  await page.waitForSelector('.patch .removed')
  expect(fleet.accessAsked.findLast((one) => 'change' in one)).toEqual({
    change: 'take',
    subject: 'Group checkout',
    namespace: 'checkout',
    name: 'on-call',
  })
  const difference = await page.getByRole('region', { name: 'Difference' }).innerText()
  expect(difference).toMatch(/get secrets\s+prod\s+− loses\s+3/)
  expect(difference).toMatch(/get secrets\s+dev\s+= no change\s+12\s+also by developers/)
  const commands = await page.locator('.patch.command').innerText()
  expect(commands).toContain('git switch --create propose-quota-and-access origin/main')
  expect(commands).toContain("git add 'apps/quota-and-access/rbac.yaml'")
  const loaded = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download' }).click()
  expect(await readFile(await (await loaded).path(), 'utf8')).toBe(fleet.proposal_?.patch)
})

test('a quota is proposed otherwise from its row, and who would be over it is named', async () => {
  fleet.proposal_ = {
    repository: 'https://git.corp/fleet.git',
    branch: 'main',
    files: [],
    object: 'kind: ResourceQuota\n',
    refused: 'apps/quota.yaml:3: the object is written in a way that cannot be changed by itself',
    notes: ['ResourceQuota team stands in apps/edge.yaml:1 too'],
    clusters: 3,
    permissions: [],
    effects: [],
    bounds: [
      {
        resource: 'pods',
        from: '300',
        to: '100',
        clusters: 3,
        over: ['prod-eu-3'],
        overCount: 1,
        uncounted: 1,
      },
    ],
  }
  await page.goto(`${hub.url}/access/quota`)
  await page.getByRole('link', { name: 'Change…', exact: true }).first().click()
  await page.getByRole('textbox', { name: 'Bounds' }).fill('pods=100')
  await page.getByRole('button', { name: 'Show the change' }).click()
  await page.getByRole('cell', { name: /^prod-eu-3/ }).waitFor()
  const text = await page.locator('main').innerText()
  expect(text).toContain('There is no patch: apps/quota.yaml:3')
  expect(text).toContain('1 cluster told no use')
  expect(fleet.accessAsked.findLast((one) => 'change' in one)).toMatchObject({ bounds: ['pods=100'] })
})

test('whoever may only look is told why nothing can be proposed', async () => {
  const reader = await openReaderWindow(browser, hub)
  await reader.page.goto(`${hub.url}/access`)
  await reader.page.waitForSelector('.access-matrix tbody tr')
  expect(await reader.page.getByRole('button', { name: 'Propose a change' }).getAttribute('title')).toMatch(
    /does not hold the privilege operate/,
  )
  await reader.page.goto(`${hub.url}/access/propose?change=bound&bundle=x&namespace=a&name=b&bounds=pods%3D1`)
  await reader.page.getByText('You cannot propose a change').waitFor()
  expect(fleet.accessAsked.filter((one) => 'change' in one)).toEqual([])
  await reader.context.close()
})
