import { z } from 'zod'
import { objectRefSchema, stateSchema } from './scalars.ts'

const foundObjectSchema = z.object({
  cluster: z.string(),
  environment: z.string(),
  bundle: z.string(),
  object: objectRefSchema,
  state: stateSchema.describe('Of its bundle on the cluster'),
  labels: z.record(z.string(), z.string()),
  images: z.array(z.string()),
  owners: z.array(z.string()).describe('Kind/name'),
  replicas: z.number().optional(),
  ready: z.number().optional(),
})

/** Objects of all clusters that match a question, and how many there are. */
export const searchViewSchema = z
  .object({
    items: z.array(foundObjectSchema),
    total: z.int().min(0),
    next: z.string().optional(),
    groups: z
      .array(z.object({ environment: z.string(), objects: z.int().min(0), clusters: z.int().min(0) }))
      .describe('By environment, those of most objects first'),
    problem: z.string().optional().describe('What of the question has no index; then nothing is found'),
    stale: z.array(z.string()).describe('Clusters whose part is as of before they were lost'),
  })
  .meta({ id: 'SearchResult' })

export type SearchView = z.infer<typeof searchViewSchema>
