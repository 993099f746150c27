import { z } from 'zod'

/** What became of an announced push. */
export const pushResultSchema = z
  .object({
    repositories: z.array(z.string()).describe('The repositories, by name, that the hub looks at now'),
  })
  .meta({ id: 'PushResult' })

export type PushResult = z.infer<typeof pushResultSchema>
