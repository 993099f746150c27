import { Failure } from '../../core/failure.ts'
import type { GitRepository } from '../../git/index.ts'
import { isManifestFile, isRendererFile } from '../../render/plain/index.ts'
import { folderOf, isFleetPath, markersIn } from './fleet-files.ts'
import { loadFleet } from './load-fleet.ts'
import type { LoadedFleet, ReadPath } from './model.ts'

/**
 * Loads the fleet from a commit of its repository. Links and submodules in the fleet's folder refuse the
 * whole commit, because what they hide would look removed; elsewhere they do not matter here. Throws the
 * `GitFailure` of a commit that cannot be read.
 */
export async function loadFleetCommit(repository: GitRepository, commit: string): Promise<LoadedFleet> {
  const markers = markersIn(await repository.listFiles(commit, ''))
  const folder = folderOf(markers[0] ?? '')
  const files = await repository.readTree(commit, folder, {
    select: (path) => isManifestFile(path) && (markers.length === 1 || markers.includes(path)),
    leaveOut: (path) => !isFleetPath(path, folder),
  })
  const texts = new Map([...files].map(([path, { text }]) => [path, text]))
  // A second evenkeel.yaml outside the folder was not read, but must be told of.
  for (const marker of markers) if (!texts.has(marker)) texts.set(marker, '')
  return loadFleet(texts)
}

/** Reads the sources of bundles that stand in the fleet repository itself, at a commit of it. */
export function readPathAt(repository: GitRepository, commit: string): ReadPath {
  return async ({ repository: other, revision, path }) => {
    if (other !== undefined || revision !== undefined) {
      const what = other === undefined ? `revision ${revision}` : `repository ${other}`
      throw new Failure(
        'other-repository',
        `${what} is not read from ${repository.url}@${commit.slice(0, 12)}`,
      )
    }
    const select = (file: string): boolean => isManifestFile(file) || isRendererFile(file)
    const files = await repository.readTree(commit, path, { select })
    return new Map([...files].map(([file, { text }]) => [file, text]))
  }
}
