import { z } from 'zod'
import { effectiveViewSchema } from './object-view.ts'
import {
  healthSchema,
  modeSchema,
  objectRefSchema,
  originSchema,
  stateSchema,
  tierSchema,
  timeSchema,
} from './scalars.ts'

const namespaceObjectSchema = z.object({
  object: objectRefSchema,
  health: healthSchema,
  message: z.string().optional().describe('Why it is not Current'),
  drift: z
    .int()
    .min(0)
    .nullable()
    .describe('Fields that differ from Git; null: not known, which is not zero'),
  driftSince: timeSchema.optional(),
  images: z.array(z.string()),
  replicas: z.number().optional(),
  ready: z.number().optional(),
  origin: originSchema
    .optional()
    .describe('The line that declares it; absent where it is not rendered any more'),
})

const namespaceBundleSchema = z.object({
  bundle: z.string(),
  owner: z.string().optional().describe('Who answers for the bundle, as its file says it'),
  declared: originSchema.optional().describe('The file of the fleet repository that declares the bundle'),
  state: stateSchema.optional().describe('Absent where the bundle is not placed on the cluster any more'),
  mode: modeSchema.optional(),
  desired: z.string().optional().describe('The commit that it is to be'),
  applied: z.object({ revision: z.string(), at: timeSchema }).optional(),
  waits: z.string().optional().describe('Why the desired commit is not applied yet'),
  settings: effectiveViewSchema.shape.bundles.element.shape.settings.describe(
    'What decides what it is on this cluster: source, layers, values, vars and mode',
  ),
  objects: z.array(namespaceObjectSchema),
})

const namespaceOnClusterSchema = z.object({
  cluster: z.string(),
  environment: z.string(),
  tier: tierSchema,
  colour: z.string().optional(),
  state: stateSchema,
  seen: timeSchema.optional().describe('The last sign of life'),
  away: z.string().optional().describe('Why what is listed is from before, and not known now'),
  bundles: z.array(namespaceBundleSchema),
  left: z.int().min(0).describe('Objects beyond those that are listed'),
})

/** What runs in a namespace, cluster by cluster, at which commit, and why. */
export const namespaceViewSchema = z
  .object({
    namespace: z.string(),
    at: timeSchema.describe('When this was answered'),
    clusters: z.int().min(0).describe('In scope, on which anything in it is known'),
    objects: z.int().min(0),
    items: z.array(namespaceOnClusterSchema),
    next: z.string().optional(),
    commits: z
      .array(
        z.object({
          bundle: z.string(),
          revision: z.string(),
          subject: z.string(),
          author: z.string(),
          at: timeSchema,
        }),
      )
      .describe('Those of the page, as far as their repository says what they are'),
  })
  .meta({ id: 'Namespace' })

export type NamespaceView = z.infer<typeof namespaceViewSchema>
