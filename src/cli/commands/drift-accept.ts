import type { AcceptPreview, Client } from '../../api/index.ts'
import type { ObjectArgument } from '../arguments/object-argument.ts'
import { targetArguments } from '../arguments/target-arguments.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { allPages } from '../hub/connect.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { confirmPlain, confirmWrite, printTarget } from '../identity-guard.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { argumentOf, count, fieldText } from '../output/words.ts'
import type { Options, Session } from '../session.ts'

export interface AcceptFlags {
  readonly path?: string
  readonly pr?: boolean
}

const shownTargets = 10

/**
 * `ek drift accept <cluster> <object> --reason …`: the rule, the file that it goes into and what it hides, the guard, and
 * then one commit, or a branch with a pull request. Nothing on any cluster changes by it.
 */
export async function driftAccept(
  session: Session,
  words: readonly string[],
  options: Options & AcceptFlags,
): Promise<ExitCode> {
  const { terminal } = session
  const { client } = await session.hub()
  const format = formatOf(options.output)
  terminal.machineReadable = isMachineFormat(format)
  const { clusters, object } = await targetArguments(session, words, options)
  if (object === undefined) {
    throw cliFailure('usage', 'drift accept: no object is named', {
      hint: 'name the cluster and the object: prod-eu-3 checkout/deploy/api',
    })
  }
  await checkClusterNames(client, clusters)
  const { bundle, field } = await acceptedField(client, clusters, object, options.path)
  const preview = await client.previewAccept({ params: { bundle }, query: field })
  printPreview(session, preview, options.pr === true)
  if (preview.present) {
    terminal.note(`bundle ${bundle} has this rule already`)
    return exitCodes.success
  }
  if (options.dryRun === true) return exitCodes.success
  const { reason } = options
  if (reason === undefined) {
    throw cliFailure('usage', 'drift accept: nothing says why it is right as it is', {
      hint: 'say it with --reason',
    })
  }
  const how = options.pr === true ? 'pull-request' : 'commit'
  const confirmation = how === 'commit' ? await confirmed(session, client, preview, options) : {}
  if (how === 'pull-request') await confirmPlain(session, 'propose it', options)
  const result = await client.accept({ params: { bundle }, body: { ...field, ...confirmation, reason, how } })
  if (isMachineFormat(format)) {
    await printDocument(terminal, format, 'AcceptResult', result)
    return exitCodes.success
  }
  const commit = result.commit.slice(0, 12)
  terminal.line(result.isNew ? `commit ${commit} on ${result.branch}` : `${result.branch} has it already`)
  if (result.pullRequest !== undefined) terminal.line(`PR ${result.pullRequest}`)
  if (result.note !== undefined) terminal.note(result.note)
  return exitCodes.success
}

/** The one open difference that is meant, and the bundle that declares its object. */
async function acceptedField(
  client: Client,
  clusters: readonly string[] | undefined,
  { group, kind, namespace, name }: ObjectArgument,
  path: string | undefined,
) {
  const query = {
    kind,
    name,
    ...(clusters === undefined ? {} : { cluster: [...clusters] }),
    ...(group === undefined ? {} : { group }),
    ...(namespace === undefined ? {} : { namespace }),
  }
  const { items } = await allPages((cursor) => client.drift({ query: { ...query, cursor } }))
  const matching = items.filter((one) => path === undefined || one.path === path)
  const fields = new Map(
    matching.map(({ bundle, object, path: at }) => [
      `${bundle} ${argumentOf(object)} ${at}`,
      { bundle, object, at },
    ]),
  )
  const [only] = fields.values()
  if (only === undefined) {
    const what = `${kind} ${name}: no open difference${path === undefined ? '' : ` at ${path}`}`
    const open = [...new Set(items.map((one) => one.path))]
    throw cliFailure('usage', what, open.length === 0 ? {} : { hint: `open are ${open.join(', ')}` })
  }
  if (fields.size > 1) {
    const all = [...fields.values()].map(({ object, at }) => `${argumentOf(object)} ${fieldText(at)}`)
    throw cliFailure('usage', `${kind} ${name}: meant is one of ${[...new Set(all)].join(', ')}`, {
      hint: 'name the field with --path, and the namespace with -n',
    })
  }
  const { object, at, bundle } = only
  return { bundle, field: { kind: object.kind, namespace: object.namespace, name: object.name, path: at } }
}

function printPreview({ terminal }: Session, preview: AcceptPreview, asPullRequest: boolean): void {
  const { repository, branch, file, rule, differences, clusters, reaches, forge } = preview
  const pull = forge ? 'pull request' : 'branch to open a pull request from'
  terminal.plan(`TARGET ${repository} ${branch}${asPullRequest ? `  (${pull})` : ''}`)
  terminal.plan(`  ${file}  + spec.drift.ignore: ${rule}`)
  terminal.plan(
    `  hides ${count(differences, 'open difference')} on ${count(clusters.length, 'cluster')}; holds for the ${count(reaches.length, 'cluster')} of the bundle`,
  )
}

async function confirmed(session: Session, client: Client, { reaches }: AcceptPreview, options: Options) {
  const { items } = await client.identities({ query: { cluster: [...reaches] } })
  for (const target of items.slice(0, shownTargets)) printTarget(session.terminal, target)
  return await confirmWrite(session, items, 'accept', options)
}
