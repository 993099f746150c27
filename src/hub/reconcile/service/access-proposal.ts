import { dirname } from 'node:path/posix'
import { dump } from 'js-yaml'
import { apiFailure, type ProposalQuery, type ProposalView } from '../../../api/index.ts'
import type { Origin } from '../../../core/bundle/index.ts'
import { isFailure } from '../../../core/failure.ts'
import type { Bundle } from '../../../core/kinds/index.ts'
import {
  asJson,
  type KubeObject,
  mapsOf,
  type ObjectRef,
  refOf,
  valueAt,
} from '../../../core/object/index.ts'
import { readSubject, type Subject, subjectOrder, subjectText } from '../../../core/rbac/index.ts'
import type { GitRepository } from '../../../git/index.ts'
import { redactText } from '../../../runtime/index.ts'
import { addItem, editObject, gitPatch, type ObjectEdit } from '../../verdict/index.ts'
import { placeOf } from '../fleet/sources.ts'
import { permissionsOf, rbacKinds } from './access-answers.ts'
import type { AccessBook } from './access-book.ts'
import { describeBundle } from './bundle-answers.ts'
import type { HubParts } from './hub-parts.ts'
import { clustersInScope, type FleetCluster, seesAllOf } from './in-scope.ts'
import { effectsOnSubject, effectsOnUse } from './proposal-effects.ts'
import { bindingOf, type ProposedChange, readChange } from './proposed-change.ts'
import { recordedSight } from './recorded-sight.ts'

/** Distinct renderings of a bundle that are looked through. */
const mostVariants = 100

/** What a bundle declares in one place, on the clusters that have it from there. */
interface Declared {
  readonly object: KubeObject
  readonly origin: Origin
  readonly clusters: FleetCluster[]
}

type Written = Pick<ProposalView, 'files' | 'patch' | 'refused'>

/**
 * A change of a binding or quota as a patch of the bundle that declares it, or is to, and who gains or loses what by it.
 * Nothing is written. Undefined where there is no such bundle of which whoever asks may look at all. Throws `invalid-request`
 * for a change that cannot be understood, `not-found` for an object that the bundle does not declare.
 */
export async function proposeAccess(
  parts: HubParts,
  book: AccessBook,
  name: string,
  query: ProposalQuery,
): Promise<ProposalView | undefined> {
  const bundle = parts.fleet.state.model?.bundles.get(name)?.value
  const placed = describeBundle(parts, name)?.placed.map(({ cluster }) => cluster) ?? []
  const seen = clustersInScope(parts, { cluster: placed }).filter((one) => seesAllOf(parts, one.name, name))
  if (bundle === undefined || seen.length === 0) return undefined
  const change = readChange(query)
  const all = await declaredIn(parts, name, seen)
  const same = all.filter(({ object }) => isObject(object, change.ref, bundle))
  const [most, ...others] = same.toSorted((one, two) => two.clusters.length - one.clusters.length)
  if (change.is === 'give' && most !== undefined)
    throw wrong(`${change.ref.kind} ${change.ref.name} is declared already: choose another name`)
  const reached = most === undefined ? seen : most.clusters
  const object =
    change.is === 'give'
      ? bindingOf(change)
      : most === undefined
        ? undefined
        : changedObject(most.object, change)
  if (object === undefined) throw notDeclared(change.ref, name)
  const at = await placeOfSource(parts, bundle)
  const written =
    change.is === 'give'
      ? await newFile(at, bundle, object, all)
      : await editedFile(at, most?.object, most?.origin, change)
  const sight = await recordedSight(parts, reached, change.is === 'bound' ? ['ResourceQuota'] : rbacKinds)
  const difference =
    change.is === 'bound'
      ? {
          permissions: [],
          effects: [],
          bounds: await effectsOnUse(parts, change, reached, (resource) =>
            textAt(most?.object, 'spec', 'hard', resource),
          ),
        }
      : {
          ...(await effectsOnSubject(
            parts,
            book,
            change,
            reached,
            permissionsOf(query.permission, change.ref.namespace === '' ? undefined : change.ref.namespace),
          )),
          bounds: [],
        }
  return {
    ...sight.view,
    ...difference,
    ...written,
    bundle: name,
    repository: redactText(at.url),
    branch: at.branch,
    object: yamlOf(object),
    notes: [...notesOf(change, others), ...at.notes],
    clusters: reached.length,
  }
}

