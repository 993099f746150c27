import { type FieldPath, pathKey, valuesAtPath } from '../fields/index.ts'
import type { KubeObject } from '../object/index.ts'
import type { PathList } from './own-hashes.ts'

/** One thing that disappeared: a field, a list item with all in it, or a map with several levels in it. */
export interface Removal {
  readonly path: FieldPath
}

/**
 * Groups the removed ones of `own`. The result is keyed by the index of the first path of each group; the
 * others of the group have no entry.
 */
export function removalsOf(
  live: KubeObject,
  own: PathList,
  isRemoved: (index: number) => boolean,
): ReadonlyMap<number, Removal> {
  const gone: { readonly index: number; readonly path: FieldPath; readonly absent: FieldPath }[] = []
  const depths = new Map<string, number>()
  for (const [index, path] of own.paths.entries()) {
    if (!isRemoved(index)) continue
    const absent = firstAbsent(live, path)
    gone.push({ index, path, absent })
    const key = pathKey(absent)
    depths.set(key, Math.max(depths.get(key) ?? 0, path.length))
  }
  const groups = new Map<number, Removal>()
  const seen = new Set<string>()
  for (const { index, path, absent } of gone) {
    const shown = nodeToReport(path, absent.length, {
      whole: own.set.has(absent),
      depth: depths.get(pathKey(absent)) ?? path.length,
    })
    const key = pathKey(shown)
    if (seen.has(key)) continue
    seen.add(key)
    groups.set(index, { path: shown })
  }
  return groups
}

/** The shortest prefix of `path` at which nothing stands. */
function firstAbsent(live: KubeObject, path: FieldPath): FieldPath {
  for (let length = 1; length < path.length; length += 1) {
    const prefix = path.slice(0, length)
    if (valuesAtPath(live, prefix).length === 0) return prefix
  }
  return path
}

/**
 * Which node to report for a path whose first `changed` elements lead to the node that came or went: that
 * node when it is owned as a `whole` or when more than one level is in it (`depth`, the length of its longest
 * path); the first list item on the way in any case; else the path itself.
 */
export function nodeToReport(
  path: FieldPath,
  changed: number,
  { whole, depth }: { readonly whole: boolean; readonly depth: number },
): FieldPath {
  if (whole) return path.slice(0, changed)
  for (let at = changed - 1; at < path.length; at += 1) {
    const element = path[at]
    if (element !== undefined && !('f' in element)) return path.slice(0, at + 1)
  }
  return depth > changed + 1 ? path.slice(0, changed) : path
}
