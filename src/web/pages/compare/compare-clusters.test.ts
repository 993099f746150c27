import { expect, test } from 'vitest'
import { clusterOf } from '../../../../test/cli/example-fleet.ts'
import { compareClusters } from './compare-clusters.ts'

const three = [clusterOf('a'), clusterOf('b', { version: '1.30.0' }), clusterOf('c')]
const row = (views: typeof three, name: string) =>
  compareClusters(views).rows.find((one) => one.name === name)

test('the value of most clusters is the measure, and the others differ from it', () => {
  expect(row(three, 'Kubernetes')).toMatchObject({
    differs: true,
    values: [
      { value: '4.18.9', clusters: ['a', 'c'], measure: true },
      { value: '1.30.0', clusters: ['b'], measure: false },
    ],
  })
})

test('a cluster that cannot be seen is named and never counted as equal', () => {
  const { rows, unknown } = compareClusters([
    ...three,
    clusterOf('gone', { state: 'unreachable', drift: null }),
  ])
  expect(unknown.map(({ name }) => name)).toEqual(['gone'])
  expect(rows.flatMap(({ values }) => values.flatMap(({ clusters }) => clusters))).not.toContain('gone')
})

test('what one cluster has and another lacks differs', () => {
  const views = [clusterOf('a', { labels: { region: 'eu', team: 'x' } }), clusterOf('b')]
  expect(row(views, 'label team')?.values.map(({ value }) => value)).toEqual(['x', 'absent'])
})
