import { isList, isMap } from '../core/object/index.ts'
import type { Problem } from '../core/problem.ts'
import { markerOf, nameIn } from './find-renderer.ts'
import { renderLimits } from './limits.ts'
import { readYaml } from './yaml/index.ts'

/**
 * Gives every regular file below a folder of a repository, by path inside the repository (`''` is the root), or
 * undefined where there is no such folder. Links are its business to refuse: it throws, and `closure` lets it.
 */
export type FolderReader = (folder: string) => Promise<ReadonlyMap<string, Uint8Array> | undefined>

/** A reference to something that only a network has. */
export interface RemoteReference {
  /** As it is written. */
  readonly reference: string
  readonly file: string
  readonly line: number
  /** True when it names a commit, tag or branch, without which it changes by itself. */
  readonly pinned: boolean
}

/** The files that a kustomization may read, and what stands in the way of having them. */
export interface Closure {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly remotes: readonly RemoteReference[]
  readonly problems: readonly Problem[]
}

/** The lists of a kustomization whose entries are folders or files. */
const lists = ['resources', 'bases', 'components', 'generators', 'transformers', 'validators'] as const

interface Reference {
  readonly text: string
  readonly file: string
  readonly line: number
}

/**
 * Reads the folder of a source and, when it is a kustomization, all folders that it and its bases and components
 * refer to, however far up they lie in the repository; never outside. Every folder is read once. What is missing is
 * left for the renderer to say; a reference that leads outside is a problem.
 */
export async function closure(path: string, read: FolderReader): Promise<Closure> {
  const start = path === '.' ? '' : path
  const files = new Map<string, Uint8Array>()
  const remotes: RemoteReference[] = []
  const problems: Problem[] = []
  const folders: string[] = []
  const load = async (folder: string): Promise<void> => {
    if (folders.some((known) => folder === known || nameIn(known, folder) !== undefined)) return
    folders.push(folder)
    for (const [name, content] of (await read(folder)) ?? []) files.set(name, content)
  }
  await load(start)
  const seen = new Set<string>([start])
  const queue = [start]
  for (let at = 0; at < queue.length && files.size <= renderLimits.treeFiles; at++) {
    for (const reference of referencesOf(queue[at] ?? '', files)) {
      const { text, file, line } = reference
      if (isRemote(text)) {
        const pinned = /[?&](ref|version)=[^&]+/.test(text)
        remotes.push({ reference: text, file, line, pinned })
        continue
      }
      const target = resolveIn(file, text)
      if (target === undefined) {
        const message = `${text} leads outside the repository`
        const hint = 'refer to folders of this repository only'
        problems.push({ file, line, subject: 'source', message, hint, severity: 'error' })
        continue
      }
      if (seen.has(target) || files.has(target)) continue
      seen.add(target)
      await load(target)
      queue.push(target)
    }
  }
  return { files, remotes, problems }
}

function referencesOf(folder: string, files: ReadonlyMap<string, Uint8Array>): Reference[] {
  const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
  const file = names
    .map((name) => (folder === '' ? name : `${folder}/${name}`))
    .find((name) => files.has(name))
  if (file === undefined || markerOf(file) !== 'kustomize') return []
  const text = Buffer.from(files.get(file) ?? []).toString('utf8')
  const { documents } = readYaml(text, file, { repeatedKeys: 'last wins' })
  const document = documents[0]
  if (document === undefined || !isMap(document.value)) return []
  const found: Reference[] = []
  for (const key of lists) {
    const entries = document.value[key]
    if (!isList(entries)) continue
    entries.forEach((entry, index) => {
      if (typeof entry !== 'string' || entry.includes('\n')) return
      found.push({ text: entry, file, line: document.positionOf([key, index])?.line ?? 1 })
    })
  }
  return found
}

/** What Kustomize would take from a network: a URL, scp-like, or a host with a path. */
function isRemote(reference: string): boolean {
  if (/^[./]/.test(reference)) return false
  return /:\/\/|::|\?ref=|^git@|^github\.com\/|^file:/.test(reference)
}

/** Where a reference of a file leads; undefined outside the repository and for absolute paths. */
function resolveIn(file: string, reference: string): string | undefined {
  if (reference.startsWith('/')) return undefined
  const parts = file.split('/').slice(0, -1)
  for (const part of reference.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}
