import { z } from 'zod'
import { stateWords } from '../core/state/index.ts'

/** A moment, RFC 3339. Ages are computed by who shows them. */
export const timeSchema = z.iso.datetime({ offset: true, local: false })

/** Text without control characters, which no name may hold (safety rows 41, 43). */
export const wordSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(/^\P{Cc}+$/u, { error: 'must not hold control characters' })

/** A sentence that a person writes: a reason. */
export const sentenceSchema = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^\P{Cc}+$/u, { error: 'must be one line' })

export const stateSchema = z.enum(stateWords).meta({ id: 'State' })

export const healthSchema = z
  .enum(['Current', 'InProgress', 'Failed', 'Terminating', 'NotFound', 'Unknown'])
  .meta({ id: 'Health', description: 'kstatus' })

export const modeSchema = z.enum(['observe', 'ask', 'enforce']).meta({ id: 'Mode' })

export const tierSchema = z
  .enum(['sandbox', 'standard', 'protected'])
  .meta({ id: 'Tier', description: 'How writes to a cluster are guarded' })

export type Tier = z.infer<typeof tierSchema>

/** Names an object of a cluster; the version is left out because every version serves the same object. */
export const objectRefSchema = z
  .object({
    /** The empty text is the core group. */
    group: z.string().max(253),
    kind: wordSchema,
    /** The empty text for cluster-scoped objects. */
    namespace: z.string().max(253),
    name: wordSchema,
  })
  .meta({ id: 'ObjectRef' })

/** A place in a repository; what Git declares an object with. */
export const originSchema = z
  .object({ repository: z.string().optional(), file: z.string(), line: z.int().min(1) })
  .meta({ id: 'Origin' })

/** A page of a list. Without `next` it is the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), total: z.int().min(0), next: z.string().optional() })
}
