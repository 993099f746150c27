/**
 * Orders two resourceVersions of one cluster. They are decimal numbers of any length on every server that
 * exists, and documented as comparable from Kubernetes 1.35 on; for anything else the answer is undefined,
 * and the caller must ask the server.
 */
export function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  if (a === undefined || b === undefined || !/^\d+$/.test(a) || !/^\d+$/.test(b)) return undefined
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}
