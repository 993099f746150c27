import type { PromotionView } from '../../api/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { printTarget } from '../identity-guard.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { printEffects, printItems } from '../output/run-text.ts'
import { count, shortRevision } from '../output/words.ts'
import type { Options, Session } from '../session.ts'
import { approveGuarded, identitiesOf } from './rollout.ts'

export interface PromoteFlags {
  readonly from?: string
  readonly to: string
}

/**
 * `ek promote <bundle> --to <environment>`: what the environment before has and this one would get, as the rendered
 * difference; then the guard, and the approval that lets the run go on there. Refuses while the environment before is not
 * healthy with it.
 */
export async function promoteCommand(
  session: Session,
  bundle: string,
  options: Options & PromoteFlags,
): Promise<ExitCode> {
  const { client } = await session.hub()
  const { terminal } = session
  const query = { to: options.to, ...(options.from === undefined ? {} : { from: options.from }) }
  const promotion = await client.promotion({ params: { bundle }, query })
  const format = formatOf(options.output)
  if (isMachineFormat(format)) {
    await printDocument(terminal, format, 'Promotion', promotion)
    return promotion.blocked === undefined ? exitCodes.success : exitCodes.findings
  }
  print(session, promotion)
  if (promotion.revision === undefined) return exitCodes.success
  if (promotion.blocked !== undefined) {
    const { message, hint } = promotion.blocked
    throw cliFailure('not-ready', `bundle ${bundle}: cannot be promoted to ${options.to}: ${message}`, {
      hint,
    })
  }
  if (options.dryRun === true || promotion.run === undefined) return exitCodes.success
  const run = await client.run({ params: { run: promotion.run.id } })
  const targets = await identitiesOf(client, run, 'approve')
  for (const target of targets.slice(0, 10)) printTarget(terminal, target)
  await approveGuarded(session, run, targets, 'promote', options)
  return exitCodes.success
}

function print(session: Session, { bundle, revision, from, to, effects, differences }: PromotionView): void {
  const { terminal } = session
  const side = (
    { environment, clusters, ready, revisions }: PromotionView['from'],
    isFrom: boolean,
  ): string => {
    const at = revisions.map(shortRevision).join(', ') || 'nothing'
    const healthy = isFrom && revision !== undefined ? `, ${ready} healthy with it` : ''
    return `${environment} has ${at} (${count(clusters, 'cluster')}${healthy})`
  }
  if (revision === undefined) {
    terminal.line(`bundle ${bundle}: ${to.environment} has what Git says; nothing waits to be promoted`)
  } else {
    terminal.line(
      `bundle ${bundle}: ${shortRevision(revision)} from ${from.environment} to ${to.environment}`,
    )
  }
  terminal.line(`  ${side(from, true)}`)
  terminal.line(`  ${side(to, false)}`)
  printEffects(session, effects)
  if (differences.length === 0) return
  terminal.line(
    `then ${to.environment} differs from ${from.environment} in ${count(differences.length, 'object')}:`,
  )
  printItems(session, differences)
}
