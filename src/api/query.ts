import { z } from 'zod'
import { causeTabs } from './cause-view.ts'
import { driftStates } from './drift-view.ts'
import { fills } from './fleet-map-view.ts'
import { isSelector } from './label-selector.ts'
import { planStateSchema } from './plan-view.ts'
import { runStateSchema } from './run-view.ts'
import { sentenceSchema, stateSchema, timeSchema, wordSchema } from './scalars.ts'

/** A parameter that may be given several times, also as one text with commas. */
function several<Item extends z.ZodType<string, string>>(item: Item) {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((given) => (typeof given === 'string' ? given.split(',') : given))
    .pipe(z.array(item).max(5000))
    .optional()
}

/** Which clusters: all that match everything that is given. */
const scopeFields = {
  cluster: several(wordSchema).describe('Names; all clusters without it'),
  environment: several(wordSchema),
  labels: z
    .string()
    .max(4096)
    .refine(isSelector, { error: 'must be a label selector such as region=eu,tier!=test' })
    .optional()
    .describe('A label selector, as kubectl -l takes it'),
}

const pageFields = {
  limit: z.coerce.number().int().min(1).max(1000).default(500),
  cursor: z.string().max(1024).optional().describe('The `next` of the page before'),
}

export const scopeQuery = z.object(scopeFields)
export type Scope = z.infer<typeof scopeQuery>

export const clusterQuery = z.object({ ...scopeFields, ...pageFields, state: several(stateSchema) })
export type ClusterQuery = z.infer<typeof clusterQuery>

export const bundleQuery = z.object({ ...scopeFields, ...pageFields })
export type BundleQuery = z.infer<typeof bundleQuery>

export const driftQuery = z.object({
  ...scopeFields,
  ...pageFields,
  bundle: wordSchema.optional(),
  cause: wordSchema.optional(),
  state: several(z.enum(driftStates)).describe('open and healing without it'),
  group: z.string().max(253).optional(),
  kind: wordSchema.optional(),
  namespace: z.string().max(253).optional(),
  name: wordSchema.optional(),
})
export type DriftQuery = z.infer<typeof driftQuery>

export const planQuery = z.object({
  ...scopeFields,
  ...pageFields,
  bundle: wordSchema.optional(),
  state: several(planStateSchema).describe('waiting without it'),
})
export type PlanQuery = z.infer<typeof planQuery>

export const runQuery = z.object({
  ...pageFields,
  bundle: wordSchema.optional(),
  state: several(runStateSchema).describe('all without it'),
})
export type RunQuery = z.infer<typeof runQuery>

export const eventQuery = z.object({
  ...scopeFields,
  limit: pageFields.limit,
  after: z.coerce.number().int().min(0).optional().describe('Events with a greater sequence, oldest first'),
  since: timeSchema.optional(),
  bundle: wordSchema.optional(),
  type: several(wordSchema),
})
export type EventQuery = z.infer<typeof eventQuery>

export const identityQuery = z.object({
  clusterId: wordSchema.optional(),
  cluster: several(wordSchema),
})
export type IdentityQuery = z.infer<typeof identityQuery>

export const traceQuery = z.object({
  group: z.string().max(253).optional().describe('Any group that has the kind without it'),
  kind: wordSchema,
  namespace: z.string().max(253).default(''),
  name: wordSchema,
})
export type TraceQuery = z.infer<typeof traceQuery>

export const searchQuery = z.object({
  ...scopeFields,
  ...pageFields,
  q: z.string().max(2000).default('').describe('Such as kind:Deployment image~log4j env:prod replicas>5'),
})
export type SearchQuery = z.infer<typeof searchQuery>

export const searchWordsQuery = z.object({
  ...scopeFields,
  q: z.string().max(2000).default('').describe('A question whose last part is completed'),
})
export type SearchWordsQuery = z.infer<typeof searchWordsQuery>

export const namesQuery = z.object({
  of: z.enum(['clusters', 'bundles', 'environments', 'plans', 'runs', 'causes', 'kinds']),
  prefix: z.string().max(253).default(''),
})
export type NamesQuery = z.infer<typeof namesQuery>

export const reconcileRequestSchema = z
  .object({
    clusters: z.array(wordSchema).max(5000).optional().describe('All clusters without it'),
    bundle: wordSchema.optional(),
    reason: sentenceSchema.optional(),
  })
  .meta({ id: 'ReconcileRequest' })
export type ReconcileRequest = z.infer<typeof reconcileRequestSchema>

export const fleetMapQuery = z.object({
  ...scopeFields,
  group: z
    .string()
    .max(317)
    .default('region')
    .describe('The label that groups clusters inside their environment'),
  fill: z.enum(fills).default('state'),
  after: z.string().max(200).optional().describe('The `version` of the answer before'),
})
export type FleetMapQuery = z.infer<typeof fleetMapQuery>

export const causeQuery = z.object({
  ...scopeFields,
  ...pageFields,
  tab: z.enum(causeTabs).optional().describe('All that stand without it'),
  bundle: wordSchema.optional(),
})
export type CauseQuery = z.infer<typeof causeQuery>

export const manifestQuery = z.object({
  group: z.string().max(253).default(''),
  kind: wordSchema,
  namespace: z.string().max(253).default(''),
  name: wordSchema,
})
export type ManifestQuery = z.infer<typeof manifestQuery>
