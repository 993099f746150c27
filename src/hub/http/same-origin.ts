import { type ApiCode, apiFailure, clientHeader } from '../../api/index.ts'
import type { Failure } from '../../core/failure.ts'

/**
 * What is wrong with a request that comes with a browser's session; undefined when nothing is. A page of another origin
 * must not use the session of whoever looks at it (safety row 40): the browser says where a request comes from
 * (`Sec-Fetch-Site`; the Origin was compared with the Host before), and a write has to carry a header that no page of another origin can
 * send unasked.
 */
export function notFromOurPages(
  method: string,
  header: (name: string) => string | undefined,
): Failure<ApiCode> | undefined {
  const from = header('sec-fetch-site')
  const reads = method === 'GET' || method === 'HEAD'
  const trusted = from === undefined || from === 'same-origin' || (reads && from === 'none')
  if (!trusted) return crossOrigin(`it comes from another origin (${from.slice(0, 20)})`)
  if (!reads && header(clientHeader) === undefined) {
    return crossOrigin(`a write by a session lacks the header ${clientHeader}`)
  }
  return undefined
}

/** The refusal of a request that another origin may have sent. */
export function crossOrigin(why: string): Failure<ApiCode> {
  return apiFailure('cross-origin', `request: refused: ${why}`, {
    hint: 'use the pages of this hub, or a token',
  })
}
