/**
 * Admission of a simulated cluster: webhooks that change what is written, and webhooks and policies that judge it.
 *
 * It asks only who is reachable by an address of its own: Services lead nowhere here. Key invariant: a write is asked
 * about where an API server asks, after ownership is known and before anything is stored.
 */
export { admit, type Answered } from './admission.ts'
