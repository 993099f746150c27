import { expect, test } from 'vitest'
import { clusterOf } from '../../../../test/cli/example-fleet.ts'
import { cohortsOf } from './cohorts-of.ts'
import { compareClusters } from './compare-clusters.ts'

const differing = (...views: Parameters<typeof compareClusters>[0][number][]) =>
  compareClusters(views).rows.filter(({ differs }) => differs)

test('clusters that no field tells apart are one cohort, the largest first', () => {
  const rows = differing(
    clusterOf('a'),
    clusterOf('b', { version: '1.30.0' }),
    clusterOf('c'),
    clusterOf('d', { version: '1.30.0', labels: { region: 'us' } }),
    clusterOf('e'),
  )
  expect(cohortsOf(rows).map(({ name, clusters }) => [name, clusters])).toEqual([
    ['A', ['a', 'c', 'e']],
    ['B', ['b']],
    ['C', ['d']],
  ])
})

test('a cohort says of each field what it has, and whether that is what most have', () => {
  const rows = differing(clusterOf('a'), clusterOf('b', { version: '1.30.0' }), clusterOf('c'))
  const version = rows.findIndex(({ name }) => name === 'Kubernetes')
  expect(cohortsOf(rows).map(({ values }) => values[version])).toEqual([
    { value: '4.18.9', measure: true },
    { value: '1.30.0', measure: false },
  ])
})

test('a cluster that cannot be seen is in no cohort', () => {
  const rows = differing(
    clusterOf('a'),
    clusterOf('b', { version: '1.30.0' }),
    clusterOf('gone', { state: 'unreachable', drift: null }),
  )
  expect(cohortsOf(rows).flatMap(({ clusters }) => clusters)).toEqual(['a', 'b'])
})

test('more cohorts than letters go on with two letters', () => {
  const rows = differing(
    ...Array.from({ length: 28 }, (_, at) => clusterOf(`c${at}`, { version: `1.${at}.0` })),
  )
  expect(cohortsOf(rows).map(({ name }) => name)).toEqual(expect.arrayContaining(['A', 'Z', 'AA', 'AB']))
})
