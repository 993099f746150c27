import { describe, expect, test } from 'vitest'
import { loadFleet } from '../../fleet/index.ts'
import { keepLastGood } from './keep-last-good.ts'

const head = 'apiVersion: evenkeel.dev/v1alpha1\n'
const files = {
  'fleet/evenkeel.yaml': `${head}kind: Fleet\nmetadata: {name: corp}\n`,
  'fleet/environments/prod.yaml': `${head}kind: Environment\nmetadata: {name: prod}\nspec: {tier: protected}\n`,
  'fleet/clusters/a.yaml': `${head}kind: Cluster\nmetadata: {name: a}\nspec: {environment: prod, connect: {kubeconfig: {secret: a}}}\n`,
  'fleet/bundles/shop.yaml': `${head}kind: Bundle\nmetadata: {name: shop}\nspec: {source: {path: apps/shop}, placement: {where: "true"}}\n`,
  'fleet/bundles/bank.yaml': `${head}kind: Bundle\nmetadata: {name: bank}\nspec: {source: {path: apps/bank}, placement: {where: "true"}}\n`,
}

const load = (changes: Readonly<Record<string, string | undefined>> = {}) =>
  loadFleet(
    new Map(
      Object.entries({ ...files, ...changes }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  )
const before = load().model

function after(changes: Readonly<Record<string, string | undefined>>) {
  const { model, kept } = keepLastGood(before, load(changes))
  return {
    kept: kept.map(({ kind, name }) => `${kind} ${name}`).toSorted(),
    environments: [...model.environments.keys()],
    clusters: [...model.clusters.keys()],
    bundles: [...model.bundles.keys()].toSorted(),
    fleet: model.fleet?.value.metadata.name,
    model,
  }
}

const whole = { environments: ['prod'], clusters: ['a'], bundles: ['bank', 'shop'], fleet: 'corp' }

describe('incident 3: what cannot be read stays as it was', () => {
  test.each([
    ['is no YAML', 'kind: [\n'],
    ['has an unknown field', files['fleet/bundles/shop.yaml'].replace('spec: {', 'spec: {nope: 1, ')],
    ['has a misspelt kind', files['fleet/bundles/shop.yaml'].replace('kind: Bundle', 'kind: Bundel')],
    ['has an expression that does not compile', files['fleet/bundles/shop.yaml'].replace('"true"', '"tru("')],
    ['lost its name', files['fleet/bundles/shop.yaml'].replace('{name: shop}', '{}')],
    [
      'was renamed and broken in one commit',
      files['fleet/bundles/shop.yaml'].replace('shop}', 'store}').replace('spec: {', 'spec: {nope: 1, '),
    ],
  ])('a bundle whose file %s', (_, text) => {
    expect(after({ 'fleet/bundles/shop.yaml': text })).toMatchObject({ ...whole, kept: ['Bundle shop'] })
  })

  test('a bundle whose file was moved and broken in one commit', () => {
    const moved = {
      'fleet/bundles/shop.yaml': undefined,
      'fleet/bundles/b.yaml': files['fleet/bundles/shop.yaml'].replace('spec: {', 'spec: {nope: 1, '),
    }
    expect(after(moved)).toMatchObject({ ...whole, kept: ['Bundle shop'] })
  })

  test('a cluster whose file is broken, and one whose environment went away, with that environment', () => {
    expect(after({ 'fleet/clusters/a.yaml': 'x: [' })).toMatchObject({ ...whole, kept: ['Cluster a'] })
    const without = after({ 'fleet/environments/prod.yaml': undefined })
    expect(without).toMatchObject({ ...whole, kept: ['Cluster a', 'Environment prod'] })
    expect(without.model.environments.get('prod')?.value.spec?.tier).toBe('protected')
  })

  test('the fleet whose evenkeel.yaml is broken, keeping what the other files newly say', () => {
    const seen = after({
      'fleet/evenkeel.yaml': `${files['fleet/evenkeel.yaml']}nope: 1\n`,
      'fleet/bundles/bank.yaml': undefined,
    })
    expect(seen).toMatchObject({ ...whole, bundles: ['shop'], kept: ['Fleet corp'] })
  })

  test.each([
    ['is gone', { 'fleet/evenkeel.yaml': undefined }],
    ['is there twice', { 'other/evenkeel.yaml': files['fleet/evenkeel.yaml'] }],
  ])('everything, when evenkeel.yaml %s', (_, changes) => {
    const seen = after(changes)
    expect(seen).toMatchObject(whole)
    expect(seen.kept.length).toBeGreaterThan(0)
  })
})

test('what a readable fleet does not declare any more is gone', () => {
  expect(after({ 'fleet/bundles/shop.yaml': undefined })).toMatchObject({
    ...whole,
    bundles: ['bank'],
    kept: [],
  })
  const emptied = after({
    'fleet/bundles/shop.yaml': undefined,
    'fleet/bundles/bank.yaml': undefined,
    'fleet/clusters/a.yaml': undefined,
  })
  expect(emptied).toMatchObject({ bundles: [], clusters: [], kept: [] })
})

test('a broken file keeps nothing that another, readable file has given up', () => {
  const changes = { 'fleet/bundles/shop.yaml': 'kind: [', 'fleet/bundles/bank.yaml': undefined }
  expect(after(changes)).toMatchObject({ bundles: ['shop'], kept: ['Bundle shop'] })
})

test('the first load of a fleet takes what there is', () => {
  expect(keepLastGood(undefined, load({ 'fleet/bundles/shop.yaml': 'x: [' })).model.bundles.size).toBe(1)
})
