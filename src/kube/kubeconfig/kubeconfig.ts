import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { CORE_SCHEMA, load, YAMLException } from 'js-yaml'
import { isList, isMap, type Json, type JsonMap } from '../../core/object/index.ts'
import { SharedValues } from '../../core/shared-values.ts'
import { KubeFailure } from '../failure.ts'

/** One named part of a kubeconfig, and the folder that its relative paths start from. */
export interface Entry {
  readonly value: JsonMap
  /** Undefined for text that came without a file: relative paths mean nothing there. */
  readonly folder: string | undefined
}

export interface ContextEntry {
  readonly name: string
  readonly cluster: string
  readonly user: string
  readonly namespace: string | undefined
}

/** One or several kubeconfig files, merged; still unresolved. Its parts may hold secrets: never print it. */
export interface Kubeconfig {
  readonly currentContext: string | undefined
  readonly contexts: readonly ContextEntry[]
  readonly clusters: ReadonlyMap<string, Entry>
  readonly users: ReadonlyMap<string, Entry>
}

/** Where to read from: text, files in order of precedence, or what `KUBECONFIG` and the home folder say. */
export type KubeconfigSource =
  | { readonly text: string; readonly folder?: string }
  | { readonly files: readonly string[] }
  | { readonly environment: { readonly [name: string]: string | undefined } }

const maxBytes = 4 * 1024 * 1024

/**
 * Reads a kubeconfig as kubectl does: with several files the first to name a context, cluster or user wins, and the
 * first to set `current-context`. Files of a `KUBECONFIG` list that do not exist are passed over.
 *
 * Throws `bad-kubeconfig` naming the file and field; the text itself is never quoted.
 */
export async function loadKubeconfig(source: KubeconfigSource): Promise<Kubeconfig> {
  if ('text' in source) return merge([parse(source.text, 'kubeconfig', source.folder)])
  if ('files' in source) return merge(await Promise.all(source.files.map(readOne)))
  const listed = source.environment.KUBECONFIG ?? ''
  if (listed === '') return merge([await readOne(join(homedir(), '.kube', 'config'))])
  const files = [...new Set(listed.split(delimiter).filter((file) => file !== ''))]
  const read = await Promise.all(files.map((file) => readOne(file).catch(passOverMissing)))
  const found = read.filter((one) => one !== undefined)
  if (found.length === 0) throw bad('KUBECONFIG', `none of its ${files.length} files exists`)
  return merge(found)
}

interface Parsed {
  readonly currentContext: string | undefined
  readonly contexts: readonly ContextEntry[]
  readonly clusters: readonly (readonly [string, Entry])[]
  readonly users: readonly (readonly [string, Entry])[]
}

async function readOne(file: string): Promise<Parsed> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new KubeFailure(
      'bad-kubeconfig',
      `${file}: cannot read the kubeconfig${missing ? ': no such file' : ''}`,
      {
        cause: error,
        subject: file,
        hint: 'name another file with KUBECONFIG',
      },
    )
  }
  return parse(text, file, dirname(resolve(file)))
}

function passOverMissing(error: unknown): undefined {
  const cause = error instanceof KubeFailure ? error.cause : undefined
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
  throw error
}

/** A file may tell of a thousand clusters, and each of them reads it when it is connected to. */
const shared = new SharedValues<Parsed>()

function parse(text: string, file: string, folder: string | undefined): Parsed {
  const key = createHash('sha256')
    .update(JSON.stringify([file, folder, text]))
    .digest('base64')
  return shared.get(key) ?? shared.share(key, parsed(text, file, folder))
}

function parsed(text: string, file: string, folder: string | undefined): Parsed {
  if (text.length > maxBytes) throw bad(file, `larger than ${maxBytes} bytes`)
  let root: unknown
  try {
    root = load(text, { schema: CORE_SCHEMA })
  } catch (error) {
    // The parser's own message quotes the lines around the mistake, and those may hold a token.
    const line = error instanceof YAMLException ? error.mark?.line : undefined
    throw bad(file, `not valid YAML${line === undefined ? '' : `, line ${line + 1}`}`)
  }
  if (!isMap(root)) throw bad(file, 'not a map')
  if (root.kind !== undefined && root.kind !== 'Config')
    throw bad(file, `kind ${quote(root.kind)}, wanted Config`)
  const current = root['current-context']
  return {
    currentContext: typeof current === 'string' && current !== '' ? current : undefined,
    contexts: named(root, 'contexts', 'context', file).map(([name, value]) => ({
      name,
      cluster: textOf(value.cluster) ?? '',
      user: textOf(value.user) ?? '',
      namespace: textOf(value.namespace),
    })),
    clusters: named(root, 'clusters', 'cluster', file).map(([name, value]) => [name, { value, folder }]),
    users: named(root, 'users', 'user', file).map(([name, value]) => [name, { value, folder }]),
  }
}

function named(root: JsonMap, list: string, field: string, file: string): [string, JsonMap][] {
  const entries = root[list] ?? []
  if (!isList(entries)) throw bad(file, `${list}: not a list`)
  return entries.map((entry, index) => {
    const at = `${list}[${index}]`
    if (!isMap(entry) || typeof entry.name !== 'string') throw bad(file, `${at}.name: missing`)
    const value = entry[field] ?? {}
    if (!isMap(value)) throw bad(file, `${at}.${field}: not a map`)
    return [entry.name, value]
  })
}

function merge(files: readonly Parsed[]): Kubeconfig {
  const contexts = new Map<string, ContextEntry>()
  const clusters = new Map<string, Entry>()
  const users = new Map<string, Entry>()
  for (const file of files) {
    for (const context of file.contexts) if (!contexts.has(context.name)) contexts.set(context.name, context)
    for (const [name, entry] of file.clusters) if (!clusters.has(name)) clusters.set(name, entry)
    for (const [name, entry] of file.users) if (!users.has(name)) users.set(name, entry)
  }
  const currentContext = files.find((file) => file.currentContext !== undefined)?.currentContext
  return { currentContext, contexts: [...contexts.values()], clusters, users }
}

function bad(file: string, why: string): KubeFailure {
  return new KubeFailure('bad-kubeconfig', `${file}: cannot read the kubeconfig: ${why}`, { subject: file })
}

function quote(value: Json): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
