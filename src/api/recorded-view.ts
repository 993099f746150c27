import { z } from 'zod'
import { recordedSightSchema } from './access-view.ts'
import { writerSchema } from './drift-view.ts'
import { pageFields, scopeFields, several } from './query-fields.ts'
import { manifestQuery } from './query.ts'
import { objectRefSchema, timeSchema, wordSchema } from './scalars.ts'

const contentSchema = z
  .record(z.string(), z.unknown())
  .describe('Everything that somebody wrote; what a server adds is left out')

const writingSchema = z.object({
  writer: writerSchema,
  sure: z.enum(['exact', 'observed', 'inferred']),
  when: timeSchema,
  whenIsBound: z.boolean().describe('True when it was written at that time or earlier'),
})

const recordedObjectSchema = writingSchema
  .extend({
    cluster: z.string(),
    environment: z.string(),
    object: objectRefSchema,
    seenAt: timeSchema.describe('When this content was first seen'),
    bundle: z.string().optional().describe('The bundle that declares it; undefined where none does'),
    lastKnown: z.boolean().describe('The cluster is not reachable: it may be otherwise now'),
    content: contentSchema,
  })
  .meta({ id: 'RecordedObject' })

/** Recorded objects in full, by cluster. */
export const recordedPageSchema = recordedSightSchema
  .extend({ items: z.array(recordedObjectSchema), next: z.string().optional() })
  .meta({ id: 'RecordedPage' })

export type RecordedPage = z.infer<typeof recordedPageSchema>

const recordedChangeSchema = writingSchema
  .extend({
    at: timeSchema.describe('When it was seen'),
    from: contentSchema.optional().describe('Undefined where it was not there before'),
    to: contentSchema.optional().describe('Undefined where it went'),
  })
  .meta({ id: 'RecordedChange' })

/** What became of one recorded object. */
export const recordedChangesSchema = z
  .object({ items: z.array(recordedChangeSchema).describe('Newest first') })
  .meta({ id: 'RecordedChanges' })

export type RecordedChangesView = z.infer<typeof recordedChangesSchema>

export const recordedQuery = z.object({
  ...scopeFields,
  limit: pageFields.limit.default(100),
  cursor: pageFields.cursor,
  kind: several(wordSchema).describe('Such as RoleBinding; all recorded kinds without it'),
  namespace: z.string().max(253).optional(),
  name: wordSchema.optional(),
})
export type RecordedQuery = z.infer<typeof recordedQuery>

export const recordedChangesQuery = manifestQuery.extend({ limit: pageFields.limit.default(50) })
export type RecordedChangesQuery = z.infer<typeof recordedChangesQuery>
