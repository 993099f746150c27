import { applyEntryOf } from '../drift/index.ts'
import type { KubeObject } from '../object/index.ts'
import type { InventoryEntry } from './inventory.ts'

/** Marks, on a label or annotation, by which people ask every tool or one tool to keep an object. */
const KEEP_MARKS: readonly { readonly key: string; readonly value: string }[] = [
  { key: 'evenkeel.dev/prune', value: 'never' },
  { key: 'helm.sh/resource-policy', value: 'keep' },
  { key: 'argocd.argoproj.io/sync-options', value: 'prune=false' },
  { key: 'kustomize.toolkit.fluxcd.io/prune', value: 'disabled' },
]

/**
 * Why a live object must not be deleted although it is recorded and no longer desired (engine §6), as people
 * read it; undefined where nothing stands against it. `live` must have been read just now (incident 8).
 */
export function deletionBlockedBy(
  live: KubeObject,
  entry: InventoryEntry,
  manager: string,
): string | undefined {
  const uid = live.metadata.uid
  if (entry.uid === undefined || uid !== entry.uid) {
    return `another object has its name now: uid ${uid ?? 'unknown'}, recorded ${entry.uid ?? 'none'}`
  }
  if (applyEntryOf(live, manager) === undefined) return `"${manager}" no longer owns any field of it`
  for (const { key, value } of KEEP_MARKS) {
    for (const marks of [live.metadata.annotations, live.metadata.labels]) {
      const found = marks?.[key]
      if (found !== undefined && listOf(found).includes(value)) return `marked to be kept: ${key}: ${found}`
    }
  }
  return undefined
}

/** Some of these marks hold several options, separated by commas. */
function listOf(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim().toLowerCase())
}
