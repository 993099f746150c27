import { z } from 'zod'
import { confirmationFields } from './guard.ts'
import { sentenceSchema, wordSchema } from './scalars.ts'

const fieldFields = {
  kind: wordSchema,
  /** The empty text for cluster-scoped objects. */
  namespace: z.string().max(253).default(''),
  name: wordSchema,
  path: z
    .string()
    .max(2000)
    .regex(/^\P{Cc}*$/u)
    .default('')
    .describe('The field; the object whole without it'),
}

export const acceptQuery = z.object(fieldFields)

/** What accepting differences by a rule would write, and what it would hide. */
export const acceptPreviewSchema = z
  .object({
    bundle: z.string(),
    rule: z.string().describe('As it is written into `spec.drift.ignore`'),
    repository: z.string(),
    branch: z.string(),
    file: z.string(),
    present: z.boolean().describe('The bundle has the rule already'),
    forge: z.boolean().describe('A pull request can be opened; else a branch is pushed to open one from'),
    differences: z.int().min(0).describe('Open differences that the rule hides'),
    clusters: z.array(z.string()).describe('The clusters that have them'),
    reaches: z.array(z.string()).describe('The clusters of the bundle: what the rule holds for from then on'),
  })
  .meta({ id: 'AcceptPreview' })

export type AcceptPreview = z.infer<typeof acceptPreviewSchema>

export const acceptRequestSchema = z
  .object({
    ...fieldFields,
    ...confirmationFields,
    reason: sentenceSchema.describe('Why it is right as it is; stands in the file and the commit'),
    how: z
      .enum(['commit', 'pull-request'])
      .describe('Onto the branch that the fleet is read from, or on a branch of its own'),
  })
  .meta({ id: 'AcceptRequest' })

export type AcceptRequest = z.infer<typeof acceptRequestSchema>

export const acceptResultSchema = z
  .object({
    rule: z.string(),
    file: z.string(),
    branch: z.string(),
    commit: z.string(),
    isNew: z.boolean().describe('False where the branch held it already'),
    pullRequest: z.string().optional().describe('Its page; absent where no forge was asked'),
    note: z.string().optional().describe('Why there is no pull request yet, and what to do'),
  })
  .meta({ id: 'AcceptResult' })

export type AcceptResult = z.infer<typeof acceptResultSchema>
