import { z } from 'zod'
import { recordedSightSchema } from './access-view.ts'
import { several } from './query-fields.ts'
import { wordSchema } from './scalars.ts'

const permission = z.string().min(1).max(400)

/** A change of a binding or quota that a bundle declares, or is to declare. */
export const proposalQuery = z.object({
  change: z
    .enum(['give', 'take', 'bound'])
    .describe('Give a subject a role; take a subject out of a binding; bound resources of a quota otherwise'),
  subject: z
    .string()
    .max(600)
    .optional()
    .describe('Such as `Group team`, `User alice`, `ServiceAccount shop/web`; of give and take'),
  role: z.string().max(600).optional().describe('Such as `ClusterRole view`; of give'),
  namespace: z.string().max(253).default('').describe('Empty for a binding that holds everywhere'),
  name: wordSchema.optional().describe('Of the binding or quota; give makes one up without it'),
  bounds: several(z.string().max(600)).describe('Such as `pods=400`; of bound'),
  permission: several(permission).describe('Permissions that are compared; the usual ones without it'),
})

export type ProposalQuery = z.infer<typeof proposalQuery>

const proposedEffectSchema = z.object({
  permission: z.int().min(0).describe('Its place among the permissions'),
  environment: z.string(),
  what: z
    .enum(['gains', 'loses', 'keeps'])
    .describe('`keeps`: the change makes no difference, because another binding gives it too'),
  clusters: z.int().min(0),
  by: z.array(z.string()).describe('Of what is kept: the bindings that give it too; at most 3'),
})

const proposedBoundSchema = z.object({
  resource: z.string(),
  from: z.string().describe('As it is declared'),
  to: z.string(),
  clusters: z.int().min(0).describe('On which the quota is counted'),
  over: z.array(z.string()).describe('Clusters that use more than the new bound; at most 20'),
  overCount: z.int().min(0),
  uncounted: z.int().min(0).describe('Clusters with the quota that told no use'),
})

/** A change as Git takes it, and the difference that it makes on the clusters of its bundle. */
export const proposalSchema = recordedSightSchema
  .extend({
    bundle: z.string(),
    repository: z.string(),
    branch: z.string().describe('What the bundle is read from'),
    files: z.array(z.string()).describe('What the patch changes'),
    object: z.string().describe('The object as it is to be, as YAML'),
    patch: z.string().optional().describe('What `git apply` takes'),
    refused: z.string().optional().describe('Why there is no patch: it has to be written by hand'),
    notes: z.array(z.string()).describe('What else has to be known or done'),
    clusters: z.int().min(0).describe('Clusters on which it is to be so'),
    permissions: z.array(z.string()),
    effects: z.array(proposedEffectSchema).describe('What the subject itself gains, loses or keeps'),
    bounds: z.array(proposedBoundSchema),
  })
  .meta({ id: 'Proposal' })

export type ProposalView = z.infer<typeof proposalSchema>
