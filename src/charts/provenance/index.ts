/**
 * Helm's provenance files: who signed which archive.
 *
 * Verifies by the gpgv program with the given keys and no others, and refuses weak digests, expired and revoked keys.
 * Key invariant: what decides is only the text that gpgv gives out as signed, compared with the archive in hand.
 */
export { mostProvenanceBytes, verifyProvenance } from './verify-provenance.ts'
