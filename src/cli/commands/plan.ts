import type { PlanView } from '../../api/index.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { confirmPlain, confirmWrite, printTarget } from '../identity-guard.ts'
import { ageOf } from '../output/age.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { argumentOf, fieldText, jsonText, shortRevision } from '../output/words.ts'
import type { Options, Session } from '../session.ts'
import { actionsText } from './get-plans.ts'

/** `ek plan show <plan>`: what it would do, object by object, and why it waits. */
export async function planShow(session: Session, id: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  const plan = await client.plan({ params: { plan: id } })
  if (isMachineFormat(format)) await printDocument(session.terminal, format, 'Plan', plan)
  else printPlan(session, plan)
  return exitCodes.success
}

/** `ek plan approve <plan>`: shows it, asks as for every write to that cluster, and lets it be executed. */
export async function planApprove(session: Session, id: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const plan = await client.plan({ params: { plan: id } })
  printPlan(session, plan)
  if (options.dryRun === true) return exitCodes.success
  const confirmation = await confirmWrite(session, [plan.identity], 'approve', options)
  const decided = await client.approve({ params: { plan: id }, body: confirmation })
  session.terminal.line(`plan ${decided.id} ${decided.state}`)
  return exitCodes.success
}

/** `ek plan reject <plan>`: nothing is written to a cluster, so every tier asks the same. */
export async function planReject(session: Session, id: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const plan = await client.plan({ params: { plan: id } })
  printPlan(session, plan)
  if (options.dryRun === true) return exitCodes.success
  await confirmPlain(session, 'reject', options)
  const body = options.reason === undefined ? {} : { reason: options.reason }
  const decided = await client.reject({ params: { plan: id }, body })
  session.terminal.line(`plan ${decided.id} ${decided.state}`)
  return exitCodes.success
}

const signs = { create: '+', configure: '~', delete: '-', adopt: '=' } as const

function printPlan(session: Session, plan: PlanView): void {
  const { terminal } = session
  printTarget(terminal, plan.identity)
  const age = ageOf(plan.createdAt, session.now())
  const from = `bundle ${plan.bundle}@${shortRevision(plan.revision)}`
  terminal.plan(`plan ${plan.id}  ${plan.state}  ${from}  ${actionsText(plan)}  made ${age} ago`)
  for (const item of plan.items) {
    const note = item.note === undefined ? '' : `  (${item.note})`
    terminal.plan(`${signs[item.action]} ${item.action} ${argumentOf(item.object)}${note}`)
    for (const { path, from: before, to } of item.fields) {
      terminal.plan(`    ${fieldText(path)} ${jsonText(before)} -> ${jsonText(to)}`)
    }
  }
  for (const reason of plan.reasons) terminal.plan(`waits because ${reason}`)
  if (plan.decidedBy !== undefined) {
    const why = plan.decisionReason === undefined ? '' : `: ${plan.decisionReason}`
    terminal.plan(`${plan.state} by ${plan.decidedBy} ${ageOf(plan.decidedAt, session.now())} ago${why}`)
  }
}
