import { Failure } from '../../core/failure.ts'
import { cleanPath, type GitRepository } from '../../git/index.ts'
import { isManifestFile } from '../../render/plain/index.ts'
import { folderOf, isFleetPath, markersIn } from './fleet-files.ts'
import { loadFleet } from './load-fleet.ts'
import type { LoadedFleet, ReadPath } from './model.ts'

/**
 * Loads the fleet from a commit of its repository. Links and submodules in the fleet's folder refuse the
 * whole commit, because what they hide would look removed; elsewhere they do not matter here. Throws the
 * `GitFailure` of a commit that cannot be read.
 */
export async function loadFleetCommit(repository: GitRepository, commit: string): Promise<LoadedFleet> {
  // However much lies beside the fleet in its repository, only this is counted.
  const select = (path: string): boolean => markersIn([path]).length > 0
  const markers = markersIn(await repository.listFiles(commit, '', { select }))
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
    return await repository.readBytes(commit, path)
  }
}

/**
 * The same for many sources that stand below each other's folders: what several bundles are made from is read by one
 * run of git instead of some for each. A source that this did not bring (it is not there, or something in one of the
 * folders is refused) is read by itself, and says itself what is wrong.
 */
export function readPathsAt(repository: GitRepository, commit: string, paths: readonly string[]): ReadPath {
  const single = readPathAt(repository, commit)
  const wanted = new Set(paths.filter((path) => path !== '' && cleanPath(path) === path))
  if (wanted.size < worthReadingAhead) return single
  let ahead: Promise<ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>> | undefined
  return async (source) => {
    const { repository: other, revision, path } = source
    if (other !== undefined || revision !== undefined || !wanted.has(path)) return await single(source)
    ahead ??= readTogether(repository, commit, [...wanted]).catch(() => new Map())
    return (await ahead).get(path) ?? (await single(source))
  }
}

const worthReadingAhead = 4

async function readTogether(
  repository: GitRepository,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>> {
  const wanted = new Set(paths)
  const sourceOf = (file: string): string[] => foldersOf(file).filter((folder) => wanted.has(folder))
  const files = await repository.readBytes(commit, commonFolder(paths), {
    select: (file) => sourceOf(file).length > 0,
    leaveOut: (file) => sourceOf(file).length === 0,
  })
  const found = new Map<string, Map<string, Uint8Array>>()
  for (const [file, content] of files) {
    for (const source of sourceOf(file)) {
      const contents = found.get(source) ?? new Map<string, Uint8Array>()
      found.set(source, contents.set(file, content))
    }
  }
  return found
}

/** The file itself and every folder that it is in. */
function foldersOf(file: string): string[] {
  const parts = file.split('/')
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}

/** The deepest folder that all paths are below. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/').slice(0, -1))
  const same = first.findIndex((part, i) => others.some((parts) => parts[i] !== part))
  return (same < 0 ? first : first.slice(0, same)).join('/')
}
