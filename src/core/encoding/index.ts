/**
 * Bytes and times as the texts that stand for them in JSON, labels and logs.
 *
 * Refuses any text of another form: no missing padding, no foreign characters, no dates without a zone. Nothing
 * here hashes, encrypts or looks at a clock. Key invariant: reading what was written gives the same value.
 */
export { fromBase64, toBase64, toBase64Url } from './base64.ts'
export { parseTimestamp } from './timestamp.ts'
