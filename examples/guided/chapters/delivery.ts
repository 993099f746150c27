import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Storyteller } from '../storyteller.ts'

const waitsForApproval = ({ waits }: { readonly waits: readonly string[] }): boolean =>
  waits.some((one) => one.startsWith('approval'))

/** The fleet begins empty; everything is delivered, in stages. */
export async function deliverInStages(story: Storyteller): Promise<void> {
  story.teller.chapter('1. What Git declares is delivered, in stages')
  await Promise.all(
    ['shop', 'gateway'].map((bundle) => story.untilRun(bundle, 'waits for an approval', waitsForApproval)),
  )
  await story.ek(0, 'get', 'rollouts')
  await story.ek(0, 'rollout', 'status', 'shop')
  story.aside('production is protected: a person lets the changes go there')
  for (const bundle of ['shop', 'gateway']) {
    await story.ek(0, 'rollout', 'approve', bundle, '--confirm=2', '--reason', 'first delivery')
    await story.untilRun(bundle, 'is done', ({ state }) => state === 'done')
  }
  await story.ek(0, 'get', 'bundles')
  await story.ek(0, 'status')
}

/** A good commit: seen before it comes to production, and proved after. */
export async function releaseWithProof(story: Storyteller): Promise<void> {
  story.teller.chapter('2. A release: its effect before, the proof after')
  const revision = await release(story, 'api:1.4', 'api:1.5', 'Release 1.5')
  await story.untilRun(
    'shop',
    'waits for its approval',
    (run) => run.revision === revision && waitsForApproval(run),
  )
  story.aside('dev and stage have it; what production would get is shown before it gets it')
  await story.ek(1, 'diff', 'shop')
  await story.ek(0, 'rollout', 'approve', 'shop', '--confirm=2', '--reason', 'release 1.5')
  await story.untilRun('shop', 'is done', ({ state }) => state === 'done')
  await story.ek(0, 'describe', 'bundle', 'shop')
  await story.ek(0, 'trace', 'prod-eu-1', 'shop/deploy/api')
}

/** A bad release ends at the canary, which goes back by itself. */
export async function failAtTheCanary(story: Storyteller): Promise<void> {
  story.teller.chapter('3. A bad release fails at the canary and goes back by itself')
  const revision = await release(story, 'api:1.5', 'api:1.6-broken', 'Release 1.6')
  await story.untilRun('shop', 'went back', (run) => run.revision === revision && run.state === 'reverted')
  await story.ek(1, 'rollout', 'status', 'shop')
  await story.ek(0, 'events', '--bundle', 'shop', '--limit', '8')
  story.aside('the canary has 1.5 again; no other cluster ever saw 1.6')
  for (const name of ['dev-1', 'stage-1', 'prod-eu-1', 'prod-us-1'] as const) {
    const image = 'jsonpath={.spec.template.spec.containers[0].image}'
    const args = ['get', 'deployment', 'api', '-n', 'shop', '-o', image]
    const live = await story.stage.clusters[name].mustKubectl('alice', args)
    story.teller.shown(`${name}: ${live}`)
    if (!live.endsWith('api:1.5')) throw new Error(`${name} runs ${live}`)
    const log = await readFile(story.stage.clusters[name].auditLog, 'utf8')
    if (log.includes('api:1.6-broken') !== (name === 'dev-1'))
      throw new Error(`${name}: wrong images written`)
  }
  story.teller.typed('git revert --no-edit HEAD')
  story.stage.git('revert', '--no-edit', 'HEAD')
  await story.eventually(
    'every cluster is what Git says',
    async () => (await story.stage.ek('diff', 'shop')).code === 0,
  )
  await story.ek(0, 'diff', 'shop')
}

/** The change that a freeze held up is promoted: production gets it when somebody approves. */
export async function promote(story: Storyteller): Promise<void> {
  story.teller.chapter('6. Promotion: production gets it when somebody approves')
  const before = await password(story)
  await story.untilRun('gateway', 'waits for its approval', waitsForApproval)
  await story.ek(0, 'rollout', 'status', 'gateway')
  await story.ek(0, 'promote', 'gateway', '--to', 'prod', '--confirm=2', '--reason', 'more guests')
  await story.untilRun('gateway', 'is done', ({ state }) => state === 'done')
  await story.ek(0, 'rollout', 'status', 'gateway')
  if ((await password(story)) !== before) throw new Error('the password of the chart changed')
  story.aside('the password that the chart draws at random is the one that it drew first')
  await story.ek(0, 'get', 'rollouts')
  await story.ek(0, 'get', 'bundles')
}

async function password({ stage }: Storyteller): Promise<string> {
  const args = ['get', 'secret', 'gateway-admin', '-n', 'gateway', '-o', 'jsonpath={.data.password}']
  return await stage.clusters['prod-eu-1'].mustKubectl('alice', args)
}

async function release(story: Storyteller, from: string, to: string, message: string): Promise<string> {
  return await commitEdit(story, 'apps/shop/base/api.yaml', [from, to], message)
}

/** Edits a file as `sed` would, commits it, and answers the revision. */
export async function commitEdit(
  { stage, teller }: Storyteller,
  path: string,
  [from, to]: readonly [string, string],
  message: string,
): Promise<string> {
  const file = join(stage.repository, path)
  await writeFile(file, (await readFile(file, 'utf8')).replace(from, to))
  teller.typed(`sed -i 's/${from}/${to}/' ${path} && git commit -am '${message}'`)
  stage.git('commit', '--quiet', '-am', message)
  return stage.git('rev-parse', 'HEAD').trim()
}
