/**
 * The plain renderer: YAML and JSON files in, manifests out.
 *
 * Reads no disk and runs nothing; refuses sources of Kustomize and Helm, encrypted files and documents that
 * are no Kubernetes objects. Key invariant: it gives every object of the source or none, so that what is
 * missing from a rendering is missing from the source.
 */
export { isManifestFile, isRendererFile, renderPlain } from './render-plain.ts'
