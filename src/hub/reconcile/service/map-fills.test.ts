import { expect, test } from 'vitest'
import { driftAgeFill, quotaFill, versionFill } from './map-fills.ts'

const now = Date.parse('2026-11-29T12:00:00Z')
const ago = (minutes: number): string => new Date(now - minutes * 60_000).toISOString()

test('the age of the oldest difference is one of five steps, and none is the first of them', () => {
  const { legend, stepOf } = driftAgeFill(now)
  const said = (firstSeen: string | undefined) => legend[stepOf(firstSeen)]
  expect(said(undefined)).toBe('nothing differs')
  expect([ago(0), ago(9.9)].map(said)).toEqual(['under 10 min', 'under 10 min'])
  expect([ago(10), ago(59)].map(said)).toEqual(['under 1 h', 'under 1 h'])
  expect([ago(60), ago(24 * 60 - 1)].map(said)).toEqual(['under 24 h', 'under 24 h'])
  expect([ago(24 * 60), ago(1e6)].map(said)).toEqual(['longer', 'longer'])
})

test('a difference that a clock ahead of ours dates into the future is a new one', () => {
  const { legend, stepOf } = driftAgeFill(now)
  expect(legend[stepOf(ago(-3))]).toBe('under 10 min')
})

test('versions stand newest first, by their numbers, each once', () => {
  const { legend, stepOf } = versionFill(['1.9.3', '1.31.10', '1.31.9', '1.31.9'])
  expect(legend).toEqual(['1.31.10', '1.31.9', '1.9.3', 'not known'])
  expect(['1.31.10', '1.9.3'].map(stepOf)).toEqual([0, 2])
})

test('beyond four versions the others are older, and what is not known is never taken for one of them', () => {
  const { legend, stepOf } = versionFill(['1.30.1', '1.31.1', '1.32.1', '1.33.1', '1.34.1', '1.29.1', ''])
  expect(legend).toEqual(['1.34.1', '1.33.1', '1.32.1', '1.31.1', 'older', 'not known'])
  expect(['1.30.1', '1.29.1'].map((version) => legend[stepOf(version)])).toEqual(['older', 'older'])
  expect(legend[stepOf('')]).toBe('not known')
})

test('a fleet of which nothing is known says that of every cluster', () => {
  const { legend, stepOf } = versionFill(['', ''])
  expect([legend, stepOf('')]).toEqual([['not known'], 0])
})

test('the fullest quota is one of four steps, and what was not counted is not known', () => {
  const said = (full: number | undefined) => quotaFill.legend[quotaFill.stepOf(full)]
  expect([undefined, -1].map(said)).toEqual(['not known', 'not known'])
  expect([0, 0.49, 0.5, 0.75, 0.9, 1.4].map(said)).toEqual([
    'under 50 %',
    'under 50 %',
    '50 % or more',
    '75 % or more',
    '90 % or more',
    '90 % or more',
  ])
})

test('no legend is longer than the six fills that the pages draw', () => {
  const many = Array.from({ length: 40 }, (_, at) => `1.${at}.0`)
  expect(versionFill([...many, '']).legend.length).toBeLessThanOrEqual(6)
  for (const { legend } of [driftAgeFill(now), quotaFill]) expect(legend.length).toBeLessThanOrEqual(6)
})
