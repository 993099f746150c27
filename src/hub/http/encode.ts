import type { z } from 'zod'

/**
 * The one exit: a value as JSON text through the schema of its route. Fields that the schema does not name are
 * dropped; a value that does not fit, such as a `Redacted`, is a bug, and the error names only where.
 */
export function encode(schema: z.ZodType, value: unknown): string {
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const places = parsed.error.issues
      .slice(0, 10)
      .map((issue) => `${issue.path.map(String).join('.')} ${issue.code}`)
    throw new Error(`an answer does not fit its schema: ${places.join(', ')}`)
  }
  return JSON.stringify(parsed.data)
}
