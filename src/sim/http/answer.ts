import type { JsonMap } from '../../core/object/index.ts'
import type { Refusal } from '../verbs/refusal.ts'
import type { Watch } from '../verbs/watch.ts'
import type { HeaderFields } from './header-fields.ts'

/** One request to one cluster, as it came. */
export interface Incoming {
  readonly method: string
  /** Below the cluster's prefix, without parameters. */
  readonly path: string
  /** Path and parameters as they were sent. */
  readonly address: string
  readonly query: URLSearchParams
  readonly headers: HeaderFields
  readonly body: Uint8Array
  readonly from: string
}

/** What is answered: a whole body, or a watch. */
export type Answer =
  | {
      readonly code: number
      readonly headers?: Readonly<Record<string, string | readonly string[]>>
      /** A value goes out as JSON, bytes and text as they are. */
      readonly body: JsonMap | Uint8Array | string
    }
  | { readonly code: 200; readonly watch: Watch }

/** The answer that a refused request gets. */
export function refusalAnswer({ code, status, headers }: Refusal): Answer {
  return { code, body: status, headers }
}

/** The answer to an address that nothing is behind. */
export const pageNotFound: Answer = {
  code: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body: '404 page not found\n',
}

/** `Warning` headers (RFC 7234) with these texts. */
export function warningHeaders(warnings: readonly string[]): Record<string, readonly string[]> {
  if (warnings.length === 0) return {}
  return { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`) }
}
