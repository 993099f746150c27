import { isMap, type JsonMap } from '../../../src/core/object/index.ts'
import { shortSilenceMs } from './build-program.ts'
import {
  changing,
  type DeletionPlan,
  type Evidence,
  ours,
  type Seen,
  setNamespace,
  text,
} from './evidence.ts'
import { canary, declaredBy, declaredIn, mostDeletions, objectKey } from './fleet-state.ts'

/** An invariant of the design that a run broke. */
export interface Violation {
  readonly invariant: number
  readonly message: string
}

type Check = (evidence: Evidence) => string[]

/** The invariants that a cluster's audit log and the hub's own answers can show broken while things go wrong. */
const checks: readonly (readonly [number, Check])[] = [
  [1, everyDeletionIsProven],
  [2, nothingDeclaredIsDeleted],
  [3, deletionsAreBounded],
  [5, inSyncMeansApplied],
  [6, silenceIsUnknown],
  [7, epochsNeverDecrease],
  [10, nothingIsWrittenWhileSteady],
  [12, theCanaryStandsNowhere],
  [15, renderingsAreEqual],
  [19, listsComeBeforeDeletions],
  [20, deletionsComeLast],
]

/** Every broken invariant, once each with the first sentence that shows it. */
export function judge(evidence: Evidence): Violation[] {
  return checks.flatMap(([invariant, check]) =>
    check(evidence)
      .slice(0, 3)
      .map((message) => ({ invariant, message })),
  )
}

function deletions({ seen }: Evidence): Seen[] {
  return seen.filter(
    ({ user, verb, done, namespace }) =>
      user === ours && verb.startsWith('delete') && done && namespace !== setNamespace,
  )
}

function place(one: Seen): string {
  const { cluster, verb } = one
  return `${cluster}: ${verb} ${keyOf(one)} (event ${one.order})`
}

function keyOf({ resource, namespace, name }: Seen): string {
  return `${resource}/${resource === 'namespaces' ? '' : namespace}/${name}`
}

function preconditions({ sent }: Seen): JsonMap {
  return isMap(sent?.preconditions) ? sent.preconditions : {}
}

/** The plan that names what a deletion deletes. */
function planOf(evidence: Evidence, one: Seen): DeletionPlan | undefined {
  const uid = text(preconditions(one).uid)
  return evidence.plans.find(({ cluster, uids }) => cluster === one.cluster && uids.includes(uid))
}

/** Invariant 1: uid precondition, recorded in an inventory, planned, and not declared by the commit of the plan. */
function everyDeletionIsProven(evidence: Evidence): string[] {
  return deletions(evidence).flatMap((one) => {
    const { uid, resourceVersion } = preconditions(one)
    if (typeof uid !== 'string' || typeof resourceVersion !== 'string')
      return [`${place(one)} without uid and resourceVersion as preconditions`]
    const recorded = evidence.seen.some(
      (write) =>
        write.order < one.order &&
        write.cluster === one.cluster &&
        write.namespace === setNamespace &&
        write.done &&
        inventoryOf(write).includes(`\t${uid}\n`),
    )
    if (!recorded) return [`${place(one)}, whose uid no inventory holds`]
    const plan = planOf(evidence, one)
    if (plan === undefined) return [`${place(one)}, which no plan names`]
    const head = evidence.heads.find(({ revision }) => revision === plan.revision)
    if (head !== undefined && declaredIn(head.state).has(keyOf(one)))
      return [`${place(one)}, which ${plan.revision} declares`]
    return []
  })
}

/** Invariant 2: what every commit declared until then is never deleted, whatever goes wrong. */
function nothingDeclaredIsDeleted(evidence: Evidence): string[] {
  return deletions(evidence).flatMap((one) => {
    const heads = evidence.heads.filter(({ order }) => order < one.order)
    const dropped = heads.some(({ state }) => !declaredIn(state).has(keyOf(one)))
    return dropped ? [] : [`${place(one)}, which was declared all the time`]
  })
}

/** Invariant 3: one commit deletes no more than the bound, unless somebody approved. */
function deletionsAreBounded(evidence: Evidence): string[] {
  const byCommit = Map.groupBy(
    deletions(evidence).filter((one) => planOf(evidence, one)?.approved !== true),
    (one) => {
      const heads = evidence.heads.filter(({ order }) => order < one.order)
      const last = heads.findLastIndex(({ state }) => declaredIn(state).has(keyOf(one)))
      return `${one.cluster} ${one.namespace} ${heads[last + 1]?.revision.slice(0, 12) ?? ''}`
    },
  )
  return [...byCommit].flatMap(([commit, all]) =>
    all.length > mostDeletions
      ? [`${commit}: ${all.length} deletions without approval: ${all.map(keyOf).join(', ')}`]
      : [],
  )
}

