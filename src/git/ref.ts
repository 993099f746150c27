/** A full object ID, SHA-1 or SHA-256. */
const objectId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** True for a full commit ID. Short ones are never taken: they may mean another commit tomorrow. */
export function isObjectId(text: string): boolean {
  return objectId.test(text)
}

/**
 * True for a name that a branch or tag may have, by the rules of `git check-ref-format`, stricter where a
 * name could be taken for something else: no leading dash, nothing that selects another object
 * (`@{`, `^`, `~`, `:`), ASCII control and non-ASCII white space refused (safety rows 17 and 19).
 */
export function isRefName(name: string): boolean {
  if (name === '' || name.length > 250 || name === '@' || name.startsWith('-') || name.endsWith('.'))
    return false
  if (/[\p{Cc}\p{Z}\p{Surrogate}~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$/u.test(name)) return false
  return name
    .split('/')
    .every((part) => !part.startsWith('.') && !part.startsWith('-') && !part.endsWith('.lock'))
}
