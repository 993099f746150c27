import type { DesiredObject, Origin } from '../core/bundle/index.ts'
import { nearest } from '../core/nearest.ts'
import { asJson, groupOf, isMap, type JsonMap, type KubeObject, nameOf, refOf } from '../core/object/index.ts'
import type { Problem } from '../core/problem.ts'
import type { Apimachinery, FieldProblem } from './contract.ts'
import { stepsOfPath } from './field-path.ts'

export interface ManifestProblemOptions {
  /** Definitions of custom resources besides those among the objects. */
  readonly definitions?: readonly JsonMap[]
  /** The version of the cluster that the objects are for; the newest known without it. */
  readonly version?: string
  /** Whose objects these are. */
  readonly tenant?: string
  /** Finds the place of a field in the file that declares the object, where the file tells it. */
  readonly placeOf?: PlaceOf
}

/** Where a field stands, or undefined where the file does not say. */
export type PlaceOf = (
  origin: Origin,
  path: readonly PropertyKey[],
) => Promise<{ readonly line: number; readonly column?: number } | undefined>

/**
 * What an API server would refuse each object for, as problems of the files that declare them. Definitions among the
 * objects say what their custom resources are; a kind that nobody defines is not a problem: a cluster may know it.
 */
export async function manifestProblems(
  apimachinery: Apimachinery,
  objects: readonly DesiredObject[],
  { placeOf, definitions = [], ...options }: ManifestProblemOptions = {},
): Promise<readonly Problem[]> {
  const values = objects.map(({ object }) => asMap(object))
  const all = [...definitions, ...definitionsAmong(objects)]
  const verdicts = await apimachinery.validate(values, { ...options, definitions: all })
  const problems: Problem[] = []
  for (const [index, { object, origin }] of objects.entries()) {
    for (const found of verdicts[index]?.problems ?? []) {
      const steps = stepsOfPath(found.path)
      const place = await placeOf?.(origin, steps)
      const hint = hintFor(found, steps)
      problems.push({
        ...origin,
        ...place,
        subject: nameOf(refOf(object)),
        message: messageOf(found),
        ...(hint === undefined ? {} : { hint }),
        severity: 'error',
      })
    }
  }
  return problems
}

/** The definitions of custom resources among objects. */
export function definitionsAmong(objects: readonly DesiredObject[]): readonly JsonMap[] {
  return objects.filter(({ object }) => isDefinition(object)).map(({ object }) => asMap(object))
}

function isDefinition(object: KubeObject): boolean {
  return object.kind === 'CustomResourceDefinition' && groupOf(object.apiVersion) === 'apiextensions.k8s.io'
}

function asMap(object: DesiredObject['object']): JsonMap {
  const value = asJson(object)
  return isMap(value) ? value : {}
}

/** The server's words, after the field where they do not name it themselves. */
function messageOf({ path, reason, message }: FieldProblem): string {
  const named = path === '' || reason === 'UnknownField' || reason === 'DuplicateField'
  return named ? message : `${path}: ${message}`
}

function hintFor(
  { reason, path, known = [] }: FieldProblem,
  steps: readonly (string | number)[],
): string | undefined {
  if (reason === 'NotServed') return known.length === 0 ? undefined : `write apiVersion: ${known[0]}`
  if (reason !== 'UnknownField') return undefined
  const word = String(steps.at(-1) ?? '')
  const near = nearest(word, known)
  return near === undefined ? undefined : `did you mean ${path.slice(0, path.length - word.length)}${near}?`
}