/** Within so long what another leader wrote is seen: the second of the design, and as much again for a busy machine. */
const seenWithinMs = 2_000

/**
 * Invariant 5: who says In sync at a commit has applied what that commit declares. Of two leaders one may write the older
 * commit after the other has written the newer one; that counts once it must have been seen.
 */
function inSyncMeansApplied(evidence: Evidence): string[] {
  return evidence.told.flatMap(({ state, cluster, bundle, revision, order, asked }) => {
    const head = evidence.heads.find((one) => one.revision === revision)
    if (state !== 'in-sync' || head === undefined) return []
    for (const [key, { value }] of declaredBy(head.state, bundle)) {
      const last = evidence.seen.findLast(
        (one) =>
          one.order < order &&
          one.cluster === cluster &&
          one.user === ours &&
          one.done &&
          changing.has(one.verb) &&
          keyOf(one) === key,
      )
      const applied = last?.verb === 'delete' ? undefined : valueIn(last?.answered)
      if (last !== undefined && last.ms > asked.ms - seenWithinMs) continue
      if (last === undefined || last.verb === 'delete' || (value !== undefined && applied !== value))
        return [
          `${cluster}: ${bundle} is told in sync at ${head.revision.slice(0, 12)}, but ${key} was last written as ${last === undefined ? 'nothing' : `${String(applied)} ${Math.round(asked.ms - last.ms)} ms before it was asked`}, wanted ${String(value)}`,
        ]
    }
    return []
  })
}

/** Invariant 6: of a cluster that says nothing for long enough nothing good is told. */
function silenceIsUnknown(evidence: Evidence): string[] {
  const margin = 5_000
  return evidence.faults.flatMap(({ plan, cluster, ms, order }) => {
    if (plan.silent !== true) return []
    const end = evidence.faults.find((one) => one.cluster === cluster && one.order > order)
    const late = evidence.told.find(
      (one) =>
        one.cluster === cluster &&
        one.asked.ms > ms + shortSilenceMs + margin &&
        one.order < (end?.order ?? Infinity) &&
        one.state !== 'unreachable',
    )
    return late === undefined ? [] : [`${cluster}: silent, and ${late.bundle} is told ${late.state}`]
  })
}

/** Invariant 7. */
function epochsNeverDecrease({ seen }: Evidence): string[] {
  const last = new Map<string, number>()
  return seen.flatMap((one) => {
    const metadata = isMap(one.sent?.metadata) ? one.sent.metadata : {}
    const annotations = isMap(metadata.annotations) ? metadata.annotations : {}
    const epoch = Number(annotations['evenkeel.dev/epoch'])
    if (!one.done || one.namespace !== setNamespace || !Number.isFinite(epoch)) return []
    const set = `${one.cluster} ${one.name}`
    const before = last.get(set) ?? 0
    last.set(set, epoch)
    return epoch < before ? [`${place(one)}: epoch ${epoch} after ${before}`] : []
  })
}

/** Invariant 10. */
function nothingIsWrittenWhileSteady({ seen, steady }: Evidence): string[] {
  if (steady === undefined) return []
  const { from, to } = steady
  return seen
    .filter((one) => one.user === ours && one.done && changing.has(one.verb))
    .filter(({ order }) => order > from && order < to)
    .map((one) => `${place(one)}, though nothing had changed`)
}

/** Invariant 12. */
function theCanaryStandsNowhere({ texts }: Evidence): string[] {
  // Without its last bytes, whose encoding depends on what follows.
  const whole = canary.slice(0, canary.length - (canary.length % 3))
  const forms = [canary, Buffer.from(whole).toString('base64'), encodeURIComponent(canary)]
  return [...texts].flatMap(([where, content]) =>
    forms.some((form) => content.includes(form)) ? [`the canary stands in ${where}`] : [],
  )
}

/** Invariant 15: a commit is rendered to the same bytes each time. */
function renderingsAreEqual({ told }: Evidence): string[] {
  const known = new Map<string, string>()
  return told.flatMap(({ bundle, desired: { revision, variant } }) => {
    const before = known.get(`${bundle} ${revision}`)
    known.set(`${bundle} ${revision}`, variant)
    return before === undefined || before === variant
      ? []
      : [`${bundle} at ${revision.slice(0, 12)} was rendered as ${before} and as ${variant}`]
  })
}

/** Invariant 19: after a cluster was restored, its objects are listed before any of them is deleted. */
function listsComeBeforeDeletions(evidence: Evidence): string[] {
  return deletions(evidence).flatMap((one) => {
    const restore = evidence.restores.findLast(
      ({ cluster, order }) => cluster === one.cluster && order < one.order,
    )
    if (restore === undefined) return []
    const listed = evidence.seen.some(
      ({ cluster, user, listsAll, resource, code, order }) =>
        cluster === one.cluster &&
        user === ours &&
        listsAll &&
        resource === one.resource &&
        code === 200 &&
        order > restore.order &&
        order < one.order,
    )
    return listed ? [] : [`${place(one)}, and nothing was listed since the cluster was restored`]
  })
}

