import type { z } from 'zod'
import { apiFailure, type Route } from '../../api/index.ts'
import type { FailureDetail } from '../../core/failure.ts'
import { bodyLimitOf, parseJson, readJsonBody } from './read-body.ts'

/** What a request asks for, as the schemas of its route have read it. */
export interface RouteRequest {
  readonly params: { readonly [name: string]: string }
  readonly query: unknown
  readonly body: unknown
}

/** Longest name that a path may hold. */
const longestName = 253

/** Reads everything that a route takes; of a body that was read already, its bytes. Throws `invalid-request` with every issue and where it stands. */
export async function readInput(
  route: Route,
  request: Request,
  params: { readonly [name: string]: string },
  bytes?: Uint8Array,
): Promise<RouteRequest> {
  for (const [name, value] of Object.entries(params)) {
    if (value === '' || value.length > longestName || /\p{Cc}/u.test(value)) {
      throw invalid('path', [{ where: name, message: 'must be a name without control characters' }])
    }
  }
  const query = route.query === undefined ? undefined : parse('query', route.query, queryOf(request.url))
  const body =
    route.body === undefined
      ? undefined
      : parse(
          'body',
          route.body,
          bytes === undefined ? await readJsonBody(request, bodyLimitOf(route)) : parseJson(bytes),
        )
  return { params, query, body }
}

function parse(part: string, schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const details = parsed.error.issues.slice(0, 50).map((issue) => ({
    where: issue.path.map(String).join('.'),
    message: issue.message,
  }))
  throw invalid(part, details)
}

function invalid(part: string, details: readonly FailureDetail[]): Error {
  const [first] = details
  const where = first === undefined || first.where === '' ? part : `${part} ${first.where}`
  return apiFailure(
    'invalid-request',
    `request: cannot use the ${where}: ${first?.message ?? 'it does not fit'}`,
    {
      hint: 'see /openapi.json for what this route takes',
      details,
    },
  )
}

/** The query as an object without a prototype: one text for a name, or a list where it was given several times. */
function queryOf(url: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>
  for (const [name, value] of new URL(url).searchParams) {
    const before = query[name]
    query[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return query
}
