import type { Client, HealPreview, HealResult, HealSelection } from '../../api/index.ts'
import type { ObjectArgument } from '../arguments/object-argument.ts'
import { targetArguments } from '../arguments/target-arguments.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { allPages } from '../hub/connect.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { confirmContext, confirmWrite, printTarget } from '../identity-guard.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { argumentOf, fieldText, jsonText } from '../output/words.ts'
import { podsTouched } from '../pods-touched.ts'
import { namespaceOf, type Options, scopeOf, type Session } from '../session.ts'

type Target = HealPreview['targets'][number]
type PreviewedObject = Target['objects'][number]

/**
 * `ek drift heal [cluster] [object]`: target lines, the dry-run's answer, the guard, and only then the heal. What
 * cannot be healed is named, and makes the command end with 2 although the rest is healed. On several clusters it is a job.
 */
export async function driftHeal(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const { terminal } = session
  const { client } = await session.hub()
  const format = formatOf(options.output)
  terminal.machineReadable = isMachineFormat(format)
  const selection = await selectionOf(session, client, words, options)
  const preview = await client.previewHeal({ body: selection })
  const objects = preview.targets.flatMap((target) => target.objects)
  const broken = preview.targets.some((target) => target.failure !== undefined)
  if (objects.length === 0 && !broken) {
    terminal.note('nothing to heal: no open difference matches')
    return exitCodes.success
  }
  printPreview(session, preview)
  const targets = healableOf(preview)
  const failed = broken || objects.some((object) => object.failure !== undefined)
  if (targets.length === 0 || options.dryRun === true) return failed ? exitCodes.error : exitCodes.success
  await checkContext(session, targets, options)
  const records = targets.map((target) => target.identity)
  const confirmation = await confirmWrite(session, records, 'heal', options)
  const body = {
    targets: targets.map(({ identity, clusterId, keys }) => ({
      cluster: identity.cluster,
      clusterId,
      keys,
    })),
    ...confirmation,
  }
  if (targets.length > 1) {
    const { followJob } = await import('./job.ts')
    const code = await followJob(session, (await client.healJob({ body })).id, format)
    return code === exitCodes.success && failed ? exitCodes.error : code
  }
  const result = await client.heal({ body })
  if (isMachineFormat(format)) await printDocument(terminal, format, 'HealResult', result)
  const healed = printResult(session, result)
  if (result.targets.every(({ failure }) => failure?.code === 'wrong-cluster')) return exitCodes.refused
  return healed && !failed ? exitCodes.success : exitCodes.error
}

async function selectionOf(
  session: Session,
  client: Client,
  words: readonly string[],
  options: Options,
): Promise<HealSelection> {
  const target = await targetArguments(session, words, options)
  await checkClusterNames(client, target.clusters)
  const scope = scopeOf(options)
  const narrowed = target.clusters ?? scope.environment ?? scope.labels ?? options.cause
  if (narrowed === undefined) {
    throw cliFailure('usage', 'drift heal: nothing says on which clusters', {
      hint: 'name a cluster, or choose some with -c, -l, --env or --cause',
    })
  }
  const query = { ...scope, ...(target.clusters === undefined ? {} : { cluster: [...target.clusters] }) }
  const { items } = await allPages((cursor) => client.clusters({ query: { ...query, cursor } }))
  const names = items.map((one) => one.name)
  if (names.length === 0) throw cliFailure('usage', 'drift heal: no cluster matches')
  const { object } = target
  return {
    clusters: names,
    ...(object === undefined ? {} : { object: await wholeRef(client, names, object) }),
    ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
    ...(options.cause === undefined ? {} : { cause: options.cause }),
    ...(object === undefined && namespaceOf(options) !== undefined
      ? { drift: await idsIn(client, names, namespaceOf(options) ?? '') }
      : {}),
  }
}

/** The object with what the words left open filled in from the drift that there is. */
async function wholeRef(client: Client, clusters: string[], object: ObjectArgument) {
  const { group, kind, namespace, name } = object
  if (group !== undefined && namespace !== undefined) return { group, kind, namespace, name }
  const query = { cluster: clusters, kind, name, ...(group === undefined ? {} : { group }) }
  const { items } = await allPages((cursor) => client.drift({ query: { ...query, cursor } }))
  const places = new Map(
    items
      .filter((one) => namespace === undefined || one.object.namespace === namespace)
      .map((one) => [argumentOf(one.object), one.object]),
  )
  if (places.size > 1) {
    throw cliFailure('usage', `${kind} ${name}: meant is one of ${[...places.keys()].join(', ')}`, {
      hint: 'name the namespace with -n',
    })
  }
  const [only] = places.values()
  return only ?? { group: group ?? '', kind, namespace: namespace ?? '', name }
}

