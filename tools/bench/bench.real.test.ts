import { afterAll, beforeAll, expect, test } from 'vitest'
import { noiseAlone, noisy } from './drift-latency.ts'
import { lookOn } from './idle-cost.ts'
import { atRevision, configMaps } from './load.ts'
import { keyOfObject } from './observer.ts'
import { readServed, servedBetween } from './requests-served.ts'
import { type Stage, setStage } from './stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage()
  await stage.namespace('m2-ours')
  const objects = configMaps('m2-ours', 'cm', 20, '1')
  const seen = stage.observer.until(objects.map(keyOfObject), atRevision('1'))
  await stage.hub.deliver(new Map([['first', [...objects, noisy]]]))
  await seen
  await stage.hub.settled()
})

afterAll(() => stage.stop())

test('an idle hub asks a cluster at most whether it is still the same one', async () => {
  const { requests } = await lookOn(stage, 22, 0.1)
  expect(requests).toBeLessThanOrEqual(1)
})

test('a commit that changes one bundle sends no write for another', async () => {
  const before = await readServed(stage.rogue)
  const objects = configMaps('m2-ours', 'other', 1, '1')
  const seen = stage.observer.until(objects.map(keyOfObject), atRevision('1'))
  await stage.hub.deliver(new Map([['second', objects]]))
  await seen
  await stage.hub.settled()
  const served = servedBetween(before, await readServed(stage.rogue))
  // The one object, and the parent of its apply set: made before it, completed after it.
  expect(served.get('APPLY configmaps')).toBe(1)
  expect(served.get('POST configmaps')).toBe(1)
  expect(served.get('PUT configmaps')).toBe(1)
  expect([...served.keys()].filter((request) => request.endsWith(' deployments'))).toEqual([])
})

test('status updates of an object of ours cause no request', async () => {
  const { statusUpdates, requests, which } = await noiseAlone(stage, 3)
  expect(statusUpdates).toBeGreaterThan(0)
  expect({ requests, which }).toEqual({ requests: 0, which: [] })
})
