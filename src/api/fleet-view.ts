import { z } from 'zod'
import { timeSchema } from './scalars.ts'

/** Something wrong with a file that a person wrote. */
export const problemSchema = z
  .object({
    file: z.string(),
    line: z.int().min(1),
    column: z.int().min(1).optional(),
    subject: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    severity: z.enum(['error', 'warning']),
  })
  .meta({ id: 'FileProblem' })

const repositorySchema = z.object({
  name: z.string(),
  url: z.string().describe('Without credentials'),
  branch: z.string().optional(),
  state: z.enum(['ok', 'looking', 'unreachable', 'ref-vanished', 'force-pushed', 'none']),
  since: timeSchema.optional(),
  message: z.string().optional(),
})

/** The fleet repository as the hub has it now. */
export const fleetViewSchema = z
  .object({
    name: z.string().optional(),
    revision: z
      .string()
      .optional()
      .describe('The commit in force; the last good one while the repository is away'),
    loadedAt: timeSchema.optional(),
    repositories: z.array(repositorySchema).describe('The fleet repository first'),
    problems: z.array(problemSchema),
    environments: z.int().min(0),
    clusters: z.int().min(0),
    bundles: z.int().min(0),
  })
  .meta({ id: 'Fleet' })

export type FleetView = z.infer<typeof fleetViewSchema>
