/**
 * Files that are encrypted with SOPS (getsops.io), decrypted with age keys of the hub before they are rendered.
 *
 * It opens what the hub has a key for, and refuses the rest: other key services, split keys, formats without structure. Key
 * invariant: what comes out was vouched for as a whole. A file whose code does not match is never taken, and neither is a
 * part of it.
 */
export { openAgeKeys } from './age-keys.ts'
export { decryptTree, type SopsAccess } from './decrypt-tree.ts'
