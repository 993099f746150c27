import { z } from 'zod'
import { modeSchema, stateSchema, tierSchema, timeSchema } from './scalars.ts'
import { causeViewSchema } from './status-view.ts'

/** Where a cause stands in the inbox: what waits for a person, what happens by itself, and what is over. */
export const causeTabs = ['needs-you', 'automatic', 'settled'] as const
export type CauseTab = (typeof causeTabs)[number]

export const causeSummarySchema = causeViewSchema
  .extend({
    short: z.string().describe('The shortest beginning of the id that names no other cause: c-4f2a'),
    tab: z.enum(causeTabs),
    of: z.int().min(0).describe('Clusters in scope that run the bundle'),
    where: z
      .array(z.object({ environment: z.string(), have: z.int().min(0), of: z.int().min(0) }))
      .describe('The same by environment'),
    fields: z.int().min(1).describe('Differences in all'),
    outcome: z
      .object({
        is: z.enum(['report-only', 'waits', 'heals', 'healing', 'held', 'healed', 'gone']),
        at: timeSchema.optional().describe('When the first of them is healed, or the last was'),
        detail: z.string().optional(),
      })
      .describe('What happens if nobody decides'),
    modes: z.array(modeSchema),
    people: z.array(z.string()).describe('From audit records; at most 5'),
    sure: z.object({ exact: z.int().min(0), observed: z.int().min(0), inferred: z.int().min(0) }),
    firstWritten: timeSchema,
    lastWritten: timeSchema,
    whenIsBound: z.boolean().describe('True when any of them was written at that time or earlier'),
    unknown: z.int().min(0).describe('Clusters that run the bundle and cannot be asked now'),
  })
  .meta({ id: 'CauseSummary' })

export type CauseSummary = z.infer<typeof causeSummarySchema>

/** A cause with every cluster that its bundle runs on: those that have the edit, and those that lack it. */
export const causeDetailSchema = causeSummarySchema
  .extend({
    members: z.array(
      z.object({
        cluster: z.string(),
        environment: z.string(),
        tier: tierSchema,
        state: stateSchema.describe('Of the whole cluster'),
        has: z.enum(['has', 'lacks', 'unknown']),
      }),
    ),
  })
  .meta({ id: 'CauseDetail' })

export type CauseDetail = z.infer<typeof causeDetailSchema>
