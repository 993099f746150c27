import { createHash } from 'node:crypto'

/** The strong entity tag of a body: equal bodies have equal tags (RFC 9110, 8.8.3). */
export function entityTag(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
}

/** True when an If-None-Match header names the tag; compared weakly, as it is for reads (RFC 9110, 13.1.2). */
export function isKnown(tag: string, header: string | undefined): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
}