async function idsIn(client: Client, clusters: string[], namespace: string): Promise<string[]> {
  const query = { cluster: clusters, namespace }
  const { items } = await allPages((cursor) => client.drift({ query: { ...query, cursor } }))
  return items.map((one) => one.id)
}

function printPreview(session: Session, preview: HealPreview): void {
  const { terminal } = session
  const single = preview.targets.flatMap((target) => target.objects).length === 1
  for (const target of preview.targets) {
    if (target.objects.length === 0 && target.failure === undefined) continue
    printTarget(terminal, target.identity)
    if (target.failure !== undefined) terminal.plan(`  cannot be healed: ${target.failure.message}`)
    for (const object of target.objects) {
      if (!single) terminal.plan(`  ${argumentOf(object.object)}`)
      for (const line of objectLines(object)) terminal.plan(`${single ? '  ' : '    '}${line}`)
    }
  }
}

/** One field and what follows from it on one line; several fields on a line each, what follows below them. */
function objectLines(object: PreviewedObject): string[] {
  if (object.failure !== undefined) return [`cannot be healed: ${object.failure.message}`]
  const fields = object.fields.map(
    ({ path, from, to }) => `${fieldText(path)} ${jsonText(from)} -> ${jsonText(to)}`,
  )
  const pods = podsTouched(object.object, object.fields)
  const conflicts = `conflicts: ${object.conflicts.length === 0 ? 'none' : object.conflicts.join('; ')}`
  const effects = [...(pods === undefined ? [] : [pods]), conflicts].join('     ')
  const [only] = fields
  if (only !== undefined && fields.length === 1) return [`${only}     ${effects}`]
  return [...fields, effects]
}

interface HealableTarget {
  readonly identity: Target['identity']
  readonly clusterId: string
  readonly keys: string[]
}

/**
 * What can be healed. A cluster that answers as another one, or whose identity is not known, is a mismatch, and nothing
 * is sent at all (cli §6.1).
 */
function healableOf(preview: HealPreview): HealableTarget[] {
  const other = preview.targets.find(({ failure }) => failure?.code === 'wrong-cluster')
  if (other?.failure !== undefined) {
    throw cliFailure('wrong-identity', other.failure.message, {
      hint: `see what the hub expects with ek describe cluster ${other.identity.cluster}`,
    })
  }
  return preview.targets.flatMap(({ identity, objects }) => {
    const keys = objects.filter((object) => object.failure === undefined).map((object) => object.key)
    if (keys.length === 0) return []
    if (identity.clusterId === undefined) {
      throw cliFailure(
        'wrong-identity',
        `cluster ${identity.cluster}: its identity is not known; nothing was sent`,
        {
          hint: 'wait for its first contact, or see why there is none with ek describe cluster',
        },
      )
    }
    return [{ identity, clusterId: identity.clusterId, keys }]
  })
}

async function checkContext(
  session: Session,
  targets: readonly HealableTarget[],
  options: Options,
): Promise<void> {
  const { context } = options
  if (context === undefined) return
  const { withContext } = await import('../kube-context.ts')
  for (const { identity } of targets) {
    const readId = () => withContext(context, session.environment, (opened) => opened.clusterId())
    await confirmContext(session, context, identity, readId)
  }
}

/** Says what came of it; true when everything is as desired now. */
function printResult(session: Session, result: HealResult): boolean {
  const { terminal } = session
  let whole = true
  for (const { cluster, objects, failure } of result.targets) {
    if (failure !== undefined) {
      terminal.note(`${cluster}: not healed: ${failure.message}`)
      whole = false
    }
    for (const { object, outcome, message } of objects) {
      if (outcome === 'healed' || outcome === 'unchanged') continue
      terminal.note(`${cluster} ${argumentOf(object)}: ${outcome}: ${message ?? 'no reason was given'}`)
      whole = false
    }
  }
  const { tookMs } = result
  const took = tookMs < 100 ? `${tookMs}ms` : `${(tookMs / 1000).toFixed(1)}s`
  terminal.plan(`${whole ? 'healed' : 'healed in part'} in ${took}   activity ${result.activity}`)
  return whole
}
