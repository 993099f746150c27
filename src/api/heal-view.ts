import { z } from 'zod'
import { confirmationFields } from './guard.ts'
import { identityViewSchema } from './cluster-view.ts'
import { objectRefSchema, wordSchema } from './scalars.ts'

/** Which differences: everything that is open and matches all that is given. */
export const healSelectionSchema = z
  .object({
    clusters: z.array(wordSchema).min(1).max(5000),
    object: objectRefSchema.optional(),
    bundle: wordSchema.optional(),
    cause: wordSchema.optional(),
    drift: z.array(wordSchema).max(5000).optional().describe('Ids'),
  })
  .meta({ id: 'HealSelection' })

export type HealSelection = z.infer<typeof healSelectionSchema>

const healedObjectSchema = z.object({
  object: objectRefSchema,
  key: z.string().describe('What to name the object by when healing it'),
  bundle: z.string(),
  fields: z.array(z.object({ path: z.string(), from: z.string(), to: z.string() })),
  conflicts: z.array(z.string()).describe('Live owners that will change it back'),
  failure: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
})

/** What a heal would do to one cluster, by the dry-run of that cluster. */
export const healPreviewSchema = z
  .object({
    targets: z.array(
      z.object({
        identity: identityViewSchema,
        objects: z.array(healedObjectSchema),
        failure: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
      }),
    ),
  })
  .meta({ id: 'HealPreview' })

export type HealPreview = z.infer<typeof healPreviewSchema>

/** The targets of a preview, with the identity that each was previewed under, and the confirmation. */
export const healRequestSchema = z
  .object({
    targets: z
      .array(
        z.object({
          cluster: wordSchema,
          clusterId: wordSchema,
          keys: z.array(z.string().min(1).max(1100)).min(1).max(5000),
        }),
      )
      .min(1)
      .max(5000),
    ...confirmationFields,
  })
  .meta({ id: 'HealRequest' })

export type HealRequest = z.infer<typeof healRequestSchema>

export const healResultSchema = z
  .object({
    activity: z.string().describe('The id of the event that records it'),
    tookMs: z.int().min(0),
    targets: z.array(
      z.object({
        cluster: z.string(),
        objects: z.array(
          z.object({
            object: objectRefSchema,
            outcome: z.enum(['healed', 'unchanged', 'refused', 'failed']),
            message: z.string().optional(),
          }),
        ),
        failure: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
      }),
    ),
  })
  .meta({ id: 'HealResult' })

export type HealResult = z.infer<typeof healResultSchema>
