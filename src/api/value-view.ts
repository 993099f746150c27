import { z } from 'zod'
import type { EvidenceValue } from '../core/ledger/index.ts'

/**
 * A value as it may leave the hub. Only `text` carries one: a secret or a long value has no field that could
 * hold it, and what is not in the schema is dropped on the way out.
 */
export const valueViewSchema = z
  .discriminatedUnion('is', [
    z.object({ is: z.literal('text'), text: z.string().describe('The value as JSON') }),
    z.object({ is: z.literal('absent') }).describe('The field is not there'),
    z.object({ is: z.literal('secret') }).describe('A value of a Secret, which is never shown'),
    z.object({ is: z.literal('large') }).describe('Structured or long; only its hash is kept'),
  ])
  .meta({ id: 'Value' })

export type ValueView = z.infer<typeof valueViewSchema>

/** Evidence of the ledger as it may be shown. */
export function valueViewOf(value: EvidenceValue): ValueView {
  if (value.hash === undefined) return { is: 'absent' }
  if (value.secret === true) return { is: 'secret' }
  return value.text === undefined ? { is: 'large' } : { is: 'text', text: value.text }
}
