import { beforeEach, expect, test } from 'vitest'
import type { FleetInMemory } from './fleet-in-memory.ts'
import { setStage, text } from './stage.ts'

const stage = setStage()
let fleet: FleetInMemory
beforeEach(() => {
  ;({ fleet } = stage())
  fleet.found = [
    {
      cluster: 'prod-eu-3',
      environment: 'prod',
      bundle: 'checkout',
      object: { group: 'apps', kind: 'Deployment', namespace: 'checkout', name: 'api' },
      state: 'drifted',
      labels: { team: 'checkout' },
      images: ['corp/api:1.4'],
      owners: [],
      replicas: 5,
      ready: 4,
    },
  ]
})
const ek = (...args: string[]) => stage().ek(...args)

test('search prints what was found, how much there is and what is old', async () => {
  const found = await ek('search', 'kind:Deployment', 'image~api', 'replicas>3')
  expect([found.code, found.stdout]).toEqual([
    0,
    text(
      'CLUSTER    ENV   OBJECT                   BUNDLE    STATE      REPLICAS',
      'prod-eu-3  prod  Deployment checkout/api  checkout  ◆ Drifted       4/5',
    ),
  ])
  expect(found.stderr).toContain('1 found (prod 1)')
  const wide = await ek('search', 'api', '-o', 'wide')
  expect(wide.stdout).toContain('corp/api:1.4')
  const json = JSON.parse((await ek('search', 'api', '-o', 'json')).stdout) as Record<string, unknown>
  expect(json).toMatchObject({ kind: 'SearchResult', total: 1 })
  expect((await ek('search', 'api', '-o', 'name')).stdout).toBe('prod-eu-3/deployment/checkout/api\n')
})

test('a field that is not indexed is an error with the nearest one, and nothing found says so', async () => {
  const wrong = await ek('search', 'kidn:Pod')
  expect([wrong.code, wrong.stdout]).toEqual([2, ''])
  expect(wrong.stderr).toContain('kidn is not indexed; did you mean kind?')
  fleet.found = []
  const none = await ek('search', 'kind:Pod')
  expect([none.code, none.stdout]).toEqual([0, ''])
  expect(none.stderr).toContain('nothing matches')
})
