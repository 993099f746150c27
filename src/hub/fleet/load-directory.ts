import { access, lstat, readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { cleanPath } from '../../git/index.ts'
import { isManifestFile } from '../../render/plain/index.ts'
import { folderOf, isFleetPath, markersIn } from './fleet-files.ts'
import { loadFleet } from './load-fleet.ts'
import type { LoadedFleet, ReadPath } from './model.ts'

/** Why files of a folder could not be read. */
export type DirectoryFailureCode =
  /** The path is not there. */
  | 'path-gone'
  /** The path leaves the folder, or a link does. */
  | 'unsafe-tree'
  /** More files or bytes than the limit. */
  | 'too-large'
  /** A file is not UTF-8 text. */
  | 'not-text'
  /** The source is in another repository, which only a hub fetches. */
  | 'other-repository'
  /** The operating system refuses to read. */
  | 'unreadable'

const mostFiles = 20_000
const mostBytes = 64 * 1024 * 1024

/**
 * Reads the fleet from a folder as it lies on disk, for `ek lint`: no Git, no network. `readPath` gives the
 * sources of bundles from the same folder; those of other repositories fail with a hint. Paths are those of
 * the repository around the folder, where there is one. Throws a `Failure` where the folder cannot be read.
 */
export async function loadFleetDirectory(
  folder: string,
): Promise<LoadedFleet & { readonly readPath: ReadPath }> {
  const start = resolve(folder)
  const root = await rootOf(start)
  const links: string[] = []
  const found = await readFolder(root, relative(root, start).split(sep).join('/'), { links })
  const tree = new Map([...found].map(([name, content]) => [name, textOf(content, name)]))
  const fleet = folderOf(markersIn(tree.keys())[0] ?? '')
  const hidden = links.find((link) => isFleetPath(link, fleet))
  if (hidden !== undefined) throw linkFailure(hidden)
  const readPath: ReadPath = async ({ repository, revision, path }) => {
    if (repository !== undefined || revision !== undefined) {
      const what = repository === undefined ? `revision ${revision}` : `repository ${repository}`
      throw fail('other-repository', `${what} is not read from a folder`, 'let a hub render this bundle')
    }
    return await readFolder(root, path, { every: true })
  }
  return { ...loadFleet(tree), readPath }
}

/** The folder around `start` that holds `.git`, else `start`. */
async function rootOf(start: string): Promise<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    const isRoot = await access(join(folder, '.git')).then(
      () => true,
      () => false,
    )
    if (isRoot) return folder
    if (dirname(folder) === folder) return start
  }
}

/**
 * The files below a path of the root, by their path in it; only manifests unless `every` is set. Links are never
 * followed: they go into `links` where it is given, else they refuse the path.
 */
async function readFolder(
  root: string,
  path: string,
  { links, every = false }: { readonly links?: string[]; readonly every?: boolean },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const clean = cleanPath(path)
  if (clean === undefined) throw fail('unsafe-tree', `${JSON.stringify(path)} leads outside the folder`)
  await refuseLinks(root, clean)
  const files = new Map<string, Uint8Array>()
  let bytes = 0
  const visit = async (name: string): Promise<void> => {
    const full = join(root, name)
    const found = await lstat(full).catch((error: unknown) => {
      throw gone(name, error)
    })
    if (found.isSymbolicLink()) {
      if (links === undefined) throw linkFailure(name)
      links.push(name)
      return
    }
    if (found.isDirectory()) {
      const names = (await readdir(full)).toSorted()
      for (const child of names) {
        if (child !== '.git' && child !== 'node_modules')
          await visit(name === '' ? child : `${name}/${child}`)
      }
      return
    }
    if (!found.isFile() || !(every || isManifestFile(name))) return
    bytes += found.size
    if (files.size >= mostFiles || bytes > mostBytes) {
      throw fail('too-large', `more than ${mostFiles} files or ${mostBytes} bytes below ${clean}`)
    }
    const content = await readFile(full).catch((error: unknown) => {
      throw gone(name, error)
    })
    files.set(name, content)
  }
  await visit(clean)
  return files
}

/** No part of the way to the path may be a link either. */
async function refuseLinks(root: string, path: string): Promise<void> {
  const parts = path.split('/').filter((part) => part !== '')
  for (let count = 1; count < parts.length; count++) {
    const name = parts.slice(0, count).join('/')
    const found = await lstat(join(root, name)).catch((error: unknown) => {
      throw gone(name, error)
    })
    if (found.isSymbolicLink()) throw linkFailure(name)
  }
}

function textOf(content: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw fail('not-text', `${name} is not UTF-8 text`, 'move it out of the path')
  }
}

function gone(name: string, error: unknown): Failure<DirectoryFailureCode> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return fail('path-gone', `there is no ${name === '' ? 'such folder' : name}`)
  return fail('unreadable', `${name} cannot be read: ${String(code ?? error)}`)
}

function linkFailure(name: string): Failure<DirectoryFailureCode> {
  return fail('unsafe-tree', `${name} is a symbolic link`, 'replace it by what it points to')
}

function fail(code: DirectoryFailureCode, message: string, hint?: string): Failure<DirectoryFailureCode> {
  return new Failure(code, message, hint === undefined ? {} : { hint })
}
