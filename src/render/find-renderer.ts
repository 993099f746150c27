import type { RendererName } from './renderer.ts'

/** The renderer whose sources have a file of this name, if any: `kustomization.yaml` or `Chart.yaml`. */
export function markerOf(path: string): Exclude<RendererName, 'plain'> | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (/^(kustomization\.ya?ml|Kustomization)$/.test(name)) return 'kustomize'
  return name === 'Chart.yaml' ? 'helm' : undefined
}

/**
 * What renders the source in `folder`: the kustomization or the chart that lies in it, else plain. `paths` are those
 * of its repository. A folder that holds both is Kustomize's, which does not look at the chart.
 */
export function findRenderer(paths: Iterable<string>, folder: string): RendererName {
  let found: RendererName = 'plain'
  for (const path of paths) {
    const name = nameIn(folder, path)
    if (name === undefined || name.includes('/')) continue
    const marker = markerOf(name)
    if (marker === 'kustomize') return marker
    found = marker ?? found
  }
  return found
}

/** The path of a file relative to `folder` (empty or `.` for the root); undefined for one that is not below it. */
export function nameIn(folder: string, path: string): string | undefined {
  if (folder === '' || folder === '.') return path
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
}
