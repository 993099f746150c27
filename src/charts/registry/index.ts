/**
 * Charts in OCI registries.
 *
 * Takes charts that Helm pushed and nothing else; asks for tokens only at allowed hosts. Key invariant: whatever a tag
 * points to, what is given out has the digests of its manifest, and the one that was asked for.
 */
export { fetchFromRegistry, type RegistryPlace } from './oci-registry.ts'
