import { z } from 'zod'
import { parseDuration } from './duration.ts'

/** The one API version of every kind. */
export const apiVersion = 'evenkeel.dev/v1alpha1'

/**
 * Names of fleet kinds: a lower-case DNS name of at most 63 characters, so that it fits a label value, a
 * file name and the name of an apply-set parent without being shortened (incident 7).
 */
export const nameSchema = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, {
    error: 'must be lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit',
  })

/** `10m`, `1h30m`, `0`. Kept as written; `parseDuration` gives milliseconds. */
export const durationSchema = z.union([
  z
    .string()
    .max(40)
    .refine((text) => parseDuration(text) !== undefined, {
      error: 'must be a duration such as 10m or 1h30m, at most 8784h',
    })
    .meta({ pattern: '^(0|([0-9]+(\\.[0-9]*)?(ns|us|µs|ms|s|m|h))+)$' }),
  z.literal(0),
])

/** Text without control characters, which no name, URL or path of ours may hold (safety row 43). */
export const textSchema = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\P{Cc}*$/u, { error: 'must not hold control characters' })

/** A CEL expression. Compiled when the fleet is loaded, not here. */
export const celSchema = z.string().min(1).max(10_000)

export const modeSchema = z.enum(['observe', 'ask', 'enforce'])

/** What Evenkeel does about a difference: report it, ask for a verdict, or heal it. */
export type Mode = z.infer<typeof modeSchema>

export const metadataSchema = z.strictObject({ name: nameSchema })

/** A whole percentage, `2%` to `100%`. */
export const percentSchema = z
  .string()
  .regex(/^(100|[1-9]?[0-9])%$/, { error: 'must be a percentage such as 10%' })
