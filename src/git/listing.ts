import { isRefName } from './ref.ts'

/** Object IDs by the full names of branches and tags. */
export type Refs = ReadonlyMap<string, string>

/** What a server lists. */
export interface Listing {
  readonly refs: Refs
  /** The branch that HEAD is at. */
  readonly head: string | undefined
  /** The commit that HEAD is at, where it is at no branch. */
  readonly detached: string | undefined
}

/** Reads `git ls-remote --symref`. Refs with names that git itself would refuse are left out. */
export function parseListing(text: string): Listing {
  const refs = new Map<string, string>()
  let head: string | undefined
  let at: string | undefined
  for (const line of text.split('\n')) {
    const [value = '', name = ''] = line.split('\t')
    if (name === 'HEAD' && value.startsWith('ref: ')) head = value.slice('ref: '.length)
    else if (name === 'HEAD') at = value
    else if (/^refs\/(heads|tags)\//.test(name) && !name.endsWith('^{}') && isRefName(name))
      refs.set(name, value)
  }
  return { refs, head, detached: head === undefined ? at : undefined }
}

/** True when both name the same refs at the same objects. */
export function sameRefs(a: Refs, b: Refs): boolean {
  return a.size === b.size && [...a].every(([name, commit]) => b.get(name) === commit)
}
