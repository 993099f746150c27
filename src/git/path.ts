/**
 * A path inside a repository in its one form: no leading or trailing slash, no `.` parts, the empty text for
 * the root. Undefined for anything that could mean a place outside or something else than it shows: absolute
 * paths, `..`, `.git` in any spelling, backslashes, control characters, URLs (safety rows 1, 2, 18).
 */
export function cleanPath(path: string): string | undefined {
  // A URL's scheme or a drive at the start: whoever wrote it did not mean a folder.
  if (/^[./]*[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return undefined
  if (path.length > 4096 || path.startsWith('/') || /[\\\p{Cc}\p{Surrogate}]/u.test(path)) return undefined
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.every(isSafePart) ? parts.join('/') : undefined
}

/** One name of a tree entry: what `cleanPath` allows between slashes. */
export function isSafePart(part: string): boolean {
  if (part === '' || part === '.' || part === '..' || /[/\\\p{Cc}\p{Surrogate}]/u.test(part)) return false
  return !isGitName(part)
}

/** `.git` as HFS+ and NTFS also spell it; git itself refuses these names in checkouts (CVE-2014-9390). */
function isGitName(part: string): boolean {
  // Letters that HFS+ leaves out when it compares names.
  const folded = part.replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '').toLowerCase()
  const bare = folded.replace(/[ .]+$/, '').replace(/:.*$/, '')
  return bare === '.git' || bare === 'git~1'
}
