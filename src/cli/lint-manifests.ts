import { type Apimachinery, definitionsAmong, manifestProblems, type PlaceOf } from '../apimachinery/index.ts'
import type { DesiredObject } from '../core/bundle/index.ts'
import type { Problem } from '../core/problem.ts'
import type { ReadPath } from '../hub/fleet/index.ts'
import { readYaml, type YamlDocument } from '../render/yaml/index.ts'

/** What a bundle is on a cluster. */
export interface LintedRendering {
  readonly bundle: string
  readonly cluster: string
  /** Renderings of a bundle with the same variant are the same. */
  readonly variant: string
  readonly objects: readonly DesiredObject[]
}

/**
 * What an API server would refuse in the renderings, by file and line. Custom resources are held against the definitions
 * that any bundle brings to the same cluster. Equal renderings are looked at once.
 */
export async function lintManifests(
  renderings: readonly LintedRendering[],
  apimachinery: Apimachinery,
  readPath: ReadPath,
): Promise<readonly Problem[]> {
  const defining = renderings.filter(({ objects }) => definitionsAmong(objects).length > 0)
  const placeOf = placesIn(readPath)
  const done = new Set<string>()
  const problems: Problem[] = []
  for (const { bundle, cluster, variant, objects } of renderings) {
    const there = defining.filter((one) => one.cluster === cluster)
    const key = JSON.stringify([bundle, variant, there.map((one) => [one.bundle, one.variant])])
    if (done.has(key)) continue
    done.add(key)
    const definitions = there.flatMap((one) => definitionsAmong(one.objects))
    problems.push(...(await manifestProblems(apimachinery, objects, { definitions, placeOf })))
  }
  return problems
}

/**
 * Finds fields in the files as they are written: the place of the field, else of the innermost thing around it. A
 * template, or a field that only rendering makes, has none.
 */
function placesIn(readPath: ReadPath): PlaceOf {
  const files = new Map<string, Promise<readonly YamlDocument[]>>()
  return async (origin, path) => {
    const reading = files.get(origin.file) ?? documentsOf(readPath, origin.file)
    files.set(origin.file, reading)
    const document = (await reading).findLast(({ line }) => line <= origin.line)
    for (let steps = path; steps.length > 0; steps = steps.slice(0, -1)) {
      const place = document?.positionOf(steps)
      if (place !== undefined) return place
    }
    return undefined
  }
}

async function documentsOf(readPath: ReadPath, file: string): Promise<readonly YamlDocument[]> {
  try {
    const files = await readPath({ repository: undefined, revision: undefined, path: file })
    const content = files.get(file)
    return content === undefined ? [] : readYaml(Buffer.from(content).toString('utf8'), file).documents
  } catch {
    // Where the file cannot be read as it is, the place of the object has to do.
    return []
  }
}
