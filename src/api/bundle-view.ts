import { z } from 'zod'
import { problemSchema } from './fleet-view.ts'
import { healthSchema, modeSchema, stateSchema, timeSchema } from './scalars.ts'

const troubleSchema = z.object({
  object: z.string().describe('As people name it: Deployment shop/web'),
  health: healthSchema,
  message: z.string(),
  code: z.string().optional(),
})

/** One bundle on one cluster: what it should be there, and what it is. */
export const placedBundleViewSchema = z
  .object({
    bundle: z.string(),
    cluster: z.string(),
    environment: z.string(),
    state: stateSchema,
    flags: z.array(stateSchema),
    mode: modeSchema,
    desired: z.object({ revision: z.string(), variant: z.string() }),
    applied: z.object({ revision: z.string(), variant: z.string(), at: timeSchema }).optional(),
    phase: z.enum(['pending', 'applying', 'applied', 'blocked', 'failed', 'withdrawn']),
    reason: z.string().optional().describe('Why it is pending, blocked or failed'),
    run: z.string().optional().describe('The run that it waits for'),
    notes: z.array(z.string()).optional().describe('What the cluster lacks of what the bundle would like'),
    objects: z.int().min(0),
    health: healthSchema,
    drift: z.int().min(0).nullable().describe('null: not known, which is not zero'),
    troubles: z.array(troubleSchema),
    seen: timeSchema.optional().describe('The last sign of life of the cluster'),
  })
  .meta({ id: 'PlacedBundle' })

export type PlacedBundleView = z.infer<typeof placedBundleViewSchema>

export const bundleViewSchema = z
  .object({
    name: z.string(),
    state: stateSchema.describe('The worst of its clusters'),
    source: z.object({
      path: z.string(),
      repository: z.string().optional(),
      revision: z.string().optional(),
    }),
    owner: z.string().optional().describe('Who answers for it, as its file says it'),
    placement: z.string().optional(),
    mode: modeSchema.optional().describe("The bundle's own; else the environment's holds"),
    clusters: z.int().min(0),
    states: z.partialRecord(stateSchema, z.int().min(0)).describe('Clusters by state; adds up to clusters'),
    revision: z.string().optional().describe('The commit that it was rendered from last'),
    objects: z.int().min(0).optional(),
    drift: z.int().min(0).nullable(),
    problems: z.array(problemSchema),
    asOf: timeSchema.optional().describe('The oldest sign of life among its clusters'),
  })
  .meta({ id: 'Bundle' })

export type BundleView = z.infer<typeof bundleViewSchema>

export const bundleDetailViewSchema = bundleViewSchema
  .extend({
    placed: z.array(placedBundleViewSchema),
    unknown: z
      .array(z.object({ cluster: z.string(), reason: z.string() }))
      .describe('Clusters for which placement has no answer now; they keep what they have'),
  })
  .meta({ id: 'BundleDetail' })

export type BundleDetailView = z.infer<typeof bundleDetailViewSchema>
