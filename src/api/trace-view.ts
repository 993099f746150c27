import { z } from 'zod'
import { objectRefSchema, originSchema } from './scalars.ts'

/** From an object back to the commit that it comes from, one step each. */
export const traceViewSchema = z
  .object({
    cluster: z.string(),
    steps: z
      .array(
        z.discriminatedUnion('is', [
          z.object({ is: z.literal('object'), object: objectRefSchema }),
          z.object({ is: z.literal('bundle'), bundle: z.string(), revision: z.string() }),
          z.object({ is: z.literal('source'), origin: originSchema }),
          z.object({ is: z.literal('change'), text: z.string().describe('A pull request or a commit') }),
          z.object({ is: z.literal('unknown'), text: z.string().describe('Why it goes no further') }),
        ]),
      )
      .describe('The object that was asked for first, then its owners'),
  })
  .meta({ id: 'Trace' })

export type TraceView = z.infer<typeof traceViewSchema>
