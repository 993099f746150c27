import { expect, test } from 'vitest'
import type { FleetMapView } from '../../../api/index.ts'
import { stateWords } from '../../../core/state/index.ts'
import { between, columnsFor, groupsOf, neighbour, pitchFor } from './map-layout.ts'

const map: FleetMapView = {
  version: 'a.1',
  whole: true,
  states: [...stateWords],
  environments: [
    { name: 'prod', tier: 'protected' },
    { name: 'dev', tier: 'sandbox' },
  ],
  labels: ['region'],
  groups: [
    { environment: 'dev', name: 'eu' },
    { environment: 'prod', name: 'eu' },
  ],
  legend: [],
  clusters: [
    ['prod-eu-10', 1, stateWords.indexOf('failed'), 0],
    ['prod-eu-2', 1, stateWords.indexOf('in-sync'), 0],
    ['prod-eu-1', 1, stateWords.indexOf('in-sync'), 0],
    ['dev-eu-1', 0, stateWords.indexOf('drifted'), 0],
  ],
  total: 4,
  answered: 4,
}
const namesOf = (order: 'name' | 'worst') =>
  groupsOf(map, order).map(({ cells }) => cells.map(({ name }) => name))

test('clusters stand by name, numbers as numbers, in the order of the environments', () => {
  expect(namesOf('name')).toEqual([['prod-eu-1', 'prod-eu-2', 'prod-eu-10'], ['dev-eu-1']])
})

test('worst first moves the failed one to the front of its group and no other', () => {
  expect(namesOf('worst')).toEqual([['prod-eu-10', 'prod-eu-1', 'prod-eu-2'], ['dev-eu-1']])
})

test('a state keeps no cluster from its place', () => {
  const healed = {
    ...map,
    clusters: map.clusters.map(([name, group]): [string, number, number, number] => [name, group, 6, 0]),
  }
  expect(groupsOf(healed, 'name').map(({ cells }) => cells.map(({ name }) => name))).toEqual(namesOf('name'))
})

test('arrows go from row to row and from group to group, and stay at the edges', () => {
  const groups = groupsOf(map, 'name')
  expect(neighbour(groups, 2, 'prod-eu-1', 'ArrowRight')).toBe('prod-eu-2')
  expect(neighbour(groups, 2, 'prod-eu-1', 'ArrowDown')).toBe('prod-eu-10')
  expect(neighbour(groups, 2, 'prod-eu-2', 'ArrowDown')).toBe('prod-eu-10')
  expect(neighbour(groups, 2, 'prod-eu-10', 'ArrowDown')).toBe('dev-eu-1')
  expect(neighbour(groups, 2, 'dev-eu-1', 'ArrowRight')).toBe('dev-eu-1')
  expect(between(groups, 'prod-eu-10', 'prod-eu-2')).toEqual(['prod-eu-2', 'prod-eu-10'])
})

test('the more clusters, the smaller the pitch; a thousand fit into 22 rows of 1,040 px', () => {
  expect([60, 400, 1_200, 5_000, 5_001].map(pitchFor)).toEqual(['cards', 32, 22, 12, 'bars'])
  expect(Math.ceil(1_000 / columnsFor(1_040, 22))).toBeLessThanOrEqual(22)
})
