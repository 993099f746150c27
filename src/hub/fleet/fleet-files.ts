import type { Problem } from '../../core/problem.ts'
import { isManifestFile } from '../../render/plain/index.ts'

/** The files of a repository that make the fleet. */
export interface FleetFiles {
  /** The folder that holds evenkeel.yaml; the empty text for the root. */
  readonly folder: string
  /** Paths of the files to read, sorted; evenkeel.yaml first. */
  readonly paths: readonly string[]
}

/** Folders in which every document is one of the fleet's. */
const kindFolders = ['environments', 'clusters', 'bundles', 'rollouts', 'policies', 'access', 'notifications']

/**
 * Finds the fleet's folder by its evenkeel.yaml, and the files in it: all of the kinds' own folders, and
 * elsewhere below the folder those that name our API group, because applications may live there as well.
 */
export function findFleetFiles(tree: ReadonlyMap<string, string>): FleetFiles | Problem {
  const markers = markersIn(tree.keys())
  const [marker, second] = markers
  if (marker === undefined) {
    return {
      file: 'evenkeel.yaml',
      line: 1,
      subject: 'fleet repository',
      message: 'there is no evenkeel.yaml in this repository',
      hint: 'write one with kind Fleet; its folder is the fleet',
      severity: 'error',
    }
  }
  if (second !== undefined) {
    return {
      file: second,
      line: 1,
      subject: 'fleet repository',
      message: `there is more than one evenkeel.yaml: ${markers.join(', ')}`,
      hint: 'keep one of them',
      severity: 'error',
    }
  }
  const folder = folderOf(marker)
  const prefix = folder === '' ? '' : `${folder}/`
  const paths = [...tree]
    .filter(([path]) => path !== marker && path.startsWith(prefix) && isManifestFile(path))
    .filter(([path, text]) => isKindFile(path.slice(prefix.length)) || text.includes('evenkeel.dev/'))
    .map(([path]) => path)
    .toSorted()
  return { folder, paths: [marker, ...paths] }
}

/** True for a path, relative to the fleet's folder, in one of the kinds' own folders. */
function isKindFile(path: string): boolean {
  const slash = path.indexOf('/')
  return slash > 0 && kindFolders.includes(path.slice(0, slash))
}

/** The paths that mark a fleet's folder: exactly one is right. */
export function markersIn(paths: Iterable<string>): string[] {
  return [...paths].filter((path) => /(^|\/)evenkeel\.ya?ml$/.test(path)).toSorted()
}

/** The folder of a path; the empty text for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/**
 * True for paths of which the fleet must not miss one: everything in its folder, or, where that is the root
 * of the repository, in the folders of the kinds.
 */
export function isFleetPath(path: string, folder: string): boolean {
  return folder === '' ? isKindFile(path) : path.startsWith(`${folder}/`)
}