/** Invariant 20: recorded before it is applied, and deleted only when all of the commit is applied. */
function deletionsComeLast(evidence: Evidence): string[] {
  const unrecorded = evidence.seen.flatMap((one) => {
    if (one.user !== ours || !one.done || one.verb !== 'patch' || one.code !== 201) return []
    if (one.namespace === setNamespace || one.name === setNamespace) return []
    const recorded = evidence.seen.some(
      (write) =>
        write.order < one.order &&
        write.cluster === one.cluster &&
        write.namespace === setNamespace &&
        write.done &&
        inventoryOf(write).includes(`/${one.resource === 'namespaces' ? '' : one.namespace}/${one.name}\t`),
    )
    return recorded ? [] : [`${place(one)} before an inventory held it`]
  })
  const early = deletions(evidence).flatMap((one) => {
    const head = evidence.heads.find(({ revision }) => revision === planOf(evidence, one)?.revision)
    if (head === undefined) return []
    const bundle = one.resource === 'namespaces' ? one.name : one.namespace
    if (head.state.refused.includes(bundle))
      return [`${place(one)}, though ${head.revision.slice(0, 12)} could not be applied whole`]
    const missing = [...declaredBy(head.state, bundle).keys()].find((key) => {
      const last = evidence.seen.findLast(
        (write) =>
          write.order < one.order &&
          write.cluster === one.cluster &&
          write.user === ours &&
          write.verb === 'patch' &&
          keyOf(write) === key,
      )
      return last === undefined
    })
    return missing === undefined ? [] : [`${place(one)} before ${missing} was applied`]
  })
  return [...unrecorded, ...early]
}

function inventoryOf({ sent, answered }: Seen): string {
  const data = isMap(sent?.data) ? sent.data : isMap(answered?.data) ? answered.data : {}
  return typeof data.inventory === 'string' ? data.inventory : ''
}

/** The value that an object of the fleet carries. */
export function valueIn(object: JsonMap | undefined): string | undefined {
  const value = isMap(object?.data) ? object.data.value : undefined
  if (typeof value !== 'string') return undefined
  return object?.kind === 'Secret' ? Buffer.from(value, 'base64').toString('utf8') : value
}

/**
 * Invariants 4 and 18: what stands in a cluster in the end is what is declared, and what the inventories hold; also where
 * the hub was killed, wherever that was.
 */
export function judgeEnd(
  evidence: Evidence,
  cluster: string,
  live: readonly JsonMap[],
  parents: readonly JsonMap[],
): Violation[] {
  const declared = declaredIn(evidence.heads.at(-1)?.state ?? { bundles: {}, refused: [], garbled: [] })
  const there = new Map(live.map((object) => [liveKey(object), object]))
  const messages = [...declared].flatMap(([key, { value }]) => {
    const object = there.get(key)
    if (object === undefined) return [`${key} is missing`]
    const is = valueIn(object)
    return value === undefined || is === value ? [] : [`${key} is ${String(is)}, wanted ${value}`]
  })
  for (const key of there.keys()) if (!declared.has(key)) messages.push(`${key} is there, and not declared`)
  const recorded = parents.map((parent) => (isMap(parent.data) ? text(parent.data.inventory) : '')).join('')
  const uids = recorded.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[2] ?? '']))
  const standing = live.map(({ metadata }) => (isMap(metadata) ? text(metadata.uid) : ''))
  for (const uid of uids) if (!standing.includes(uid)) messages.push(`uid ${uid} is recorded, and not there`)
  for (const uid of standing) if (!uids.includes(uid)) messages.push(`uid ${uid} is there, and not recorded`)
  const first = messages.slice(0, 5)
  const ended = first.map((message) => ({ invariant: 4, message: `${cluster}: ${message}` }))
  const times = evidence.kills === 1 ? 'once' : `${evidence.kills} times`
  const crashed = first.map((message) => ({
    invariant: 18,
    message: `after the hub was killed ${times}, ${cluster}: ${message}`,
  }))
  return evidence.kills === 0 ? ended : [...crashed, ...ended]
}

function liveKey({ kind, metadata }: JsonMap): string {
  const { namespace = '', name = '' } = isMap(metadata) ? metadata : {}
  const resource = kind === 'Secret' ? 'secrets' : kind === 'Namespace' ? 'namespaces' : 'configmaps'
  return objectKey({ resource, namespace: text(namespace), name: text(name) })
}
