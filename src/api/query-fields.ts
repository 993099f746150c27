import { z } from 'zod'
import { isSelector } from './label-selector.ts'
import { wordSchema } from './scalars.ts'

/** A parameter that may be given several times, also as one text with commas. */
export function several<Item extends z.ZodType<string, string>>(item: Item) {
  return z
    .union([z.string(), z.array(z.string())])
    .transform((given) => (typeof given === 'string' ? given.split(',') : given))
    .pipe(z.array(item).max(5000))
    .optional()
}

/** Which clusters: all that match everything that is given. */
export const scopeFields = {
  cluster: several(wordSchema).describe('Names; all clusters without it'),
  environment: several(wordSchema),
  labels: z
    .string()
    .max(4096)
    .refine(isSelector, { error: 'must be a label selector such as region=eu,tier!=test' })
    .optional()
    .describe('A label selector, as kubectl -l takes it'),
}

/** Which part of a list. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(1000).default(500),
  cursor: z.string().max(1024).optional().describe('The `next` of the page before'),
}
