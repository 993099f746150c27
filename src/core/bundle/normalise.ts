import {
  isList,
  isMap,
  type Json,
  type JsonMap,
  keyOf,
  type KubeObject,
  nameOf,
  refOf,
} from '../object/index.ts'
import type { Problem } from '../problem.ts'
import type { DesiredObject, Manifest } from './desired-object.ts'
import { identityProblem } from './identity.ts'
import { withSecretData } from './secret-data.ts'

export interface NormaliseOptions {
  /** The bundle's name, for the subject of problems. */
  readonly bundle: string
  /**
   * The namespace that namespaced objects without one will get. Used only to see that two objects are the
   * same; the objects keep no namespace, because only a server knows their scope. `default` without it.
   */
  readonly defaultNamespace?: string
}

export interface Normalised {
  readonly objects: readonly DesiredObject[]
  /** Errors name objects that are left out of `objects`; warnings name what was changed. */
  readonly problems: readonly Problem[]
}

/** What only a server writes, and what an apply would therefore refuse or fight over. */
const serverFields: readonly string[] = (
  'uid resourceVersion generation creationTimestamp deletionTimestamp ' +
  'deletionGracePeriodSeconds selfLink managedFields'
).split(' ')

/**
 * Makes manifests comparable: lists unpacked, `stringData` of Secrets turned into `data` (engine F16a), what
 * belongs to the server taken out, every object with an identity of its own. An object that cannot be
 * delivered is left out with an error that names it, and the others stay (safety row 43); of an object that
 * is declared twice neither stays.
 */
export function normalise(manifests: readonly Manifest[], options: NormaliseOptions): Normalised {
  const problems: Problem[] = []
  const unpacked = manifests.flatMap((manifest) => unpack(manifest, options, problems, 0))
  const found: DesiredObject[] = []
  for (const { value, origin, hook, wave } of unpacked) {
    const problem = identityProblem(value)
    const data = problem === undefined ? withSecretData(value) : { problem }
    if ('problem' in data) {
      problems.push({ ...origin, subject: subjectOf(value, options), severity: 'error', ...data.problem })
      continue
    }
    found.push({
      object: withoutServerFields(data.value, { value, origin }, options, problems),
      origin,
      ...(hook === undefined ? {} : { hook }),
      ...(wave === undefined ? {} : { wave }),
    })
  }
  return { objects: withoutDuplicates(found, options, problems), problems }
}

function unpack(
  manifest: Manifest,
  options: NormaliseOptions,
  problems: Problem[],
  depth: number,
): Manifest[] {
  const { value, origin } = manifest
  const { kind, items } = value
  if (typeof kind !== 'string' || !kind.endsWith('List') || !isList(items)) return [manifest]
  const refuse = (message: string): Manifest[] => {
    problems.push({ ...origin, subject: `${kind} of bundle ${options.bundle}`, message, severity: 'error' })
    return []
  }
  if (depth > 8) return refuse('lists are nested too deeply')
  return items.flatMap((item, index) =>
    isMap(item)
      ? unpack({ ...manifest, value: item }, options, problems, depth + 1)
      : refuse(`items[${index}] is no object`),
  )
}

function withoutServerFields(
  value: JsonMap,
  { origin, value: written }: Manifest,
  options: NormaliseOptions,
  problems: Problem[],
): KubeObject {
  const { status, ...rest } = value
  const metadata = isMap(value['metadata']) ? value['metadata'] : {}
  const dropped = serverFields.filter((field) => says(metadata[field])).map((field) => `metadata.${field}`)
  if (says(status)) dropped.unshift('status')
  if (dropped.length > 0) {
    problems.push({
      ...origin,
      subject: subjectOf(written, options),
      message: `${dropped.join(', ')} ${dropped.length === 1 ? 'is' : 'are'} the server's to write and left out`,
      hint: 'remove them from the file',
      severity: 'warning',
    })
  }
  const kept = Object.entries(metadata).filter(([field]) => !serverFields.includes(field))
  // `identityProblem` has checked what a KubeObject needs.
  return { ...rest, metadata: Object.fromEntries(kept) } as unknown as KubeObject
}

/** False for what generators write without meaning it: `status: {}`, `creationTimestamp: null`. */
function says(value: Json | undefined): boolean {
  if (value === undefined || value === null) return false
  return isMap(value) ? Object.values(value).some(says) : true
}

function withoutDuplicates(
  objects: readonly DesiredObject[],
  options: NormaliseOptions,
  problems: Problem[],
): DesiredObject[] {
  const byKey = new Map<string, DesiredObject[]>()
  for (const one of objects) {
    const ref = refOf(one.object)
    const key = keyOf(
      ref.namespace === '' ? { ...ref, namespace: options.defaultNamespace ?? 'default' } : ref,
    )
    const same = byKey.get(key)
    if (same === undefined) byKey.set(key, [one])
    else same.push(one)
  }
  return [...byKey.values()].flatMap((same) => {
    const [first, ...others] = same
    if (first === undefined || others.length === 0) return same
    const places = same.map(({ origin }) => `${origin.file}:${origin.line}`)
    for (const { origin } of others) {
      problems.push({
        ...origin,
        subject: nameOf(refOf(first.object)),
        message: `declared ${same.length} times in bundle ${options.bundle}: ${places.join(', ')}`,
        hint: 'keep one of them',
        severity: 'error',
      })
    }
    return []
  })
}

function subjectOf(value: JsonMap, options: NormaliseOptions): string {
  const { kind, metadata } = value
  const name = isMap(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : undefined
  const namespace =
    isMap(metadata) && typeof metadata['namespace'] === 'string' ? `${metadata['namespace']}/` : ''
  const known = typeof kind === 'string' ? kind : 'object'
  const text = name === undefined ? `${known} of bundle ${options.bundle}` : `${known} ${namespace}${name}`
  // A hostile name must not write on the terminal of the person who reads the problem.
  return text.replaceAll(/\p{Cc}/gu, '?').slice(0, 300)
}
