import { describe, expect, test } from 'vitest'
import { loadFleet } from '../../fleet/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import { decideAssignments, type DecisionInput, type Rendering } from './decide-assignments.ts'

const head = 'apiVersion: evenkeel.dev/v1alpha1\n'

function model(bundles: Readonly<Record<string, string>>, clusters: readonly string[] = ['a', 'b']) {
  const files = new Map([
    [
      'evenkeel.yaml',
      `${head}kind: Fleet\nmetadata: {name: corp}\nspec: {defaults: {prune: {count: 3}, healAfter: 1m}}\n`,
    ],
    ['environments/prod.yaml', `${head}kind: Environment\nmetadata: {name: prod}\nspec: {mode: enforce}\n`],
  ])
  for (const name of clusters) {
    const spec = `{environment: prod, labels: {name: ${name}}, connect: {kubeconfig: {secret: x}}}`
    files.set(`clusters/${name}.yaml`, `${head}kind: Cluster\nmetadata: {name: ${name}}\nspec: ${spec}\n`)
  }
  for (const [name, where] of Object.entries(bundles)) {
    const spec = `{source: {path: apps/${name}}, placement: {where: ${JSON.stringify(where)}}}`
    files.set(`bundles/${name}.yaml`, `${head}kind: Bundle\nmetadata: {name: ${name}}\nspec: ${spec}\n`)
  }
  const loaded = loadFleet(files)
  expect(loaded.problems).toEqual([])
  return loaded.model
}

const rendered = (variant: string, complete = true): Rendering => ({
  rendered: true,
  revision: 'c2',
  variant,
  complete,
  problems: [],
})
const problem = { file: 'x', line: 1, subject: 'x', message: 'broken', severity: 'error' } as const

async function decide(input: Partial<DecisionInput> & Pick<DecisionInput, 'model'>) {
  const decided = await decideAssignments({
    previous: new Map(),
    facts: () => undefined,
    hasLeft: () => false,
    render: (bundle) => Promise.resolve(rendered(`v-${bundle.value.metadata.name}`)),
    ...input,
  })
  const short = (one: Assignment): string =>
    `${one.bundle}@${one.revision}:${one.variant}${one.withdrawn === undefined ? '' : ' withdrawn'}`
  return {
    ...decided,
    lists: Object.fromEntries([...decided.assignments].map(([cluster, list]) => [cluster, list.map(short)])),
  }
}

async function had(bundles: Readonly<Record<string, string>>) {
  return (
    await decide({
      model: model(bundles),
      render: (bundle) =>
        Promise.resolve({ ...rendered(`old-${bundle.value.metadata.name}`), revision: 'c1' }),
    })
  ).assignments
}

test('every chosen cluster gets every setting, resolved along bundle, cluster, environment and fleet', async () => {
  const { assignments, lists } = await decide({ model: model({ shop: 'true', bank: "labels.name == 'b'" }) })
  expect(lists).toEqual({ a: ['shop@c2:v-shop'], b: ['bank@c2:v-bank', 'shop@c2:v-shop'] })
  expect(assignments.get('a')?.[0]).toEqual({
    bundle: 'shop',
    revision: 'c2',
    variant: 'v-shop',
    complete: true,
    mode: 'enforce',
    healAfter: { people: 60_000, others: 60_000 },
    additions: 'report',
    namespaces: 'ignore',
    ignore: [],
    prune: 'auto',
    pruneBound: { maxObjects: 3, maxPercent: 25 },
    waveTimeout: 300_000,
    createNamespace: false,
  })
})

test('a bundle that a readable fleet gave up is withdrawn, with its last rendering and the reason', async () => {
  const { assignments, lists } = await decide({
    model: model({ bank: 'true' }),
    previous: await had({ shop: 'true' }),
  })
  expect(lists).toMatchObject({ a: ['bank@c2:v-bank', 'shop@c1:old-shop withdrawn'] })
  expect(assignments.get('a')?.[1]?.withdrawn?.reason).toBe(
    'bundle shop is not in the fleet repository any more',
  )
})

