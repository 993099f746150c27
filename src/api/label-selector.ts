import { Failure } from '../core/failure.ts'
import { labelSelector } from '../core/object/index.ts'
import type { ApiCode } from './api-failure.ts'

/**
 * Reads a label selector as kubectl's `-l` takes it and answers a test for labels. Without requirements it matches
 * everything. Throws `invalid-request`.
 */
export function compileSelector(text: string): (labels: { readonly [label: string]: string }) => boolean {
  const selector = labelSelector(text)
  if ('matches' in selector) return selector.matches
  const { malformed } = selector
  throw new Failure<ApiCode>(
    'invalid-request',
    `label selector: cannot read ${JSON.stringify(malformed.slice(0, 100))}`,
    {
      hint: 'write requirements such as region=eu, tier!=test, zone in (a, b), gpu or !gpu, parted by commas',
    },
  )
}

/** True when `text` is a label selector. */
export function isSelector(text: string): boolean {
  return 'matches' in labelSelector(text)
}
