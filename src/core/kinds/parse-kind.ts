import type { z } from 'zod'
import { isMap } from '../object/index.ts'
import { nearest } from '../nearest.ts'
import type { Problem } from '../problem.ts'
import { type Access, accessSchema } from './access.ts'
import { type Bundle, bundleSchema } from './bundle.ts'
import { type Cluster, clusterSchema } from './cluster.ts'
import { type Environment, environmentSchema } from './environment.ts'
import { type Fleet, fleetSchema } from './fleet.ts'
import { describeIssues } from './issues.ts'
import { type Rollout, rolloutKindSchema } from './rollout.ts'
import { apiVersion } from './scalars.ts'

/** The schema of every kind that is read from the fleet repository, by the kind's name. */
export const kindSchemas = {
  Fleet: fleetSchema,
  Environment: environmentSchema,
  Cluster: clusterSchema,
  Bundle: bundleSchema,
  Rollout: rolloutKindSchema,
  Access: accessSchema,
} as const satisfies Readonly<Record<string, z.ZodType>>

export type KindName = keyof typeof kindSchemas

/** One document of the fleet repository, by kind. */
export type ParsedKind =
  | { readonly kind: 'Fleet'; readonly value: Fleet }
  | { readonly kind: 'Environment'; readonly value: Environment }
  | { readonly kind: 'Cluster'; readonly value: Cluster }
  | { readonly kind: 'Bundle'; readonly value: Bundle }
  | { readonly kind: 'Rollout'; readonly value: Rollout }
  | { readonly kind: 'Access'; readonly value: Access }

/** Where a document stands. `positionOf` gives the place of a field inside it, where the reader kept it. */
export interface KindSource {
  readonly file: string
  readonly line: number
  readonly positionOf?: (path: readonly PropertyKey[]) => { line: number; column: number } | undefined
}

/** Kinds of the model that are not read; naming them apart keeps a policy from being taken for a typo. */
const unread: readonly string[] = ['Policy', 'Notification']

/**
 * Reads one document of the fleet repository. Gives its kind and value, or every problem in it: unknown
 * kinds and fields are errors with the nearest known name as hint (model.md).
 */
export function parseKind(value: unknown, source: KindSource): ParsedKind | Problem[] {
  const problem = (path: readonly PropertyKey[], message: string, hint?: string): Problem => {
    const place = nearestPosition(source, path)
    return {
      file: source.file,
      line: place?.line ?? source.line,
      ...(place === undefined ? {} : { column: place.column }),
      subject: subjectOf(value),
      message,
      ...(hint === undefined ? {} : { hint }),
      severity: 'error',
    }
  }
  if (!isMap(value))
    return [problem([], 'this document is not a map', `write apiVersion: ${apiVersion} and a kind`)]
  const { kind } = value
  const names = Object.keys(kindSchemas)
  if (typeof kind !== 'string') return [problem([], 'kind is missing', `write one of ${names.join(', ')}`)]
  if (unread.includes(kind)) {
    return [problem(['kind'], `kind ${kind} is not read by this version`, 'remove the file, or upgrade')]
  }
  if (!isKindName(kind)) {
    const near = nearest(kind, names)
    const hint = near === undefined ? `write one of ${names.join(', ')}` : `did you mean ${near}?`
    return [problem(['kind'], `unknown kind ${kind.slice(0, 64)}`, hint)]
  }
  const schema = kindSchemas[kind]
  const parsed = schema.safeParse(value)
  if (parsed.success) return { kind, value: parsed.data } as ParsedKind
  return describeIssues(parsed.error.issues, schema, value).map((one) =>
    problem(one.path, one.message, one.hint),
  )
}

/** True when `text` names a kind of the fleet repository. */
function isKindName(text: string): text is KindName {
  return Object.hasOwn(kindSchemas, text)
}

/** The place of the field at `path`, or of the nearest field around it that is written down. */
function nearestPosition(source: KindSource, path: readonly PropertyKey[]) {
  for (let length = path.length; length >= 0; length--) {
    const place = source.positionOf?.(path.slice(0, length))
    if (place !== undefined) return place
  }
  return undefined
}

function subjectOf(value: unknown): string {
  if (!isMap(value)) return 'document'
  const { kind, metadata } = value
  const name =
    isMap(metadata) && typeof metadata['name'] === 'string' ? metadata['name'].slice(0, 63) : undefined
  if (typeof kind !== 'string') return name ?? 'document'
  return name === undefined ? kind.slice(0, 63) : `${kind.slice(0, 63)} ${name}`
}
