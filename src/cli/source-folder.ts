import { constants } from 'node:fs'
import { access, lstat, open, readdir, realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { type FolderReader, renderLimits } from '../render/index.ts'
import { cliFailure } from './cli-failure.ts'

/** A source as it lies on disk, inside the repository around it. */
export interface SourceFolder {
  /** Inside the repository; `''` is its root. */
  readonly path: string
  readonly read: FolderReader
  /** A values file that the person named, wherever it lies, with the name that it gets among the files. */
  readValues(file: string, number: number): Promise<{ name: string; content: Uint8Array }>
}

/**
 * Opens the folder of a source. Its root is the repository around it, else the current folder when it lies in there,
 * else itself: nothing outside is read. Links below it are refused, never followed. Throws `file`.
 */
export async function openFolder(path: string): Promise<SourceFolder> {
  // The way to the folder is the person's own; links count below it.
  const start = await realpath(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  if (!(await lstat(start)).isDirectory()) throw cliFailure('file', `${path} is no folder`)
  const root = await rootOf(start)
  const place = (full: string): string => relative(root, full).split(sep).join('/')
  const counted = { files: 0, bytes: 0 }
  return {
    path: place(start),
    read: async (folder) => {
      const full = join(root, folder)
      const found = await lstat(full).catch(() => undefined)
      if (found === undefined) return undefined
      await refuseLinks(root, folder)
      if (!found.isDirectory()) return undefined
      const files = new Map<string, Uint8Array>()
      await readInto(files, full, place, counted)
      return files
    },
    async readValues(file, number) {
      const full = resolve(file)
      const inside = place(full)
      const name =
        inside.startsWith('../') || inside === '..' ? `.command-line/${number}/${basename(full)}` : inside
      return { name, content: await readRegular(full, file) }
    },
  }
}

async function rootOf(start: string): Promise<string> {
  for (let folder = start; dirname(folder) !== folder; folder = dirname(folder)) {
    const isRoot = await access(join(folder, '.git')).then(
      () => true,
      () => false,
    )
    if (isRoot) return folder
  }
  const here = process.cwd()
  return start === here || start.startsWith(here + sep) ? here : start
}

async function readInto(
  files: Map<string, Uint8Array>,
  folder: string,
  place: (full: string) => string,
  counted: { files: number; bytes: number },
): Promise<void> {
  for (const entry of (await readdir(folder, { withFileTypes: true })).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const full = join(folder, entry.name)
    if (entry.isSymbolicLink()) throw linkFailure(place(full))
    if (entry.isDirectory()) {
      if (entry.name !== '.git' && entry.name !== 'node_modules') await readInto(files, full, place, counted)
    } else if (entry.isFile()) {
      const content = await readRegular(full, place(full))
      counted.files += 1
      counted.bytes += content.length
      if (counted.files > renderLimits.treeFiles || counted.bytes > renderLimits.treeBytes) {
        const { treeFiles, treeBytes } = renderLimits
        throw cliFailure('file', `the source has more than ${treeFiles} files or ${treeBytes} bytes`)
      }
      files.set(place(full), content)
    }
  }
}

/** Opens without following a link, so that what was looked at is what is read. */
async function readRegular(full: string, name: string): Promise<Uint8Array> {
  try {
    await using file = await open(full, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (!(await file.stat()).isFile()) throw cliFailure('file', `${name} is no file`)
    return await file.readFile()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') throw linkFailure(name)
    throw unreadable(name, error)
  }
}

/** No part of the way to a folder may be a link either. */
async function refuseLinks(root: string, folder: string): Promise<void> {
  const parts = folder.split('/')
  for (let length = 1; length <= parts.length; length++) {
    const name = parts.slice(0, length).join('/')
    if ((await lstat(join(root, name))).isSymbolicLink()) throw linkFailure(name)
  }
}

function linkFailure(name: string): Error {
  const hint = 'replace it by what it points to'
  return cliFailure('file', `${name} is a symbolic link, and links are not followed`, { hint })
}

function unreadable(name: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'file') return error as Error
  if (code === 'ENOENT' || code === 'ENOTDIR') return cliFailure('file', `there is no ${name}`)
  return cliFailure('file', `${name} cannot be read: ${String(code ?? error)}`)
}
