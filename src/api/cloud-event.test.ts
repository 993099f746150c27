import { expect, test } from 'vitest'
import { cloudEventOf, cloudEventSchema } from './cloud-event.ts'

test('an event is a CloudEvent with its installation as source, its subject, and everything else as data', () => {
  const event = cloudEventOf(
    {
      sequence: 42,
      id: 'act-2a',
      at: '2026-01-02T03:04:05.000Z',
      type: 'rollout',
      bundle: 'shop',
      message: 'run r-1 of bundle shop: done',
      actor: 'alice',
    },
    'a-b-c',
  )
  expect(cloudEventSchema.parse(event)).toEqual({
    specversion: '1.0',
    id: 'act-2a',
    source: 'urn:evenkeel:a-b-c',
    type: 'dev.evenkeel.rollout',
    time: '2026-01-02T03:04:05.000Z',
    subject: 'bundle/shop',
    datacontenttype: 'application/json',
    sequence: '0000000000000042',
    data: { bundle: 'shop', message: 'run r-1 of bundle shop: done', actor: 'alice' },
  })
})

test('the later of two events has the greater sequence, compared as texts', () => {
  const at = '2026-01-02T03:04:05.000Z'
  const sequenceOf = (sequence: number) =>
    cloudEventOf({ sequence, id: 'x', at, type: 'drift', message: '' }, 'i').sequence
  expect([sequenceOf(10), sequenceOf(9), sequenceOf(100)].toSorted()).toEqual([
    sequenceOf(9),
    sequenceOf(10),
    sequenceOf(100),
  ])
})
