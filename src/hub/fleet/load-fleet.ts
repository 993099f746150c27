import {
  type Access,
  type Bundle,
  type Cluster,
  type Environment,
  type Fleet,
  parseKind,
  type Rollout,
} from '../../core/kinds/index.ts'
import { isMap } from '../../core/object/index.ts'
import { hasErrors, type Problem } from '../../core/problem.ts'
import { readYaml, type YamlDocument } from '../../render/yaml/index.ts'
import { findFleetFiles } from './fleet-files.ts'
import type { Declared, LoadedFleet, Unreadable } from './model.ts'
import { checkReferences } from './references.ts'

/** Everything that was read, with what is declared twice still side by side. */
export interface Declarations {
  readonly Fleet: Declared<Fleet>[]
  readonly Environment: Declared<Environment>[]
  readonly Cluster: Declared<Cluster>[]
  readonly Bundle: Declared<Bundle>[]
  readonly Rollout: Declared<Rollout>[]
  readonly Access: Declared<Access>[]
}

/**
 * Reads the fleet from the files of a repository (texts by path). Never throws: what is wrong comes back as
 * problems, and what could not be read, or cannot be used because of an error, as `unreadable`, so that the
 * caller keeps it at its last good state. One bad file hides nothing in the others.
 */
export function loadFleet(tree: ReadonlyMap<string, string>): LoadedFleet {
  const declared: Declarations = {
    Fleet: [],
    Environment: [],
    Cluster: [],
    Bundle: [],
    Rollout: [],
    Access: [],
  }
  const files = findFleetFiles(tree)
  if ('message' in files) {
    const model = {
      folder: '',
      fleet: undefined,
      environments: new Map(),
      clusters: new Map(),
      bundles: new Map(),
      rollouts: new Map(),
      access: new Map(),
    }
    return { model, problems: [files], unreadable: [{ file: files.file }] }
  }
  const problems: Problem[] = []
  const unreadable: Unreadable[] = []
  for (const file of files.paths) {
    const text = tree.get(file) ?? ''
    const read = readYaml(text, file)
    problems.push(...read.problems)
    if (read.problems.length > 0) unreadable.push(...guess(text, file, read.documents))
    if (read.documents.length === 0 && read.problems.length === 0) {
      problems.push(emptyFile(file))
      unreadable.push({ file })
    }
    for (const document of read.documents) readDocument(document, file, declared, problems, unreadable)
  }
  const checked = checkReferences(files.folder, declared)
  return {
    model: checked.model,
    problems: [...problems, ...checked.problems],
    unreadable: [...unreadable, ...checked.unreadable],
  }
}

/** An empty file may have been meant as a removal, or be half of a mistake: it counts as unreadable. */
function emptyFile(file: string): Problem {
  return {
    file,
    line: 1,
    subject: 'document',
    message: 'this file declares nothing',
    hint: 'remove the file to remove what it declared',
    severity: 'error',
  }
}

function readDocument(
  document: YamlDocument,
  file: string,
  declared: Declarations,
  problems: Problem[],
  unreadable: Unreadable[],
): void {
  const { value, line, positionOf } = document
  const parsed = parseKind(value, { file, line, positionOf })
  if (Array.isArray(parsed)) {
    problems.push(...parsed)
    if (hasErrors(parsed)) unreadable.push(identify(value, file))
    return
  }
  if (parsed.kind === 'Fleet') declared.Fleet.push({ value: parsed.value, file, line })
  if (parsed.kind === 'Environment') declared.Environment.push({ value: parsed.value, file, line })
  if (parsed.kind === 'Cluster') declared.Cluster.push({ value: parsed.value, file, line })
  if (parsed.kind === 'Bundle') declared.Bundle.push({ value: parsed.value, file, line })
  if (parsed.kind === 'Rollout') declared.Rollout.push({ value: parsed.value, file, line })
  if (parsed.kind === 'Access') declared.Access.push({ value: parsed.value, file, line })
}

function identify(value: unknown, file: string): Unreadable {
  if (!isMap(value)) return { file }
  const { kind, metadata } = value
  const name = isMap(metadata) ? metadata['name'] : undefined
  return {
    file,
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  }
}

/** What the documents of a malformed file most likely declare, from their text; at least the file itself. */
function guess(text: string, file: string, readable: readonly YamlDocument[]): Unreadable[] {
  const known = new Set(readable.map((document) => JSON.stringify(identify(document.value, file))))
  const found = text
    .split(/^---.*$/m)
    .map((part) => {
      const kind = /^["']?kind["']?:[ \t]*["']?([A-Za-z]+)/m.exec(part)?.[1]
      const name = /^metadata:.*?\bname["']?:[ \t]*["']?([a-z0-9][-a-z0-9.]*)/ms.exec(part)?.[1]
      return { file, ...(kind === undefined ? {} : { kind }), ...(name === undefined ? {} : { name }) }
    })
    .filter((one) => 'kind' in one && !known.has(JSON.stringify(one)))
  return found.length > 0 ? found : [{ file }]
}
