import { z } from 'zod'
import type { EventView } from './event-view.ts'
import { timeSchema } from './scalars.ts'

/** An event in the form of CloudEvents 1.0 (its JSON format), for whoever collects events of several systems. */
export const cloudEventSchema = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().describe('Unique within its source'),
    source: z.string().describe('The installation: urn:evenkeel:…'),
    type: z.string().describe('dev.evenkeel. and the type of the event'),
    time: timeSchema,
    subject: z.string().optional().describe('What it is about: cluster/… or bundle/…'),
    datacontenttype: z.literal('application/json'),
    sequence: z.string().describe('Orders the events of a source, as the sequence extension has it'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'CloudEvent' })

export type CloudEvent = z.infer<typeof cloudEventSchema>

/** The same event as a CloudEvent. `sequence` is padded, because the extension compares it as a text. */
export function cloudEventOf(event: EventView, installation: string): CloudEvent {
  const { id, at, type, sequence, ...data } = event
  const { cluster, bundle } = event
  const subject =
    cluster === undefined ? (bundle === undefined ? undefined : `bundle/${bundle}`) : `cluster/${cluster}`
  return {
    specversion: '1.0',
    id,
    source: `urn:evenkeel:${installation}`,
    type: `dev.evenkeel.${type}`,
    time: at,
    ...(subject === undefined ? {} : { subject }),
    datacontenttype: 'application/json',
    sequence: String(sequence).padStart(16, '0'),
    data,
  }
}
