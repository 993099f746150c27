/**
 * Binary values as text, for what must fit into JSON or into a label.
 *
 * Refuses any text that it does not write itself: no missing padding, no foreign characters. Nothing here
 * hashes or encrypts. Key invariant: reading what was written gives the same bytes.
 */
export { fromBase64, toBase64, toBase64Url } from './base64.ts'
