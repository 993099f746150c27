/**
 * Renderers: a source and its inputs in, manifests out.
 *
 * Kustomize and Helm are their own libraries, compiled to one module that runs in the box (`src/box`); plain YAML is
 * read here. Refuses whatever would need a file, a network or a process of this machine, and sources beyond the
 * limits. Key invariant: a source has all its objects or a problem, never a part; equal requests give equal outcomes.
 */
export { closure, type Closure, type FolderReader } from './closure.ts'
export { findRenderer } from './find-renderer.ts'
export { renderLimits } from './limits.ts'
export { openRenderer, type RendererOptions } from './open-renderer.ts'
export type {
  HelmRequest,
  LeftOut,
  NotRendered,
  Rendered,
  Renderer,
  RendererName,
  RenderOutcome,
  RenderRequest,
} from './renderer.ts'
