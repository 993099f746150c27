import { expect, test } from 'vitest'
import { type DriftEvent, type DriftState, nextDriftState } from './drift-state.ts'

function story(...events: DriftEvent[]): DriftState | undefined {
  return events.reduce<DriftState | undefined>(
    (state, event) => (state === undefined ? undefined : nextDriftState(state, event)),
    'open',
  )
}

test('each story of the model ends as the model says', () => {
  expect(story('heal-started', 'heal-succeeded')).toBe('healed')
  expect(story('lease-opened', 'lease-ended')).toBe('open')
  expect(story('lease-opened', 'retrofit-opened', 'retrofit-merged')).toBe('resolved')
  expect(story('retrofit-opened', 'retrofit-merged')).toBe('resolved')
  expect(story('accepted')).toBe('accepted')
  expect(story('handed-over')).toBe('handed-over')
})

test('a heal that fails and a pull request that is closed leave the drift open', () => {
  expect(story('heal-started', 'heal-failed')).toBe('open')
  expect(story('retrofit-opened', 'retrofit-closed')).toBe('open')
})

test('live that agrees by itself ends every drift that is not over', () => {
  for (const events of [
    [],
    ['heal-started'],
    ['lease-opened'],
    ['retrofit-opened'],
    ['accepted'],
    ['handed-over'],
  ]) {
    expect(story(...(events as DriftEvent[]), 'agreed')).toBe('gone')
  }
})

test('what is leased is not healed, and what is over stays over', () => {
  expect(story('lease-opened', 'heal-started')).toBeUndefined()
  expect(story('heal-started', 'heal-succeeded', 'heal-started')).toBeUndefined()
  expect(story('retrofit-opened', 'retrofit-merged', 'agreed')).toBeUndefined()
})
