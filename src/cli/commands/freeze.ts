import type { FreezeView } from '../../api/index.ts'
import { parseDuration } from '../../core/kinds/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { checkClusterNames } from '../hub/known-clusters.ts'
import { confirmWrite, printTarget } from '../identity-guard.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, isMachineFormat, type ListShape, printDocument } from '../output/format.ts'
import { count } from '../output/words.ts'
import { type Options, scopeOf, type Session } from '../session.ts'
import { showList } from '../show-list.ts'

/**
 * `ek freeze --reason …`: stops every write of ours to the clusters in scope, all of them without one. Nothing is asked:
 * whoever freezes is in a hurry, and nothing is written by it.
 */
export async function freezeCommand(
  session: Session,
  options: Options & { readonly for?: string },
): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  if (options.reason === undefined) {
    throw cliFailure('usage', 'freeze: nobody would know why', { hint: 'give a reason with --reason' })
  }
  const forMs = options.for === undefined ? undefined : parseDuration(options.for)
  if (options.for !== undefined && (forMs === undefined || forMs === 0)) {
    throw cliFailure('usage', `freeze: --for ${options.for} is no time span`, { hint: 'write 30m, or 2h' })
  }
  await checkClusterNames(client, options.cluster)
  const { cluster, environment, labels } = scopeOf(options)
  const freeze = await client.freeze({
    body: {
      reason: options.reason,
      ...(forMs === undefined ? {} : { forMs }),
      ...(cluster === undefined ? {} : { clusters: cluster }),
      ...(environment === undefined ? {} : { environments: environment }),
      ...(labels === undefined ? {} : { labels }),
    },
  })
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'Freeze', freeze)
  else
    session.terminal.line(
      `${freeze.id} ${count(freeze.clusters.length, 'cluster')} frozen${untilText(freeze)}; ${session.program} thaw ends it`,
    )
  return exitCodes.success
}

/** `ek thaw [freeze]`: ends a freeze, after the guard of its clusters. The only one needs no name. */
export async function thawCommand(
  session: Session,
  name: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const { client } = await session.hub()
  const { items } = await client.freezes()
  const freeze = name === undefined && items.length === 1 ? items[0] : items.find(({ id }) => id === name)
  if (freeze === undefined) {
    if (name === undefined && items.length === 0) {
      session.terminal.note('nothing is frozen')
      return exitCodes.success
    }
    const known = items.map(({ id, reason }) => `${id} (${reason})`).join(', ')
    throw cliFailure(
      'usage',
      name === undefined ? 'thaw: there are several freezes' : `thaw: no freeze ${name}`,
      {
        hint: known === '' ? 'nothing is frozen' : `name one of ${known}`,
      },
    )
  }
  const targets =
    freeze.clusters.length === 0
      ? []
      : (await client.identities({ query: { cluster: freeze.clusters } })).items
  for (const target of targets.slice(0, 10)) printTarget(session.terminal, target)
  session.terminal.plan(`thaw ${freeze.id}: ${freeze.reason}; what waits is written`)
  if (options.dryRun === true) return exitCodes.success
  const confirmation = await confirmWrite(session, targets, 'thaw', options)
  const ended = await client.thaw({ params: { freeze: freeze.id }, body: confirmation })
  session.terminal.line(`${ended.id} ended`)
  return exitCodes.success
}

/** `ek get freezes`: those in force. */
export async function getFreezes(session: Session, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  await showList(session, options, formatOf(options.output), freezeShape(session.now), async () => ({
    rows: (await client.freezes()).items,
    empty: 'nothing is frozen',
  }))
  return exitCodes.success
}

function freezeShape(now: () => number): ListShape<FreezeView> {
  return {
    kind: 'FreezeList',
    name: (one) => `freeze/${one.id}`,
    columns: [
      { title: 'ID', cell: (one) => one.id },
      { title: 'CLUSTERS', cell: (one) => String(one.clusters.length), align: 'right' },
      { title: 'BY', cell: (one) => one.by },
      { title: 'REASON', cell: (one) => one.reason, flexible: true },
      { title: 'UNTIL', cell: (one) => (one.until === undefined ? 'thawed' : minuteOf(one.until)) },
      { title: 'AGE', cell: (one) => ageOf(one.at, now()), moving: true },
    ],
    wide: [],
  }
}

function untilText({ until }: FreezeView): string {
  return until === undefined ? ' until thawed' : ` until ${minuteOf(until)}`
}

/** `2026-01-31 14:05 UTC`. */
function minuteOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}
