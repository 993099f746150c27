import { z } from 'zod'
import { placedBundleViewSchema } from './bundle-view.ts'
import { modeSchema, stateSchema, tierSchema, timeSchema } from './scalars.ts'

/** Who a cluster is (cli §6): what guards and marks go by. */
export const identityViewSchema = z
  .object({
    cluster: z.string(),
    environment: z.string(),
    tier: tierSchema,
    clusterId: z.string().optional().describe('Undefined before the first contact'),
    verifiedAt: timeSchema.optional().describe('When the cluster last answered with this ID'),
    colour: z.string().optional(),
    code: z.string().optional().describe('Two letters or digits'),
    displayName: z.string().optional(),
  })
  .meta({ id: 'Identity' })

export type IdentityView = z.infer<typeof identityViewSchema>

export const clusterViewSchema = z
  .object({
    name: z.string(),
    environment: z.string(),
    tier: tierSchema,
    labels: z.record(z.string(), z.string()),
    mode: modeSchema.optional(),
    connect: z.enum(['kubeconfig', 'agent']),
    clusterId: z.string().optional(),
    version: z.string().optional().describe('Of Kubernetes, as the cluster says it'),
    state: stateSchema,
    flags: z.array(stateSchema).describe('Everything that holds, worst first'),
    reason: z.string().optional().describe('One sentence: why it is not in sync'),
    lastKnown: z
      .object({ state: stateSchema, at: timeSchema })
      .optional()
      .describe('What it was before it became unreachable'),
    drift: z.int().min(0).nullable().describe('null: not known, which is not zero'),
    bundles: z.int().min(0),
    seen: timeSchema.optional().describe('The last sign of life'),
    since: timeSchema.optional().describe('Since when the connection stands as it does'),
  })
  .meta({ id: 'Cluster' })

export type ClusterView = z.infer<typeof clusterViewSchema>

/** What was discovered about a cluster. What is left out is not known, which is not none. */
export const clusterFactsViewSchema = z
  .object({
    at: timeSchema.describe('When it was looked at last'),
    platform: z.enum(['openshift', 'kubernetes']).optional(),
    apis: z.record(z.string(), z.array(z.string())).describe('Served kinds by group and version'),
    storageClasses: z.array(z.string()).optional(),
    ingressClasses: z.array(z.string()).optional(),
    priorityClasses: z.array(z.string()).optional(),
    operators: z
      .record(z.string(), z.string())
      .optional()
      .describe('Installed by the Operator Lifecycle Manager: package to version'),
    namespaces: z.int().min(0).optional(),
    nodes: z.int().min(0).optional(),
    capacity: z
      .object({ cpu: z.number().min(0), memory: z.number().min(0) })
      .optional()
      .describe('Of all nodes together: cores, and bytes'),
  })
  .meta({ id: 'ClusterFacts' })

export type ClusterFactsView = z.infer<typeof clusterFactsViewSchema>

export const clusterDetailViewSchema = clusterViewSchema
  .extend({
    identity: identityViewSchema,
    placed: z.array(placedBundleViewSchema),
    failure: z
      .object({ code: z.string(), message: z.string(), hint: z.string().optional() })
      .optional()
      .describe('Why it is not reachable or was refused'),
    facts: clusterFactsViewSchema.optional().describe('Left out as long as nothing was discovered'),
    failedGroups: z.array(z.string()).describe('API groups of which nothing is known now'),
  })
  .meta({ id: 'ClusterDetail' })

export type ClusterDetailView = z.infer<typeof clusterDetailViewSchema>