/** Everything that a bundle declares, by the place in Git, with the clusters that have it from there. */
async function declaredIn(
  parts: HubParts,
  bundle: string,
  clusters: readonly FleetCluster[],
): Promise<Declared[]> {
  const variants = Map.groupBy(clusters, ({ name }) => parts.board.assignment(name, bundle)?.variant)
  const found = new Map<string, Declared>()
  for (const [variant, on] of [...variants].slice(0, mostVariants)) {
    if (variant === undefined) continue
    const content = await parts.renderings.content(variant).catch(() => undefined)
    for (const { object, origin } of content?.objects ?? []) {
      if (object.kind === 'Secret') continue
      const place = `${origin.file}:${origin.line} ${JSON.stringify(object)}`
      const known = found.get(place)
      if (known === undefined) found.set(place, { object, origin, clusters: [...on] })
      else known.clusters.push(...on)
    }
  }
  return [...found.values()]
}

function isObject(object: KubeObject, ref: ObjectRef, bundle: Bundle): boolean {
  const { group, kind, namespace, name } = refOf(object)
  const within = namespace === '' ? (bundle.spec.namespace ?? 'default') : namespace
  return (
    group === ref.group &&
    kind === ref.kind &&
    name === ref.name &&
    (ref.namespace === '' || within === ref.namespace)
  )
}

/** The object as it is to be. Throws `invalid-request` where it says so already, or has no such part. */
function changedObject(object: KubeObject, change: ProposedChange): KubeObject {
  return edits(object, change).reduce((now, edit) => applied(now, edit), object)
}

function edits(object: KubeObject, change: ProposedChange): ObjectEdit[] {
  if (change.is === 'take') return [{ is: 'drop', path: ['subjects'], at: placeOfSubject(object, change) }]
  if (change.is === 'give') return []
  return [...change.bounds].map(([resource, to]): ObjectEdit => {
    const from = textAt(object, 'spec', 'hard', resource)
    if (from === '') throw wrong(`the quota bounds no ${resource}`)
    if (from === to) throw wrong(`${resource} is bound to ${to} already`)
    return { is: 'set', path: ['spec', 'hard', resource], to }
  })
}

function placeOfSubject(object: KubeObject, { subject, ref }: { subject: Subject; ref: ObjectRef }): number {
  const place = mapsOf(valueAt(object, 'subjects')).findIndex((one) => {
    const read = readSubject(one, ref.namespace)
    return read !== undefined && subjectOrder(read) === subjectOrder(subject)
  })
  if (place >= 0) return place
  throw wrong(`${ref.kind} ${ref.name} does not name ${subjectText(subject)}`)
}

function applied(object: KubeObject, edit: ObjectEdit): KubeObject {
  if (edit.is === 'drop') {
    return { ...object, subjects: mapsOf(valueAt(object, 'subjects')).toSpliced(edit.at, 1) }
  }
  const resource = edit.path.at(-1) ?? ''
  const spec = asJson(object)['spec'] as { hard: object }
  return { ...object, spec: { ...spec, hard: { ...spec.hard, [resource]: edit.to } } } as KubeObject
}

interface SourcePlace {
  readonly repository: GitRepository
  readonly url: string
  readonly branch: string
  readonly commit: string
  readonly notes: readonly string[]
}

