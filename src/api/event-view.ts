import { z } from 'zod'
import { objectRefSchema, timeSchema } from './scalars.ts'

/** Something that happened. Events are never changed; `sequence` orders them, not their time. */
export const eventViewSchema = z
  .object({
    sequence: z.int().min(1),
    id: z.string().describe('Short: act-91f2'),
    at: timeSchema,
    type: z.string(),
    cluster: z.string().optional(),
    bundle: z.string().optional(),
    object: objectRefSchema.optional(),
    message: z.string(),
    actor: z.string().optional().describe('The person on whose word it was done'),
    reason: z.string().optional(),
    requestId: z.string().optional(),
    job: z.string().optional().describe('The job that it is about'),
  })
  .meta({ id: 'Event' })

export type EventView = z.infer<typeof eventViewSchema>
