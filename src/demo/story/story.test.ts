import { expect, test } from 'vitest'
import { drawFleet } from '../fleet/draw-fleet.ts'
import { beats } from './scene.ts'
import { roundMs, scenesOfRound, story } from './story.ts'

const fleet = drawFleet(300, 'one')
const clustersOf = ({ act }: ReturnType<typeof scenesOfRound>[number]) =>
  'clusters' in act ? act.clusters : []

test('the same seed draws the same fleet and tells the same story, another one another', () => {
  expect(drawFleet(300, 'one')).toEqual(fleet)
  expect(drawFleet(300, 'two')).not.toEqual(fleet)
  for (const round of [0, 1, 7]) {
    expect(scenesOfRound('one', fleet, round)).toEqual(scenesOfRound('one', fleet, round))
    expect(scenesOfRound('two', fleet, round)).not.toEqual(scenesOfRound('one', fleet, round))
  }
  expect(scenesOfRound('one', fleet, 1)).not.toEqual(scenesOfRound('one', fleet, 2))
})

test.each([12, 57, 300, 1_000])(
  '%i clusters are as many as asked for, in three environments, each with a name',
  (count) => {
    const clusters = drawFleet(count, 'one')
    expect(new Set(clusters.map(({ name }) => name)).size).toBe(count)
    expect(new Set(clusters.map(({ environment }) => environment))).toEqual(new Set(['dev', 'stage', 'prod']))
    // The canary of every rollout.
    expect(clusters.map(({ name }) => name)).toContain('dev-eu-1')
  },
)

test('a fleet of 300 has five regions, two platforms and four releases', () => {
  const seen = (of: (one: (typeof fleet)[number]) => string) => [...new Set(fleet.map(of))].toSorted()
  expect(seen(({ region }) => region)).toEqual(['ap', 'edge', 'eu', 'sa', 'us'])
  expect(seen(({ platform }) => platform.replace(/-.*/, ''))).toEqual(['kubernetes', 'openshift'])
  expect(seen(({ version }) => version)).toEqual(['1.33', '1.34', '1.35', '1.36'])
})

test('the opening has every beat within five minutes, and the incident on 37 clusters of production within one', () => {
  const opening = scenesOfRound('one', fleet, 0)
  const firsts = beats.map((beat) => opening.find((scene) => scene.beat === beat))
  expect(firsts.every((scene) => scene !== undefined && scene.at < 300_000)).toBe(true)
  const [incident] = firsts
  expect(incident?.at).toBeLessThan(60_000)
  const touched = incident === undefined ? [] : clustersOf(incident)
  expect(touched).toHaveLength(37)
  expect(touched.every((name) => name.startsWith('prod-'))).toBe(true)
})

test('a round has ended before the next one begins, whatever the seed', () => {
  for (const seed of ['one', 'two', 'three']) {
    for (const round of [0, 1, 2, 3]) {
      for (const { at } of scenesOfRound(seed, fleet, round)) {
        expect(at).toBeGreaterThanOrEqual(round * roundMs)
        expect(at).toBeLessThan((round + 1) * roundMs)
      }
    }
  }
})

test('what a round breaks for a time it mends: faults, load and webhooks end where they began', () => {
  for (const round of [0, 1, 2, 3, 4, 5]) {
    const last = new Map<string, unknown>()
    for (const { act } of scenesOfRound('one', fleet, round)) {
      if (act.kind === 'faults') for (const name of act.clusters) last.set(`faults ${name}`, act.faults)
      if (act.kind === 'webhook') for (const name of act.clusters) last.set(`webhook ${name}`, act.installed)
    }
    for (const state of last.values()) expect([{}, false]).toContainEqual(state)
  }
})

test('the story never ends, and its scenes come in order', () => {
  let before = 0
  let told = 0
  for (const { at } of story('one', fleet)) {
    expect(at).toBeGreaterThanOrEqual(before)
    before = at
    told += 1
    if (told === 500) break
  }
  expect(told).toBe(500)
})

test('every round has something that waits for a decision, on the same few clusters', () => {
  const asked = [0, 1, 2, 3, 4].map((round) => {
    const scenes = scenesOfRound('one', fleet, round).filter(({ beat }) => beat === 'asked')
    return scenes.flatMap(clustersOf).toSorted()
  })
  expect(asked[0]?.length).toBeGreaterThan(0)
  for (const clusters of asked) expect(clusters).toEqual(asked[0])
})

test('a small fleet tells the same kinds of beats on fewer clusters', () => {
  const scenes = scenesOfRound('one', drawFleet(12, 'one'), 0)
  expect(new Set(scenes.map(({ beat }) => beat))).toEqual(new Set(beats))
  for (const scene of scenes)
    if (scene.act.kind !== 'commit') expect(clustersOf(scene).length).toBeGreaterThan(0)
})
