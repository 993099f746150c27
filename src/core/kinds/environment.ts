import { z } from 'zod'
import { rolloutChoiceSchema } from './rollout.ts'
import { apiVersion, durationSchema, metadataSchema, modeSchema, textSchema } from './scalars.ts'

const clockSchema = z
  .string()
  .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, { error: 'must be a time of day such as 22:30' })

const freezeWindowSchema = z.union([
  z.strictObject({
    from: z.iso.datetime({ offset: true }),
    until: z.iso.datetime({ offset: true }),
    reason: textSchema.optional(),
  }),
  z.strictObject({
    days: z.array(z.enum(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])).min(1),
    start: clockSchema,
    end: clockSchema,
    timezone: textSchema.optional(),
    reason: textSchema.optional(),
  }),
])

/** Kind Environment: a step of promotion, and how writes to its clusters are guarded. */
export const environmentSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Environment'),
  metadata: metadataSchema,
  spec: z
    .strictObject({
      /** Promotion goes up. */
      order: z.int().min(0).max(1_000_000).optional(),
      tier: z.enum(['sandbox', 'standard', 'protected']).optional(),
      /** A CSS hex colour. It marks; the tier guards. */
      colour: z
        .string()
        .regex(/^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, { error: 'must be a colour such as #c9190b' })
        .optional(),
      mode: modeSchema.optional(),
      rollout: rolloutChoiceSchema.optional(),
      leases: z
        .strictObject({
          max: durationSchema.optional(),
          onExpiry: z.enum(['ask', 'heal']).optional(),
          /** True when somebody must confirm a lease before it takes effect. */
          confirmFirst: z.boolean().optional(),
        })
        .optional(),
      freeze: z
        .strictObject({
          windows: z.array(freezeWindowSchema).max(100),
          /** Roles, users or groups that may break the freeze. */
          mayBreak: z.array(textSchema).optional(),
        })
        .optional(),
    })
    .optional(),
})

export type Environment = z.infer<typeof environmentSchema>
export type Tier = NonNullable<NonNullable<Environment['spec']>['tier']>
