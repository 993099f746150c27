import { z } from 'zod'
import { writerSchema } from './drift-view.ts'
import { objectRefSchema, stateSchema, timeSchema } from './scalars.ts'
import { valueViewSchema } from './value-view.ts'

/** One edit, however many clusters it touches: one field, one manager and one desired value. */
export const causeViewSchema = z
  .object({
    id: z.string().describe('Short: c-4f2a'),
    state: stateSchema,
    object: objectRefSchema,
    bundle: z.string(),
    path: z.string().describe('Empty for a difference of the whole object'),
    class: z.string(),
    desired: valueViewSchema,
    live: valueViewSchema,
    writer: writerSchema,
    clusters: z.int().min(1),
    names: z.array(z.string()).describe('At most 50 of them'),
    since: timeSchema,
  })
  .meta({ id: 'Cause' })

export type CauseView = z.infer<typeof causeViewSchema>

/** The fleet in one answer. `states` adds up to `clusters`; what is pending stands among those in sync. */
export const statusViewSchema = z
  .object({
    clusters: z.int().min(0),
    states: z.record(stateSchema, z.int().min(0)).describe('Clusters by state; adds up to clusters'),
    asOf: timeSchema.optional().describe('The oldest sign of life among the reachable clusters'),
    causes: z.array(causeViewSchema).describe('The largest first'),
    moreCauses: z.object({ causes: z.int().min(0), clusters: z.int().min(0) }),
    unanswered: z
      .array(z.object({ cluster: z.string(), seen: timeSchema.optional(), reason: z.string() }))
      .describe('The clusters that are unreachable; at most 50'),
    waitingPlans: z.int().min(0),
    problems: z.int().min(0).describe('Problems in the files of the fleet'),
    revision: z.string().optional(),
  })
  .meta({ id: 'Status' })

export type StatusView = z.infer<typeof statusViewSchema>
