import { z } from 'zod'
import { jobKinds, jobRowStates, jobStates } from '../core/job/index.ts'
import { objectRefSchema, tierSchema, timeSchema } from './scalars.ts'

export const jobStateSchema = z.enum(jobStates)
export const jobRowStateSchema = z.enum(jobRowStates)

const toldSchema = z.object({ code: z.string(), message: z.string(), hint: z.string().optional() })

/** A job as far as its reader may see it: its numbers count the rows that they see. */
export const jobViewSchema = z
  .object({
    id: z.string().describe('Short: j-91f20a77bc'),
    kind: z.enum(jobKinds),
    state: jobStateSchema,
    by: z.string(),
    reason: z.string().optional(),
    activity: z.string().optional().describe('The event that records who asked'),
    createdAt: timeSchema,
    endedAt: timeSchema.optional(),
    cancelledBy: z.string().optional(),
    bundles: z.array(z.string()).describe('What it is about, where it is not about all; at most 20'),
    counts: z.object({
      total: z.int().min(0),
      waiting: z.int().min(0),
      running: z.int().min(0),
      done: z.int().min(0),
      failed: z.int().min(0),
      notBegun: z.int().min(0).describe('It ended before their turn came: nothing was sent'),
      unknown: z.int().min(0).describe('The hub stopped while they were under way: nobody saw their end'),
    }),
    perMinute: z.number().optional().describe('Clusters a minute'),
    remainingMs: z.int().min(0).optional().describe('Told when a tenth has ended'),
    mayCancel: z.boolean().describe('True while it runs and the reader may cancel it'),
  })
  .meta({ id: 'Job' })

export type JobView = z.infer<typeof jobViewSchema>

export const jobRowSchema = z
  .object({
    cluster: z.string(),
    environment: z.string().optional().describe('Absent for a cluster that is gone from Git'),
    tier: tierSchema.optional(),
    colour: z.string().optional(),
    state: jobRowStateSchema,
    startedAt: timeSchema.optional(),
    endedAt: timeSchema.optional(),
    asked: z.int().min(0).describe('How many parts were asked for; 0 for the cluster as a whole'),
    results: z.array(
      z.object({
        bundle: z.string().optional(),
        object: objectRefSchema.optional(),
        outcome: z.string(),
        message: z.string().optional(),
      }),
    ),
    failure: toldSchema.optional(),
  })
  .meta({ id: 'JobRow' })

export type JobRowView = z.infer<typeof jobRowSchema>
