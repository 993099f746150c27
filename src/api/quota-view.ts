import { z } from 'zod'
import { recordedSightSchema } from './access-view.ts'
import { pageFields, scopeFields } from './query-fields.ts'
import { objectRefSchema, pageOf, timeSchema, wordSchema } from './scalars.ts'

const quotaSchema = z
  .object({
    cluster: z.string(),
    environment: z.string(),
    object: objectRefSchema,
    resource: z.string().describe('Such as requests.cpu, pods'),
    hard: z.string(),
    used: z.string().optional().describe('Undefined where the cluster has not counted'),
    percent: z.number().optional().describe('Of the bound; over 100 where it was lowered beneath the use'),
    trend: z.array(z.object({ at: timeSchema, percent: z.number() })).describe('Oldest first; at most 40'),
    daysToFull: z
      .number()
      .optional()
      .describe('If it goes on like that; undefined where it does not rise, or too little is known'),
    at: timeSchema.describe('When the cluster said so'),
    bundle: z.string().optional().describe('The bundle that declares it; undefined where none does'),
    drifted: z.boolean().describe('It differs from Git'),
    lastKnown: z.boolean().describe('The cluster is not reachable: it may be otherwise now'),
  })
  .meta({ id: 'Quota' })

export type QuotaView = z.infer<typeof quotaSchema>

/** How full quotas are, the fullest first. */
export const quotaPageSchema = recordedSightSchema
  .extend(pageOf(quotaSchema).shape)
  .extend({ resources: z.array(z.string()).describe('That quotas in scope bound, by name') })
  .meta({ id: 'QuotaPage' })

export type QuotaPage = z.infer<typeof quotaPageSchema>

/** The fullest quota of namespaces on clusters: those that are fullest, as a table. */
export const quotaHeatSchema = recordedSightSchema
  .extend({
    namespaces: z.array(z.string()).describe('The fullest first; at most 20'),
    clusters: z
      .array(z.object({ cluster: z.string(), environment: z.string(), lastKnown: z.boolean() }))
      .describe('The fullest first; at most 24'),
    cells: z
      .array(
        z.object({
          namespace: z.string(),
          cluster: z.string(),
          percent: z.number().optional().describe('Undefined where the cluster has not counted'),
        }),
      )
      .describe('Where there is a quota at all'),
    totals: z.object({ namespaces: z.int().min(0), clusters: z.int().min(0) }),
  })
  .meta({ id: 'QuotaHeat' })

export type QuotaHeat = z.infer<typeof quotaHeatSchema>

const quotaFields = {
  ...scopeFields,
  namespace: z.string().max(253).optional(),
  resource: wordSchema.optional(),
}

export const quotaQuery = z.object({
  ...quotaFields,
  limit: pageFields.limit.default(100),
  cursor: pageFields.cursor,
  atLeast: z.coerce.number().min(0).max(1000).optional().describe('In percent'),
})
export type QuotaQuery = z.infer<typeof quotaQuery>

export const quotaHeatQuery = z.object(quotaFields)
export type QuotaHeatQuery = z.infer<typeof quotaHeatQuery>
