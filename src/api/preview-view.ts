import { z } from 'zod'
import { problemSchema } from './fleet-view.ts'
import { isSelector } from './label-selector.ts'
import { effectSchema, runSummarySchema } from './run-view.ts'
import { wordSchema } from './scalars.ts'

const pathSchema = z.string().min(1).max(4096)

/** A tree that is not in Git yet, and the clusters that it is looked at for. */
export const previewRequestSchema = z
  .object({
    folders: z
      .array(pathSchema)
      .min(1)
      .max(1000)
      .describe('Folders of the repository that are given whole; what lies elsewhere is read from Git'),
    files: z
      .array(z.object({ path: pathSchema, content: z.base64() }))
      .max(20_000)
      .describe('Their files, with paths inside the repository'),
    clusters: z.array(wordSchema).max(5000).optional(),
    environments: z.array(wordSchema).max(1000).optional(),
    labels: z
      .string()
      .max(4096)
      .refine(isSelector, { error: 'must be a label selector such as region=eu,tier!=test' })
      .optional(),
  })
  .meta({ id: 'PreviewRequest' })

export type PreviewRequest = z.infer<typeof previewRequestSchema>

export const previewViewSchema = z
  .object({
    clusters: z.int().min(0).describe('How many of those that were asked for have the bundle'),
    changed: z.int().min(0),
    unreachable: z.array(z.string()).describe('Clusters whose last known state was compared with'),
    failed: z.array(z.string()).describe('Clusters for which it cannot be rendered'),
    effects: z.array(effectSchema),
    problems: z.array(problemSchema),
    random: z.int().min(0).describe('Objects that hold drawn values and were not compared'),
  })
  .meta({ id: 'Preview' })

export type PreviewView = z.infer<typeof previewViewSchema>

const sideSchema = z.object({
  environment: z.string(),
  clusters: z.int().min(0).describe('Clusters of it that have the bundle'),
  ready: z.int().min(0).describe('Those that are applied and healthy at the revision of the promotion'),
  revisions: z.array(z.string()).describe('What is in force there, the most frequent first'),
})

export const promotionQuery = z.object({
  to: wordSchema,
  from: wordSchema.optional().describe('The environment before it without this'),
})

export type PromotionQuery = z.infer<typeof promotionQuery>

export const promotionViewSchema = z
  .object({
    bundle: z.string(),
    revision: z.string().optional().describe('What would be promoted; absent where nothing waits'),
    from: sideSchema,
    to: sideSchema,
    run: runSummarySchema.optional().describe('The run that brings it'),
    effects: z.array(effectSchema).describe('What changes on the clusters of `to`'),
    differences: z
      .array(
        z.object({
          action: z.enum(['create', 'configure', 'delete']).describe('From `from` to `to`'),
          object: effectSchema.shape.items.element.shape.object,
          fields: effectSchema.shape.items.element.shape.fields,
        }),
      )
      .describe('How the renderings of the two environments differ once it is promoted'),
    blocked: z
      .object({ message: z.string(), hint: z.string() })
      .optional()
      .describe('Why it cannot be promoted now'),
  })
  .meta({ id: 'Promotion' })

export type PromotionView = z.infer<typeof promotionViewSchema>
