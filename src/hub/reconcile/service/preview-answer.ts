import { randomBytes } from 'node:crypto'
import { apiFailure, type PreviewRequest, type PreviewView } from '../../../api/index.ts'
import { Failure } from '../../../core/failure.ts'
import type { Problem } from '../../../core/problem.ts'
import { eachLimited } from '../../../runtime/index.ts'
import type { Assignment } from '../../../spoke/index.ts'
import type { ReadPath } from '../../fleet/index.ts'
import { assignmentOf } from '../fleet/assignment-of.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, seesPlaced } from './in-scope.ts'
import { seenEffects } from './run-answers.ts'
import { type Change, effectsOf } from './run-effects.ts'

const sideBySide = 8
const mostProblems = 100

/**
 * What a bundle would change on clusters if its folders were as they are given, compared with what is in force there. It
 * is rendered as the fleet is, in the box, and forgotten again; one cluster of each effect is asked by dry-runs. Undefined
 * when there is no such bundle. Throws `invalid-request` for a path that is none.
 */
export async function previewTree(
  parts: HubParts,
  bundle: string,
  request: PreviewRequest,
): Promise<PreviewView | undefined> {
  const evaluation = parts.fleet.evaluation()
  const declared = evaluation?.model.bundles.get(bundle)
  if (evaluation === undefined || declared === undefined) return undefined
  const { model } = evaluation
  const { source } = declared.value.spec
  const given = givenFolders(request)
  const readPath: ReadPath = async (asked) =>
    asked.repository === source.repository && asked.revision === source.revision
      ? (given(asked.path) ?? (await evaluation.readPath(asked)))
      : await evaluation.readPath(asked)
  const look = parts.renderings.look({ ...evaluation, readPath }, randomBytes(32))
  const placed = clustersInScope(parts, {
    cluster: request.clusters,
    environment: request.environments,
    labels: request.labels,
  }).filter(({ name }) => {
    const target = parts.rollouts.target(name, bundle)
    return target?.withdrawn === undefined && target !== undefined && seesPlaced(parts, name, bundle)
  })

  const problems = new Map<string, Problem>()
  const changes: Record<string, Change> = {}
  const tried = new Map<string, Assignment>()
  const random = new Map<string, readonly string[]>()
  const failed: string[] = []
  await eachLimited(placed, sideBySide, async ({ name, cluster }) => {
    const looked = await look(declared, cluster)
    for (const problem of looked.problems) problems.set(JSON.stringify(problem), problem)
    if (!looked.rendered) {
      failed.push(name)
      return
    }
    const { variant, complete } = looked
    const current = parts.board.assignment(name, bundle)
    if (current?.variant === variant) return
    const revision = evaluation.revisionOf(declared.value) ?? ''
    const next = assignmentOf(model, declared.value, cluster, { revision, variant, complete })
    tried.set(name, next)
    random.set(name, looked.random)
    changes[name] = { variant, mode: next.mode, ...(current === undefined ? {} : { from: current }) }
  })
  const all = await effectsOf(parts, changes, {
    tried: (name) => tried.get(name),
    leaveOut: (name) => random.get(name) ?? [],
  })
  const effects = seenEffects(parts, bundle, all)
  // What differs only in values that are drawn does not change.
  const real = effects.filter(({ items, notes, more }) => items.length + more + notes.length > 0)
  const changed = real.filter(({ items, more }) => items.length + more > 0)
  const names = placed.map(({ name }) => name)
  return {
    clusters: placed.length,
    changed: changed.reduce((sum, { clusters }) => sum + clusters.length, 0),
    unreachable: names.filter((name) => !parts.board.isKnown(name)),
    failed: failed.toSorted(),
    effects: changed,
    problems: [...problems.values()].slice(0, mostProblems),
    random: new Set([...random.values()].flat()).size,
  }
}

/** The files below a path that were given; undefined for a path that lies in no given folder. Throws for one that is gone. */
function givenFolders({
  folders,
  files,
}: PreviewRequest): (path: string) => ReadonlyMap<string, Uint8Array> | undefined {
  const roots = folders.map(insideRepository)
  const all = new Map(
    files.map(({ path, content }) => [insideRepository(path), Buffer.from(content, 'base64')] as const),
  )
  return (path) => {
    const at = path === '.' ? '' : path
    const isGiven = roots.some((root) => root === '' || at === root || at.startsWith(`${root}/`))
    if (!isGiven) return undefined
    const below = new Map([...all].filter(([file]) => at === '' || file === at || file.startsWith(`${at}/`)))
    if (below.size === 0) {
      throw new Failure('path-gone', `the tree that was given has no ${path}`, {
        hint: 'give the folder whole, or mend the path',
      })
    }
    return below
  }
}

function insideRepository(path: string): string {
  const steps = path === '.' ? [] : path.split('/')
  if (!path.startsWith('/') && !steps.some((step) => step === '' || step === '.' || step === '..')) {
    return steps.join('/')
  }
  throw apiFailure('invalid-request', `path ${JSON.stringify(path)}: it is no path inside a repository`, {
    hint: 'write it from the root of the repository, without . and ..',
  })
}
