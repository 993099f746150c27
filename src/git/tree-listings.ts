import { Failure } from '../core/failure.ts'
import type { GitFailureCode } from './failures.ts'
import type { Mirror } from './mirror.ts'
import { isSafePart } from './path.ts'

/** A file of a tree, unread. */
export interface TreeEntry {
  readonly path: string
  readonly blob: string
  readonly bytes: number
  /** What it is, where nothing may be read below a path that holds it. */
  readonly refused?: string
}

/** Entries of a whole tree that are held; a greater one is asked for path by path. */
const mostHeld = 50_000
/** Commits that are held: the one that is in force, the one before it, and two that are looked at. */
const commitsHeld = 4

/** What stands below each folder of a tree, as a part of its list: git lists a folder's files one after the other. */
interface Held {
  readonly entries: readonly TreeEntry[]
  readonly places: ReadonlyMap<string, readonly [number, number]>
}

/**
 * What commits hold, by path. A commit never changes, so its tree is listed once: the inputs of hundreds of clusters are
 * looked for in it without a run of git for each, those that are not there above all.
 */
export class TreeListings {
  readonly #mirror: Mirror
  readonly #subject: string
  /** Undefined for one that is too great to hold. */
  readonly #held = new Map<string, Held | undefined>()

  constructor(mirror: Mirror, subject: string) {
    this.#mirror = mirror
    this.#subject = subject
  }

  /** Everything at or below a clean path (`''` is the whole tree), in git's order; nothing where the path is not there. */
  async below(commit: string, path: string, signal?: AbortSignal): Promise<readonly TreeEntry[]> {
    if (!this.#held.has(commit)) {
      await requireCommit(this.#mirror, this.#subject, commit)
      const entries = await this.#list(commit, [], signal)
      this.#hold(commit, entries)
      if (path === '') return entries
    }
    const held = this.#held.get(commit)
    if (held === undefined) return await this.#list(commit, path === '' ? [] : ['--', path], signal)
    const place = path === '' ? ([0, held.entries.length] as const) : held.places.get(path)
    return place === undefined ? [] : held.entries.slice(...place)
  }

  #hold(commit: string, entries: readonly TreeEntry[]): void {
    this.#held.set(commit, entries.length > mostHeld ? undefined : { entries, places: placesOf(entries) })
    const [oldest] = this.#held.keys()
    if (this.#held.size > commitsHeld && oldest !== undefined) this.#held.delete(oldest)
  }

  async #list(commit: string, below: readonly string[], signal?: AbortSignal): Promise<TreeEntry[]> {
    const out = await this.#mirror.run({
      action: `read ${below.at(-1) ?? 'the tree'}`,
      args: ['ls-tree', '-r', '-z', '-l', '--full-tree', commit, ...below],
      ...(signal === undefined ? {} : { signal }),
    })
    // A name that is no UTF-8 becomes one with a replacement character, which no safe name holds.
    return out
      .toString('utf8')
      .split('\0')
      .filter((line) => line !== '')
      .map(parseLine)
  }
}

function placesOf(entries: readonly TreeEntry[]): Map<string, readonly [number, number]> {
  const places = new Map<string, readonly [number, number]>()
  for (const [at, { path }] of entries.entries()) {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end)
      places.set(folder, [places.get(folder)?.[0] ?? at, at + 1])
    }
    places.set(path, [at, at + 1])
  }
  return places
}

/** Throws `commit-lost` for a commit that the mirror has not. */
export async function requireCommit(mirror: Mirror, subject: string, commit: string): Promise<void> {
  const input = `${commit}^{commit}\n`
  const out = await mirror.run({ action: 'find a commit', args: ['cat-file', '--batch-check'], input })
  if (!out.toString().startsWith(`${commit} commit `)) {
    throw failing(subject)('commit-lost', `commit ${commit.slice(0, 64)} is not in the repository`)
  }
}

function parseLine(line: string): TreeEntry {
  const tab = line.indexOf('\t')
  const [mode = '', , blob = '', size = ''] = line.slice(0, tab).split(/ +/)
  const path = line.slice(tab + 1)
  const entry = { path, blob, bytes: size === '-' ? 0 : Number(size) }
  if (mode === '120000') return { ...entry, refused: 'a symbolic link' }
  if (mode === '160000') return { ...entry, refused: 'a submodule' }
  if (!path.split('/').every(isSafePart) || path.includes('\ufffd'))
    return { ...entry, refused: 'no safe file name' }
  return entry
}

/** Makes the failures of a repository. */
export function failing(subject: string) {
  return (code: GitFailureCode, reason: string, hint?: string): Failure<GitFailureCode> =>
    new Failure(code, `repository ${subject}: ${reason}`, {
      subject: `repository ${subject}`,
      ...(hint === undefined ? {} : { hint }),
    })
}
