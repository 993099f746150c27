import { z } from 'zod'
import {
  apiVersion,
  celSchema,
  durationSchema,
  metadataSchema,
  nameSchema,
  percentSchema,
  textSchema,
} from './scalars.ts'

const gateSchema = z.union([
  z.literal('health'),
  z.strictObject({
    approval: z.strictObject({ role: textSchema.optional(), count: z.int().min(1).optional() }),
  }),
  z.strictObject({ cel: celSchema }),
  z.strictObject({
    metric: z.strictObject({ prometheus: textSchema, query: textSchema, max: z.number() }),
  }),
])

const stageSchema = z
  .strictObject({
    name: nameSchema,
    where: celSchema.optional(),
    percent: percentSchema.optional(),
    count: z.int().min(1).optional(),
    maxParallel: z.int().min(1).optional(),
    soak: durationSchema.optional(),
    gates: z.array(gateSchema).max(20).optional(),
  })
  .refine(
    (stage) => [stage.where, stage.percent, stage.count].filter((rule) => rule !== undefined).length <= 1,
    {
      error: 'takes one of where, percent and count',
    },
  )

/**
 * The model's word for what happens to clusters that were away is `then`. Lint refuses the word as a key of
 * an object literal, because a function there would make the object thenable; only a text ever stands here.
 */
const unreachableField = { afterwards: 'then' } as const

/** How a change reaches its clusters, written inline in a bundle or an environment. */
const rolloutSchema = z.strictObject({
  stages: z.array(stageSchema).min(1).max(100),
  failureBudget: z.int().min(0).optional(),
  onFailure: z.enum(['stop', 'revert']).optional(),
  unreachable: z
    .strictObject({
      upTo: percentSchema,
      [unreachableField.afterwards]: z.enum(['catch up', 'stop']).optional(),
    })
    .optional(),
  /** What a newer commit does to a run that is under way: it takes its place, or waits for its end. */
  newer: z.enum(['supersede', 'wait']).optional(),
})

/** Kind Rollout: stages under a name, for bundles and environments to share. */
export const rolloutKindSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Rollout'),
  metadata: metadataSchema,
  spec: rolloutSchema,
})

export type Rollout = z.infer<typeof rolloutKindSchema>
export type RolloutSpec = z.infer<typeof rolloutSchema>
export type Gate = z.infer<typeof gateSchema>

/** A rollout: the name of one, or its stages in place. */
export const rolloutChoiceSchema = z.union([nameSchema, rolloutSchema])
export type RolloutChoice = z.infer<typeof rolloutChoiceSchema>
