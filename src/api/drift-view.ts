import { z } from 'zod'
import { modeSchema, objectRefSchema, originSchema, pageOf, tierSchema, timeSchema } from './scalars.ts'
import { valueViewSchema } from './value-view.ts'

export const writerSchema = z
  .object({
    manager: z.string().optional().describe('The field manager; undefined where the write left no trace'),
    operation: z.enum(['Apply', 'Update']).optional(),
    subresource: z.string().optional(),
    kind: z.enum(['own', 'human', 'pipeline', 'gitops', 'controller', 'unknown']),
    person: z.string().optional().describe('Only ever from an audit or admission record'),
  })
  .meta({ id: 'Writer' })

export const driftStates = ['open', 'healing', 'healed', 'gone'] as const

/** One difference of one field of one object of one cluster. */
export const driftViewSchema = z
  .object({
    id: z.string(),
    cluster: z.string(),
    environment: z.string(),
    tier: tierSchema,
    bundle: z.string(),
    object: objectRefSchema,
    path: z.string().describe('Empty for a difference of the whole object'),
    desired: valueViewSchema,
    live: valueViewSchema,
    class: z.enum(['taken', 'removed', 'silent', 'lost', 'addition', 'missing', 'unmanaged']),
    writer: writerSchema,
    sure: z.enum(['exact', 'observed', 'inferred']),
    when: timeSchema,
    whenIsBound: z.boolean().describe('True when it was written at that time or earlier'),
    firstSeen: timeSchema,
    lastSeen: timeSchema,
    cause: z.string(),
    state: z.enum(driftStates),
    mode: modeSchema,
    healAfterMs: z
      .int()
      .min(0)
      .optional()
      .describe('From seeing it to healing it; undefined where nothing heals it'),
    healAt: timeSchema.optional(),
    healedAt: timeSchema.optional(),
    hold: z
      .object({
        kind: z.enum(['fight', 'admission', 'rejected', 'other-owner']),
        since: timeSchema,
        detail: z.string(),
      })
      .optional(),
    origin: originSchema.optional().describe('Where Git declares the object'),
    lastKnown: z
      .boolean()
      .describe('True when the cluster is not reachable: this was so at lastSeen, and may be otherwise now'),
  })
  .meta({ id: 'Drift' })

export type DriftView = z.infer<typeof driftViewSchema>

/** Differences, and the clusters whose part of the answer is missing. */
export const driftPageSchema = pageOf(driftViewSchema)
  .extend({
    answered: z.int().min(0).describe('Clusters in scope that are known'),
    unanswered: z.array(z.object({ cluster: z.string(), seen: timeSchema.optional(), reason: z.string() })),
    asOf: timeSchema.optional(),
  })
  .meta({ id: 'DriftPage' })

export type DriftPage = z.infer<typeof driftPageSchema>
