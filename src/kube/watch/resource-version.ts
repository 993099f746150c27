/**
 * Compares two resourceVersions: negative when `a` is older, 0 when equal, undefined when they cannot be
 * compared. Decimal numbers of any length compare (KEP-5504); some aggregated APIs use other texts, and of
 * those only equality is known. One that is not known compares with nothing.
 */
export function compareRevisions(a: string | undefined, b: string | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined
  if (a === b) return 0
  if (!decimal.test(a) || !decimal.test(b)) return undefined
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : 1
}

const decimal = /^(0|[1-9]\d*)$/

/** True when `a` is certainly older than `b`. */
export function isOlder(a: string, b: string): boolean {
  const order = compareRevisions(a, b)
  return order !== undefined && order < 0
}
