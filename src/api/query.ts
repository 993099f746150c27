import { z } from 'zod'
import { causeTabs } from './cause-view.ts'
import { driftStates } from './drift-view.ts'
import { jobRowStateSchema, jobStateSchema } from './job-view.ts'
import { fills } from './fleet-map-view.ts'
import { planStateSchema } from './plan-view.ts'
import { pageFields, scopeFields, several } from './query-fields.ts'
import { runStateSchema } from './run-view.ts'
import { sentenceSchema, stateSchema, timeSchema, wordSchema } from './scalars.ts'

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

export const jobQuery = z.object({
  limit: pageFields.limit.default(50),
  cursor: pageFields.cursor,
  state: several(jobStateSchema).describe('all without it'),
})
export type JobQuery = z.infer<typeof jobQuery>

export const jobRowQuery = z.object({
  ...pageFields,
  state: several(jobRowStateSchema).describe('all without it'),
})
export type JobRowQuery = z.infer<typeof jobRowQuery>

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
  of: z.enum(['clusters', 'bundles', 'environments', 'plans', 'runs', 'jobs', 'causes', 'kinds']),
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

export const objectsQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Of more objects those come first with which something is the matter; all of them without it'),
})
export type ObjectsQuery = z.infer<typeof objectsQuery>

export const namespaceQuery = z.object({
  ...scopeFields,
  limit: z.coerce.number().int().min(1).max(200).default(20).describe('Clusters'),
  cursor: pageFields.cursor,
})
export type NamespaceQuery = z.infer<typeof namespaceQuery>

export const manifestQuery = z.object({
  group: z.string().max(253).default(''),
  kind: wordSchema,
  namespace: z.string().max(253).default(''),
  name: wordSchema,
})
export type ManifestQuery = z.infer<typeof manifestQuery>
