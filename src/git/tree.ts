import { Failure } from '../core/failure.ts'
import type { ReadLimits, ReadOptions, TreeFile } from './contract.ts'
import type { GitFailureCode } from './failures.ts'
import type { Mirror } from './mirror.ts'
import { cleanPath } from './path.ts'
import { failing, requireCommit, type TreeEntry, type TreeListings } from './tree-listings.ts'

/** What reading trees of a repository takes. */
export interface TreeTools {
  readonly mirror: Mirror
  readonly listings: TreeListings
  /** The repository, in messages. */
  readonly subject: string
}

const defaults: ReadLimits = { files: 20_000, bytes: 64 * 1024 * 1024, depth: 64 }

/**
 * The files of a commit below a path. Symbolic links, submodules and unsafe names anywhere below it refuse
 * the whole path, unread: a part of a source must not be taken for all of it (safety rows 1 to 3, 18). A
 * path that is not there is `path-gone`, never an empty list (incident 2).
 */
export async function listTree(
  { listings, subject }: Pick<TreeTools, 'listings' | 'subject'>,
  commit: string,
  path: string,
  options: ReadOptions,
): Promise<TreeEntry[]> {
  const fail = failing(subject)
  const clean = cleanPath(path)
  if (clean === undefined)
    throw fail('invalid-path', `cannot read ${JSON.stringify(path.slice(0, 200))}: it leads outside`)
  const limits = { ...defaults, ...options.limits }
  const below = await listings.below(commit, clean, options.signal)
  if (clean !== '' && below.length === 0) {
    throw fail(
      'path-gone',
      `there is no ${clean} in commit ${commit.slice(0, 12)}`,
      'mend the path, or bring the files back',
    )
  }
  const entries = below.filter(
    (entry) => entry.refused === undefined || options.leaveOut?.(entry.path) !== true,
  )
  const unsafe = entries.filter((entry) => entry.refused !== undefined)
  if (unsafe.length > 0) {
    const first = unsafe[0]
    throw new Failure<GitFailureCode>(
      'unsafe-tree',
      `repository ${subject}: cannot read ${clean === '' ? 'the tree' : clean}: ${printable(first?.path ?? '')} is ${first?.refused}`,
      {
        subject: `repository ${subject}`,
        hint: 'replace it by a plain file',
        details: unsafe
          .slice(0, 100)
          .map((entry) => ({ where: printable(entry.path), message: entry.refused ?? '' })),
      },
    )
  }
  const selected = entries.filter((entry) => options.select?.(entry.path) ?? true)
  const tooDeep = selected.find((entry) => entry.path.split('/').length > limits.depth)
  if (tooDeep !== undefined) throw fail('too-large', `folders are nested deeper than ${limits.depth}`)
  if (selected.length > limits.files)
    throw fail('too-large', `${selected.length} files, at most ${limits.files} are read`)
  const bytes = selected.reduce((total, entry) => total + entry.bytes, 0)
  if (bytes > limits.bytes) throw fail('too-large', `${bytes} bytes, at most ${limits.bytes} are read`)
  return selected
}

/** The texts of the files that `listTree` gives. */
export async function readTree(
  tools: TreeTools,
  commit: string,
  path: string,
  options: ReadOptions,
): Promise<ReadonlyMap<string, TreeFile>> {
  const files = new Map<string, TreeFile>()
  for (const [file, { content, blob }] of await readBlobs(tools, commit, path, options)) {
    let text: string
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
    } catch {
      throw failing(tools.subject)('not-text', `${file} is not UTF-8 text`, 'move it out of the path')
    }
    files.set(file, { text, blob })
  }
  return files
}

/** The same files as they are. */
export async function readBlobs(
  { mirror, listings, subject }: TreeTools,
  commit: string,
  path: string,
  options: ReadOptions,
): Promise<ReadonlyMap<string, { readonly content: Uint8Array; readonly blob: string }>> {
  const entries = await listTree({ listings, subject }, commit, path, options)
  const blobs = [...new Set(entries.map((entry) => entry.blob))]
  if (blobs.length === 0) return new Map()
  const expected = entries.reduce((total, entry) => total + entry.bytes, 0)
  const out = await mirror.run({
    action: `read ${path === '' ? 'the tree' : path}`,
    args: ['cat-file', '--batch'],
    input: `${blobs.join('\n')}\n`,
    maxBytes: expected + blobs.length * 200,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  const contents = parseBatch(out)
  const files = new Map<string, { content: Uint8Array; blob: string }>()
  for (const { path: file, blob } of entries) {
    const content = contents.get(blob)
    if (content === undefined) {
      await requireCommit(mirror, subject, commit)
      throw failing(subject)('corrupt', `${file} is missing from the mirror`)
    }
    files.set(file, { content, blob })
  }
  return files
}

/** Reads `git cat-file --batch`: a line `<id> <type> <size>`, the bytes, a line feed, for each object. */
function parseBatch(out: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  let at = 0
  while (at < out.length) {
    const end = out.indexOf(10, at)
    if (end < 0) break
    const [id = '', type = '', size = ''] = out.toString('latin1', at, end).split(' ')
    at = end + 1
    if (type !== 'blob') continue
    const length = Number(size)
    found.set(id, out.subarray(at, at + length))
    at += length + 1
  }
  return found
}

function printable(path: string): string {
  return path.replaceAll(/\p{Cc}/gu, '?').slice(0, 200)
}