test('a cluster that placement does not choose any more has the bundle withdrawn, until it has left', async () => {
  const now = model({ shop: "labels.name == 'b'" })
  const first = await decide({ model: now, previous: await had({ shop: 'true' }) })
  expect(first.lists).toEqual({ a: ['shop@c1:old-shop withdrawn'], b: ['shop@c2:v-shop'] })
  expect(first.assignments.get('a')?.[0]?.withdrawn?.reason).toContain('does not choose this cluster')
  const second = await decide({ model: now, previous: first.assignments })
  expect(second.lists['a']).toEqual(['shop@c1:old-shop withdrawn'])
  const left = await decide({ model: now, previous: first.assignments, hasLeft: () => true })
  expect(left.lists).toEqual({ a: [], b: ['shop@c2:v-shop'] })
})

test('a bundle that has left long ago and is chosen again is delivered again', async () => {
  const now = model({ shop: "labels.name == 'b'" })
  const { assignments } = await decide({ model: now, previous: await had({ shop: 'true' }) })
  const again = await decide({ model: model({ shop: 'true' }), previous: assignments, hasLeft: () => true })
  expect(again.lists['a']).toEqual(['shop@c2:v-shop'])
})

describe('incidents 2, 3 and 4: what is not known shrinks nothing', () => {
  test('a rendering that fails leaves what was there, and gives a new cluster nothing', async () => {
    const { lists, problems } = await decide({
      model: model({ shop: 'true' }),
      previous: new Map([['a', (await had({ shop: 'true' })).get('a') ?? []]]),
      render: () => Promise.resolve({ rendered: false, problems: [problem] }),
    })
    expect(lists).toEqual({ a: ['shop@c1:old-shop'], b: [] })
    expect(problems.get('shop')).toEqual([problem])
  })

  test('a placement without an answer keeps the bundle where it is and adds it nowhere', async () => {
    const now = model({ shop: "facts.platform == 'openshift'" })
    const known = new Map([['a', (await had({ shop: 'true' })).get('a') ?? []]])
    const { lists, unknown } = await decide({ model: now, previous: known })
    expect(lists).toEqual({ a: ['shop@c2:v-shop'], b: [] })
    expect(unknown.get('shop')?.map(({ cluster }) => cluster)).toEqual(['a', 'b'])
  })

  test('a placement without an answer neither withdraws nor takes a withdrawal back', async () => {
    const withdrawn = await decide({ model: model({ shop: 'false' }), previous: await had({ shop: 'true' }) })
    expect(withdrawn.lists['a']).toEqual(['shop@c1:old-shop withdrawn'])
    const now = model({ shop: "facts.platform == 'openshift'" })
    const { lists } = await decide({ model: now, previous: withdrawn.assignments })
    expect(lists['a']).toEqual(['shop@c1:old-shop withdrawn'])
  })

  test('an incomplete rendering is marked, so that nothing is pruned by it', async () => {
    const { assignments } = await decide({
      model: model({ shop: 'true' }),
      render: () => Promise.resolve(rendered('v', false)),
    })
    expect(assignments.get('a')?.[0]?.complete).toBe(false)
  })
})

test('incident 12: a cluster whose record went away is in no list, and its bundles are not withdrawn', async () => {
  const previous = await had({ shop: 'true' })
  const { lists } = await decide({ model: model({ shop: 'true' }, ['b']), previous })
  expect(Object.keys(lists)).toEqual(['b'])
})

test('deciding twice changes nothing', async () => {
  const now = model({ shop: 'true', bank: "labels.name == 'b'" })
  const first = await decide({ model: now, previous: await had({ shop: 'true', old: 'true' }) })
  const second = await decide({ model: now, previous: first.assignments })
  expect(second.assignments).toEqual(first.assignments)
})

test('a placement that chooses no cluster is said, not silent', async () => {
  const { problems, lists } = await decide({ model: model({ shop: "environment == 'nowhere'" }) })
  expect(lists).toEqual({ a: [], b: [] })
  expect(problems.get('shop')).toMatchObject([
    { severity: 'warning', message: `no cluster matches placement "environment == 'nowhere'"` },
  ])
})
