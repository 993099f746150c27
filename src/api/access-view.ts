import { z } from 'zod'
import { pageFields, scopeFields, several } from './query-fields.ts'
import { objectRefSchema, pageOf, timeSchema, wordSchema } from './scalars.ts'

/** The clusters whose part of an answer from recorded objects is missing or old, and how many told theirs. */
export const recordedSightSchema = z.object({
  asked: z.int().min(0).describe('Clusters in scope'),
  answered: z.int().min(0).describe('Clusters of which all that was asked for is recorded, as of now'),
  unanswered: z
    .array(z.object({ cluster: z.string(), seen: timeSchema.optional(), reason: z.string() }))
    .describe('What is shown of them is as of `seen`; without it nothing is known. At most 100'),
  asOf: timeSchema.optional(),
  limited: z
    .boolean()
    .describe('True when the caller may not look at everything: others may hold what is not shown'),
})

const accessSubjectSchema = z
  .object({
    kind: z.enum(['User', 'Group', 'ServiceAccount']),
    name: z.string(),
    namespace: z.string().describe('Of a service account; empty for the others'),
  })
  .meta({ id: 'AccessSubject' })

/** Whether Git declares an object, over clusters. */
const declaredSchema = z.object({
  bundle: z.string().optional().describe('Undefined where no bundle declares it'),
  clusters: z.int().min(0),
  drifted: z.int().min(0).describe('Of those clusters: where it differs from Git'),
})

const accessGrantSchema = z
  .object({
    subject: accessSubjectSchema,
    binding: objectRefSchema,
    role: z.object({ kind: z.enum(['Role', 'ClusterRole']), name: z.string() }),
    clusters: z.int().min(0),
    names: z.array(z.string()).describe('Of the clusters; at most 20'),
    environments: z.array(z.object({ environment: z.string(), clusters: z.int().min(0) })),
    declared: z.array(declaredSchema).describe('One for each bundle that declares the binding, and for none'),
  })
  .meta({ id: 'AccessGrant' })

export type AccessGrant = z.infer<typeof accessGrantSchema>

/** Who can, and by which binding on how many clusters. */
export const whoCanViewSchema = recordedSightSchema
  .extend(pageOf(accessGrantSchema).shape)
  .extend({
    question: z.string().describe('As it was understood, such as `delete pods`'),
    environments: z.array(
      z.object({
        environment: z.string(),
        asked: z.int().min(0),
        answered: z.int().min(0),
        can: z.int().min(0).describe('Clusters that answered, on which anybody asked about can'),
      }),
    ),
  })
  .meta({ id: 'WhoCan' })

export type WhoCanView = z.infer<typeof whoCanViewSchema>

/** Subjects and what they can, by environment. */
export const accessMatrixViewSchema = recordedSightSchema
  .extend({
    permissions: z.array(z.string()).describe('As they were understood'),
    environments: z.array(
      z.object({ environment: z.string(), asked: z.int().min(0), answered: z.int().min(0) }),
    ),
    items: z.array(
      z.object({
        subject: accessSubjectSchema,
        cells: z.array(
          z.object({
            permission: z.int().min(0).describe('Its place among the permissions'),
            environment: z.string(),
            clusters: z.int().min(0),
            via: z
              .array(
                z.object({
                  binding: objectRefSchema,
                  role: accessGrantSchema.shape.role,
                  clusters: z.int().min(0),
                  undeclared: z.int().min(0).describe('Of those clusters: where no bundle declares it'),
                }),
              )
              .describe('Those of most clusters; at most 3'),
            bindings: z.int().min(0).describe('How many there are'),
          }),
        ),
      }),
    ),
    total: z.int().min(0),
    next: z.string().optional(),
    hidden: z.int().min(0).describe('Subjects of the clusters themselves that were left out'),
  })
  .meta({ id: 'AccessMatrix' })

export type AccessMatrixView = z.infer<typeof accessMatrixViewSchema>

const permission = z.string().min(1).max(400)
const subjectFields = {
  user: wordSchema.optional().describe('Only what this user can, by name or by group'),
  group: several(wordSchema).describe('Groups of that user; alone, only what these groups can'),
}

export const whoCanQuery = z.object({
  ...scopeFields,
  ...pageFields,
  verb: wordSchema,
  resource: permission.describe(
    'Such as pods, pods/exec, deployments.apps, certificates.cert-manager.io, /metrics',
  ),
  namespace: z.string().max(253).optional().describe('In any namespace, or outside, without it'),
  name: wordSchema.optional().describe('Of one object; otherwise a rule for single objects does not count'),
  ...subjectFields,
})
export type WhoCanQuery = z.infer<typeof whoCanQuery>

export const accessMatrixQuery = z.object({
  ...scopeFields,
  limit: pageFields.limit.default(100),
  cursor: pageFields.cursor,
  permission: several(permission).describe(
    'Each a verb and a resource, such as `delete pods`; a usual set without it',
  ),
  namespace: z.string().max(253).optional(),
  subject: z.string().max(253).optional().describe('A part of the name'),
  system: z.enum(['true', 'false']).default('false').describe('With the subjects of the clusters themselves'),
})
export type AccessMatrixQuery = z.infer<typeof accessMatrixQuery>
