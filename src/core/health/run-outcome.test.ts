import { expect, test } from 'vitest'
import type { JsonMap, KubeObject } from '../object/index.ts'
import { runOutcome } from './index.ts'

function state(apiVersion: string, kind: string, status: JsonMap): string {
  const object: KubeObject = { apiVersion, kind, metadata: { name: 'x' }, status }
  return runOutcome(object).state
}

const isTrue = (type: string): JsonMap => ({ conditions: [{ type, status: 'True' }] })

test('a Job ends by its conditions, not by being healthy', () => {
  expect(state('batch/v1', 'Job', {})).toBe('running')
  expect(state('batch/v1', 'Job', { startTime: '2026-01-01T00:00:00Z', active: 1 })).toBe('running')
  expect(state('batch/v1', 'Job', isTrue('SuccessCriteriaMet'))).toBe('running')
  expect(state('batch/v1', 'Job', isTrue('Complete'))).toBe('succeeded')
  expect(state('batch/v1', 'Job', isTrue('Failed'))).toBe('failed')
})

test('a Pod ends by its phase', () => {
  expect(
    ['', 'Pending', 'Running', 'Succeeded', 'Failed'].map((phase) => state('v1', 'Pod', { phase })),
  ).toEqual(['running', 'running', 'running', 'succeeded', 'failed'])
})

test('another kind has done what it is for when it is Current', () => {
  expect(state('v1', 'ConfigMap', {})).toBe('succeeded')
  expect(state('v1', 'PersistentVolumeClaim', { phase: 'Pending' })).toBe('running')
})