/** Where the source of a bundle is written. Throws `not-ready` where its repository cannot be read now. */
async function placeOfSource(parts: HubParts, bundle: Bundle): Promise<SourcePlace> {
  const { fleet } = parts.config
  const { model } = parts.fleet.state
  const subject = `bundle ${bundle.metadata.name}`
  if (fleet === undefined || model === undefined)
    throw apiFailure('not-ready', `${subject}: no fleet repository is set`)
  const own = { name: 'fleet', url: fleet.url, credential: fleet.credential }
  const place = placeOf(bundle, model, own)
  if (place === undefined) throw apiFailure('not-ready', `${subject}: its repository is not listed`)
  const { revision, repository: other } = bundle.spec.source
  try {
    const repository = await parts.sources.repository(place)
    const ref = revision ?? (other === undefined ? fleet.branch : undefined)
    const branch = ref ?? (await repository.defaultBranch()) ?? 'HEAD'
    const { commit } = await repository.resolve(ref)
    const pinned = `the bundle is read at ${revision ?? ''}: where that is no branch it has to be moved too`
    return { repository, url: place.url, branch, commit, notes: revision === undefined ? [] : [pinned] }
  } catch (error) {
    if (!isFailure(error)) throw error
    throw apiFailure(
      'not-ready',
      `${subject}: its repository cannot be read now: ${redactText(error.message)}`,
    )
  }
}

/** A new file beside those that the bundle is made from, and its line in a kustomization where one lists them. */
async function newFile(
  { repository, commit }: SourcePlace,
  { spec }: Bundle,
  object: KubeObject,
  all: readonly Declared[],
): Promise<Written> {
  const near = all.find((one) => refOf(one.object).kind === object.kind) ?? all[0]
  const folder = near === undefined ? spec.source.path : dirname(near.origin.file)
  const file = `${folder === '.' ? '' : `${folder}/`}${object.kind.toLowerCase()}-${object.metadata.name}.yaml`
  if (
    spec.source.chart !== undefined ||
    spec.source.renderer === 'helm' ||
    /(^|\/)templates(\/|$)/.test(folder)
  )
    return {
      files: [],
      refused: 'a chart makes this bundle: the object belongs into its values, or a bundle of its own',
    }
  const paths = await repository.listFiles(commit, folder)
  if (paths.includes(file)) return { files: [], refused: `${file} is there already` }
  const text = yamlOf(object)
  const list = paths.find((path) => dirname(path) === folder && /(^|\/)kustomization\.ya?ml$/i.test(path))
  const patch = gitPatch(file, undefined, text)
  if (list === undefined) return { files: [file], patch }
  const before = (await repository.readTree(commit, list)).get(list)?.text ?? ''
  const edited = addItem(before, 'resources', file.slice(folder.length + 1))
  if ('refused' in edited) return { files: [], refused: `${list}: ${edited.refused}` }
  return { files: [file, list], patch: patch + gitPatch(list, before, edited.text) }
}

/** The file that declares the object, changed at that one place. */
async function editedFile(
  { repository, commit }: SourcePlace,
  object: KubeObject | undefined,
  origin: Origin | undefined,
  change: ProposedChange,
): Promise<Written> {
  if (object === undefined || origin === undefined) return { files: [] }
  const { file } = origin
  const before = (await repository.readTree(commit, file)).get(file)?.text
  if (before === undefined) return { files: [], refused: `${file} is not there any more` }
  let text = before
  for (const edit of edits(object, change)) {
    const edited = editObject(text, change.ref, edit)
    if ('refused' in edited) return { files: [], refused: `${file}:${origin.line}: ${edited.refused}` }
    text = edited.text
  }
  return { files: [file], patch: gitPatch(file, before, text) }
}

function notesOf({ ref }: ProposedChange, others: readonly Declared[]): string[] {
  return others.map(
    ({ origin, clusters }) =>
      `${ref.kind} ${ref.name} stands in ${origin.file}:${origin.line} too, for ${clusters.length} other ${clusters.length === 1 ? 'cluster' : 'clusters'}: it stays as it is there`,
  )
}

function yamlOf(object: KubeObject): string {
  return dump(asJson(object), { lineWidth: -1, noRefs: true })
}

function textAt(object: KubeObject | undefined, ...path: readonly string[]): string {
  const value = object === undefined ? undefined : valueAt(object, ...path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function notDeclared({ kind, namespace, name }: ObjectRef, bundle: string): Error {
  const text = `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`
  return apiFailure('not-found', `${text}: bundle ${bundle} does not declare it`, {
    subject: text,
    hint: 'what no bundle declares is changed in the clusters, or taken into a bundle first',
  })
}

function wrong(message: string): Error {
  return apiFailure('invalid-request', message)
}
