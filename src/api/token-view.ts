import { z } from 'zod'
import { privileges } from '../core/access/index.ts'
import { timeSchema, wordSchema } from './scalars.ts'

const dayMs = 86_400_000

const limitFields = {
  clusters: z.array(wordSchema).min(1).max(5000).optional(),
  environments: z.array(wordSchema).min(1).max(1000).optional(),
  bundles: z.array(wordSchema).min(1).max(5000).optional(),
  namespaces: z.array(wordSchema).min(1).max(5000).optional(),
}

/** A token of a program, without its secret. */
export const tokenViewSchema = z
  .object({
    id: z.string(),
    name: z.string().describe('Whom it stands for'),
    label: z.string(),
    privileges: z.array(z.enum(privileges)).describe('The most that it may do'),
    limits: z.object(limitFields).describe('The furthest that it reaches; what is absent does not limit it'),
    createdAt: timeSchema,
    expiresAt: timeSchema.optional(),
    usedAt: timeSchema.optional(),
  })
  .meta({ id: 'Token' })

export type TokenView = z.infer<typeof tokenViewSchema>

export const createTokenSchema = z
  .object({
    label: wordSchema.max(100).describe('What it is for'),
    privileges: z.array(z.enum(privileges)).min(1),
    forMs: z
      .int()
      .min(60_000)
      .max(366 * dayMs)
      .describe('It is over after so many milliseconds; a year at the most'),
    limits: z.object(limitFields).optional(),
  })
  .meta({ id: 'CreateTokenRequest' })

export type CreateTokenRequest = z.infer<typeof createTokenSchema>

export const madeTokenSchema = z
  .object({ secret: z.string().describe('Told this once'), token: tokenViewSchema })
  .meta({ id: 'MadeToken' })

export type MadeToken = z.infer<typeof madeTokenSchema>
