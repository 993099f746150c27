import { expect, test } from 'vitest'
import { sharedApis } from './shared-apis.ts'

test('equal lists of served kinds are one value, other ones are not', () => {
  const first = sharedApis({ 'apps/v1': ['Deployment'] })
  expect(sharedApis({ 'apps/v1': ['Deployment'] })).toBe(first)
  expect(sharedApis({ 'apps/v1': ['Deployment', 'ReplicaSet'] })).not.toBe(first)
})
