import { z } from 'zod'
import { apiVersion, durationSchema, metadataSchema, modeSchema, nameSchema, textSchema } from './scalars.ts'

/** Who can have written a field, as engine §4 classes writers. */
export const writerKinds = ['own', 'human', 'pipeline', 'gitops', 'controller', 'unknown'] as const

export type WriterKind = (typeof writerKinds)[number]

const repositorySchema = z.strictObject({
  name: nameSchema,
  /** Checked by the git layer, which alone decides what may be opened. */
  url: textSchema,
  /** The name of a credential; never the credential itself. */
  credential: nameSchema.optional(),
})

const attributionRuleSchema = z.strictObject({
  /** Field manager, with `*` for any text. */
  manager: textSchema,
  operation: z.enum(['Apply', 'Update']).optional(),
  subresource: z.string().max(63).optional(),
  kind: z.enum(writerKinds),
  confidence: z.enum(['high', 'medium', 'low']).optional(),
  /** The clusters that the rule is for; all without it. */
  clusters: z.array(nameSchema).optional(),
})

/** Kind Fleet: what holds for the whole fleet. Its file, `evenkeel.yaml`, marks the fleet's folder. */
export const fleetSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Fleet'),
  metadata: metadataSchema,
  spec: z
    .strictObject({
      defaults: z
        .strictObject({
          mode: modeSchema.optional(),
          healAfter: durationSchema.optional(),
          /** The largest prune that needs no approval: by count and by share of the inventory. */
          prune: z
            .strictObject({
              count: z.int().min(0).max(100_000).optional(),
              percent: z.int().min(0).max(100).optional(),
            })
            .optional(),
          /** The most clusters that one run changes before somebody approves the rest: by count, by share of the fleet. */
          blastRadius: z
            .strictObject({
              clusters: z.int().min(1).max(100_000).optional(),
              percent: z.int().min(1).max(100).optional(),
            })
            .optional(),
        })
        .optional(),
      repositories: z.array(repositorySchema).max(1000).optional(),
      attribution: z.array(attributionRuleSchema).max(1000).optional(),
    })
    .optional(),
})

export type Fleet = z.infer<typeof fleetSchema>
export type FleetRepository = z.infer<typeof repositorySchema>
export type AttributionRule = z.infer<typeof attributionRuleSchema>
