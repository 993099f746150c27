import type { BundleView, Client } from '../api/index.ts'
import { isFailure } from '../core/failure.ts'
import { closure } from '../render/index.ts'
import { cliFailure } from './cli-failure.ts'
import { openFolder } from './source-folder.ts'

/** A bundle's source as it lies in a working copy, whole. */
export interface WorkingCopy {
  readonly name: string
  /** Folders of the repository that are given whole; `.` is its root. */
  readonly folders: readonly string[]
  readonly files: readonly { readonly path: string; readonly content: string }[]
}

/** What the hub takes in one preview, as base64 in JSON. */
const mostBytes = 22 * 1024 * 1024

/**
 * Reads what a bundle is made from in a working copy: the folder of its source and what its kustomizations refer to. The
 * bundle is the one whose source holds `path`, or lies in it. Throws `file` and `usage`.
 */
export async function workingCopy(
  client: Client,
  path: string,
  named: string | undefined,
): Promise<WorkingCopy> {
  const folder = await openFolder(path).catch((error: unknown) => {
    if (!isFailure(error)) throw error
    throw cliFailure('file', `cannot compare ${path}: ${error.message}`, { cause: error })
  })
  const bundle = bundleAt((await client.bundles({ query: { limit: 1000 } })).items, folder.path, path, named)
  const source = plainPath(bundle.source.path)
  const given = new Set<string>()
  const files = new Map<string, Uint8Array>()
  const read = async (at: string) => {
    const found = await folder.read(at)
    given.add(at === '' ? '.' : at)
    for (const [file, content] of found ?? []) files.set(file, content)
    return found
  }
  if ((await read(source)) === undefined) {
    throw cliFailure('file', `cannot compare ${path}: its repository has no ${bundle.source.path}`, {
      hint: `the source of bundle ${bundle.name} lies there`,
    })
  }
  const folders = new Set([...files.keys()].map((file) => file.slice(0, Math.max(0, file.lastIndexOf('/')))))
  for (const one of folders) await closure(one, read)
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0)
  if (bytes > mostBytes) {
    throw cliFailure(
      'file',
      `cannot compare ${path}: its source holds ${bytes} bytes, at most ${mostBytes}`,
      {
        hint: 'push it to a branch, and look at it there',
      },
    )
  }
  return {
    name: bundle.name,
    folders: [...given],
    files: [...files].map(([file, content]) => ({
      path: file,
      content: Buffer.from(content).toString('base64'),
    })),
  }
}

function bundleAt(
  bundles: readonly BundleView[],
  folder: string,
  path: string,
  named: string | undefined,
): BundleView {
  if (named !== undefined) {
    const bundle = bundles.find(({ name }) => name === named)
    if (bundle !== undefined) return bundle
    throw cliFailure('usage', `bundle ${named}: there is none of this name`, {
      hint: `there are ${bundles.map(({ name }) => name).join(', ') || 'none'}`,
    })
  }
  const at = bundles.filter(({ source }) => {
    const own = plainPath(source.path)
    return isIn(folder, own) || isIn(own, folder)
  })
  const [first, ...others] = at
  if (first !== undefined && others.length === 0) return first
  const names = at.map(({ name }) => name).join(', ')
  throw cliFailure(
    'usage',
    first === undefined
      ? `${path}: no bundle is made from this folder`
      : `${path}: several bundles are made from this folder: ${names}`,
    { hint: 'name the bundle: ek diff BUNDLE -k FOLDER' },
  )
}

function isIn(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

function plainPath(path: string): string {
  return path === '.' ? '' : path.replace(/^\.\//, '').replace(/\/+$/, '')
}
