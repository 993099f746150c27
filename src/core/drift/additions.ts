import { comparePaths, type FieldPath, pathKey, valueAtPath } from '../fields/index.ts'
import type { KubeObject } from '../object/index.ts'
import { isUnrecorded } from '../schema/index.ts'
import { isControllerAnnotation } from './controller-annotations.ts'
import type { Finding } from './finding.ts'
import { nodeToReport } from './group-paths.ts'
import { hashAt } from './hash-list.ts'
import { A_MAP, type OwnHashes } from './own-hashes.ts'
import { type Owner, othersOf } from './owners.ts'
import type { Receipt } from './receipt.ts'

/** A leaf of somebody else's below a node of ours; `changed` leads to the first node that is not ours. */
interface Candidate {
  readonly owner: Owner
  readonly path: FieldPath
  readonly changed: number
}

/**
 * What others own inside the containers that we own something in, the root and `metadata` among them (engine
 * §3, step 4), less status and what controllers keep on every object. What nobody owns, as defaults and the
 * additions of webhooks, is invisible. An added list item, and a map with several levels in it, is one finding.
 */
export function additionsIn(
  live: KubeObject,
  receipt: Receipt,
  options: { readonly manager: string },
): Finding[] {
  if (receipt.own.paths.keys.length === 0) return []
  const candidates = othersOf(live, options.manager)
    .filter(({ entry }) => entry.subresource !== 'status')
    .flatMap((owner) => candidatesOf(owner, receipt.own))
  const depths = new Map<string, number>()
  for (const { path, changed } of candidates) {
    const key = pathKey(path.slice(0, changed))
    depths.set(key, Math.max(depths.get(key) ?? 0, path.length))
  }
  const findings = new Map<string, Finding>()
  for (const { owner, path, changed } of candidates) {
    const depth = depths.get(pathKey(path.slice(0, changed))) ?? path.length
    const shown = nodeToReport(path, changed, { whole: false, depth })
    const key = pathKey(shown)
    const value = valueAtPath(live, shown)
    // Candidates come newest owner first.
    if (value === undefined || findings.has(key)) continue
    findings.set(key, {
      path: shown,
      class: 'addition',
      live: value,
      desired: undefined,
      holder: owner.entry,
      holderPath: 'exact',
      coOwned: false,
    })
  }
  return [...findings.values()].sort((a, b) => comparePaths(a.path, b.path))
}

function candidatesOf(owner: Owner, own: OwnHashes): Candidate[] {
  const candidates: Candidate[] = []
  for (const path of owner.fields.leaves()) {
    if (isOutOfScope(path)) continue
    const changed = firstForeign(path, own)
    if (changed !== undefined) candidates.push({ owner, path, changed })
  }
  return candidates
}

function isOutOfScope(path: FieldPath): boolean {
  const [first, second, third] = path
  if (first === undefined || isUnrecorded(path) || !('f' in first) || first.f === 'status') return true
  if (first.f !== 'metadata' || second === undefined || third === undefined) return false
  return 'f' in second && second.f === 'annotations' && 'f' in third && isControllerAnnotation(third.f)
}

/** How many elements lead to the first node that is not ours; undefined where all of the path is. */
function firstForeign(path: FieldPath, own: OwnHashes): number | undefined {
  const { set } = own.paths
  for (let length = 1; length <= path.length; length += 1) {
    const prefix = path.slice(0, length)
    if (set.hasChildren(prefix) || (length === 1 && isMetadata(prefix))) continue
    if (!set.has(prefix)) return length
    // A leaf of ours: only a map that we applied empty has room for others.
    return length < path.length && isOpenMap(own, prefix) ? length + 1 : undefined
  }
  return undefined
}

function isMetadata([first]: FieldPath): boolean {
  return first !== undefined && 'f' in first && first.f === 'metadata'
}

function isOpenMap(own: OwnHashes, path: FieldPath): boolean {
  return hashAt(own.hashes, own.paths.keys.indexOf(pathKey(path))) === A_MAP
}
