import type { Bundle, Cluster } from '../../core/kinds/index.ts'
import { cleanPath } from '../../git/index.ts'
import { fillIn } from './fill-in.ts'

/** A values file of a chart, as a path inside the repository. */
export interface ValuesFile {
  readonly path: string
  /** Missing ones are passed over only where they are marked with `?`. */
  readonly optional: boolean
}

/** What of a cluster goes into the rendering of a bundle: clusters with equal inputs share it. */
export interface BundleInputs {
  /** The folders that the source can be, the most specific first. */
  readonly paths: readonly string[]
  readonly values: readonly ValuesFile[]
  readonly vars: Readonly<Record<string, string>>
}

/** Fills a bundle's layers, values and vars in for a cluster; or says what cannot be. */
export function bundleInputs(
  bundle: Bundle,
  cluster: Cluster,
): BundleInputs | { readonly message: string; readonly hint?: string } {
  const { source, layers, values, vars } = bundle.spec
  const paths: string[] = []
  for (const layer of layers ?? []) {
    const filled = fillIn('layer', layer, cluster)
    if ('message' in filled) return filled
    const path = cleanPath(`${source.path}/${filled.text}`)
    if (path === undefined) return { message: `layer ${layer} leads outside the repository` }
    // Layers are written from general to specific.
    paths.unshift(path)
  }
  const own = cleanPath(source.path)
  if (own === undefined) return { message: 'source.path leads outside the repository' }
  if (paths.length === 0) paths.push(own)
  const files: ValuesFile[] = []
  for (const value of values ?? []) {
    const optional = value.startsWith('?')
    const filled = fillIn('values file', optional ? value.slice(1) : value, cluster)
    if ('message' in filled) return filled
    const path = cleanPath(resolve(own, filled.text))
    if (path === undefined || path === '' || /^[a-z][a-z0-9+.-]*:/i.test(filled.text)) {
      return {
        message: `values file ${value} is no file of the repository`,
        hint: 'write its path beside the source, such as values-{environment}.yaml',
      }
    }
    files.push({ path, optional })
  }
  const filledVars: Record<string, string> = {}
  for (const [name, text] of Object.entries(vars ?? {})) {
    const filled = fillIn(`var ${name}:`, text, cluster)
    if ('message' in filled) return filled
    filledVars[name] = filled.text
  }
  return { paths, values: files, vars: filledVars }
}

/** Where a relative path leads from a folder; what climbs out of the repository stays recognisable as such. */
function resolve(folder: string, path: string): string {
  if (path.startsWith('/')) return path
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return '../'
    } else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}
