import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureGitea, type Gitea, startGitea } from '../../tools/gitea/index.ts'
import { head, until } from '../hub/hub-under-test.ts'
import { HubRig } from '../hub/rig.ts'

/** What a real forge shows of a commit, the newest words of each status. */
interface Shown {
  readonly context: string
  readonly status: string
  readonly description: string
  readonly target_url: string
}

const secret = 'canary-gitea-webhook'
let gitea: Gitea
let rig: HubRig

beforeAll(async () => {
  await ensureGitea()
  gitea = await startGitea()
  rig = await HubRig.create()
  const url = await gitea.createRepository(`fleet-${rig.id}`)
  const withUser = url.replace('http://', `http://${gitea.user}:${gitea.password}@`)
  rig.fleet.git('remote', 'add', 'origin', withUser)
  await rig.giveCredential('forge', gitea.token)
  await rig.giveCredential('hook', secret)
  rig.spec = {
    ...rig.spec,
    // What is seen sooner than in an hour, the webhook made it see.
    fleet: { url, branch: 'main', credential: 'forge', poll: '1h' },
    webhooks: { gitea: { secret: 'hook' } },
    forges: [{ host: '127.0.0.1', kind: 'gitea', api: `${gitea.url}/api/v1`, credential: 'forge' }],
    publicUrl: 'https://evenkeel.example.com',
  }
  await rig.fleet.commit(rig.files())
  push()
  await rig.start()
  await gitea.api('POST', `/repos/${gitea.user}/fleet-${rig.id}/hooks`, {
    type: 'gitea',
    active: true,
    events: ['push'],
    config: { url: `${rig.hub.local.url}/api/v1/webhooks/git/gitea`, content_type: 'json', secret },
  })
}, 900_000)

afterAll(async () => {
  await rig.stop()
  await gitea.stop()
})

function push(): void {
  rig.fleet.git('push', '--quiet', '--force', 'origin', 'main')
}

async function shown(commit: string): Promise<Shown[]> {
  const path = `/repos/${gitea.user}/fleet-${rig.id}/commits/${commit}/status`
  const answer = (await gitea.api('GET', path)) as { readonly statuses: readonly Shown[] | null }
  return [...(answer.statuses ?? [])].toSorted((one, two) => (one.context < two.context ? -1 : 1))
}

/** Waits until every status of a commit is as wanted, by its context. */
function stands(commit: string, wanted: Readonly<Record<string, string>>): Promise<Shown[]> {
  return until(
    `the statuses of ${commit} are ${JSON.stringify(wanted)}`,
    () => shown(commit),
    (statuses) =>
      Object.entries(wanted).every(([context, status]) =>
        statuses.some((one) => one.context === context && one.status === status),
      ),
  )
}

describe('a real forge', () => {
  test('announces a push, and shows on the commit what became of it on the clusters', async () => {
    const first = rig.fleet.git('rev-parse', 'HEAD')
    const shop = `evenkeel/${rig.bundle('shop')}`
    const [fleet, run] = await stands(first, { 'evenkeel/fleet': 'success', [shop]: 'success' })
    expect(fleet?.description).toBe('read and rendered for 2 clusters')
    expect(run?.description).toBe('2/2 clusters healthy')
    expect(run?.target_url).toMatch(
      new RegExp(`^https://evenkeel.example.com/bundles/${rig.bundle('shop')}/runs/r-[0-9a-f]+$`),
    )
    const second = await rig.fleet.commit({ 'apps/shop/one.yaml': rig.configMapFile('one', 'announced') })
    push()
    await rig.inSync(second)
    await stands(second, { 'evenkeel/fleet': 'success', [shop]: 'success' })
  })

  test('shows a commit that cannot be read, and one that a cluster refuses, each with its reason', async () => {
    const broken = await rig.fleet.commit({ 'apps/shop/one.yaml': 'kind: [\n' })
    push()
    const [fleet] = await stands(broken, { 'evenkeel/fleet': 'failure' })
    expect(fleet?.description).toMatch(/^1 problem: .*apps\/shop\/one\.yaml/)
    const refused = await rig.fleet.commit({
      'apps/shop/one.yaml': rig.configMapFile('one', 'x', `absent-${rig.id}`),
      'fleet/bundles/shop.yaml': rig.bundleFile('shop', 'placement: {where: "true"}, drift: {healAfter: 1h}'),
    })
    push()
    const shop = `evenkeel/${rig.bundle('shop')}`
    const statuses = await stands(refused, { [shop]: 'failure' })
    expect(statuses.find(({ context }) => context === shop)?.description).toMatch(
      /^stopped at .*: .*not found/,
    )
  })

  test('shows the pull request by which a difference is accepted', async () => {
    await rig.fleet.commit(rig.files())
    push()
    await rig.inSync(rig.fleet.git('rev-parse', 'HEAD'))
    await rig.edit('old', 'one', 'by hand')
    await until(
      'it is open',
      () => rig.client.drift({ query: { bundle: rig.bundle('shop') } }),
      ({ total }) => total === 1,
    )
    const done = await rig.ek(
      'drift',
      'accept',
      'old',
      `${rig.namespace}/cm/one`,
      '--reason',
      'the on-call',
      '--pr',
      '--yes',
    )
    expect(done).toMatchObject({ code: 0 })
    const page = /^PR (\S+)$/m.exec(done.stdout)?.[1] ?? ''
    expect(page).toBe(`${gitea.url}/${gitea.user}/fleet-${rig.id}/pulls/1`)
    const pull = await gitea.api('GET', `/repos/${gitea.user}/fleet-${rig.id}/pulls/1`)
    expect(pull).toMatchObject({
      title: `Accept ConfigMap/${rig.namespace}/one: data.value in bundle ${rig.bundle('shop')}`,
      body: expect.stringContaining('It hides 1 open difference on 1 cluster.'),
      base: { ref: 'main' },
      mergeable: true,
    })
  })

  test('keeps showing that a run waits for its approval, and that it was superseded', async () => {
    const guarded = `${head}kind: Bundle\nmetadata: {name: ${rig.bundle('asked')}}\nspec: {source: {path: apps/asked}, placement: {where: "true"}, rollout: {stages: [{name: all, gates: [{approval: {}}]}]}}\n`
    const waiting = await rig.fleet.commit({
      ...rig.files(),
      'fleet/bundles/asked.yaml': guarded,
      'apps/asked/one.yaml': rig.configMapFile('asked', '1'),
    })
    push()
    const asked = `evenkeel/${rig.bundle('asked')}`
    const pending = await stands(waiting, { [asked]: 'pending' })
    expect(pending.find(({ context }) => context === asked)?.description).toContain('waits: ')
    const next = await rig.fleet.commit({ 'apps/asked/one.yaml': rig.configMapFile('asked', '2') })
    push()
    await stands(next, { [asked]: 'pending' })
    await stands(waiting, { [asked]: 'warning' })
  })
})
