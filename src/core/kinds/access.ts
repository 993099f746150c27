import { z } from 'zod'
import { roles } from '../access/privilege.ts'
import { apiVersion, celSchema, metadataSchema, nameSchema, textSchema } from './scalars.ts'

/** Names that Kubernetes keeps for itself are nobody's (safety row 25). */
const ownName = textSchema.max(253).refine((name) => !name.startsWith('system:'), {
  error: 'must not be a name of Kubernetes itself (system:…)',
})

const subjectSchema = z.union([z.strictObject({ user: ownName }), z.strictObject({ group: ownName })])

const namesSchema = z.array(nameSchema).min(1).max(1000)

/** Kind Access: which people may do what, and where. What several of them give adds up; nothing takes away. */
export const accessSchema = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Access'),
  metadata: metadataSchema,
  spec: z.strictObject({
    subjects: z.array(subjectSchema).min(1).max(1000),
    roles: z.array(z.enum(roles)).min(1),
    /** A CEL expression over clusters; all of them without it. */
    where: celSchema.optional(),
    environments: namesSchema.optional(),
    bundles: namesSchema.optional(),
    /** Namespaces of clusters. Who has a role in namespaces only may look, but not decide about whole bundles. */
    namespaces: namesSchema.optional(),
    /**
     * What the bundles that are named here may write; anything without it. Where several Access name a bundle, each adds to
     * what it may.
     */
    writes: z
      .strictObject({
        namespaces: namesSchema.optional(),
        /** `Deployment`, or `Deployment.apps`. What has no namespace has to be named here. */
        kinds: z.array(textSchema.max(253)).min(1).max(1000).optional(),
      })
      .refine(({ namespaces, kinds }) => namespaces !== undefined || kinds !== undefined, {
        error: 'wants namespaces, kinds, or both',
      })
      .optional(),
  }),
})

export type Access = z.infer<typeof accessSchema>
