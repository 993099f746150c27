/**
 * The hub's secret key and what is derived from it: one key a purpose, none of which leads to another.
 *
 * Refuses to start on existing data without the key that they were written with, and refuses a key that
 * others on the machine may read. Key invariant: the key itself is written nowhere but to its own file, and
 * neither it nor a derived key ever leaves this folder.
 */
export { type ContentCipher } from './content-cipher.ts'
export { deriveKeys, type HubKeys } from './hub-keys.ts'
export { loadSecretKey, type SecretKeySource } from './secret-key.ts'
