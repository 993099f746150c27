import {
  type Client,
  type Confirmation,
  type ControlRequest,
  type IdentityView,
  type RunView,
  targetsOfRun,
} from '../../api/index.ts'
import { cliFailure } from '../cli-failure.ts'
import { exitCodes, type ExitCode } from '../exit-code.ts'
import { confirmPlain, confirmWrite, printTarget } from '../identity-guard.ts'
import { formatOf, isMachineFormat, printDocument } from '../output/format.ts'
import { effectsAhead, printEffects, printNext, printRun } from '../output/run-text.ts'
import { count } from '../output/words.ts'
import type { Options, Session } from '../session.ts'
import { watchLoop } from '../watch-loop.ts'

/** `ek rollout status [bundle or run]`: stages, counts, and what it waits for. Ends with 1 when it failed. */
export async function rolloutStatus(
  session: Session,
  name: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const { client } = await session.hub()
  const format = formatOf(options.output)
  let code: ExitCode = exitCodes.success
  let before = ''
  const look = async (): Promise<void> => {
    const run = await findRun(client, name)
    const text = JSON.stringify(run)
    if (text === before) return
    before = text
    if (isMachineFormat(format)) await printDocument(session.terminal, format, 'Run', run)
    else {
      printRun(session, run)
      printNext(session, run)
    }
    const failed = run.state === 'stopped' || run.state === 'reverting' || run.state === 'reverted'
    code = failed ? exitCodes.findings : exitCodes.success
  }
  if (options.watch === true) await watchLoop(session, look)
  else await look()
  return code
}

/** `ek rollout start <bundle>`: what would begin, the guard, and only then the start. */
export async function rolloutStart(session: Session, bundle: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const draft = await client.draftRun({ params: { bundle } })
  if (draft.problem !== undefined) {
    const { message, hint } = draft.problem
    throw cliFailure('usage', `bundle ${bundle}: cannot start: ${message}`, { hint })
  }
  if (draft.run === undefined) {
    session.terminal.note(`bundle ${bundle}: every cluster is what Git says`)
    return exitCodes.success
  }
  const targets = await identitiesOf(client, draft.run, 'start')
  for (const target of targets.slice(0, 10)) printTarget(session.terminal, target)
  printRun(session, draft.run)
  printEffects(session, draft.run.effects)
  if (options.dryRun === true) return exitCodes.success
  const confirmation = await confirmWrite(session, targets, 'start', options)
  const run = await client.startRun({ params: { bundle }, body: confirmation })
  session.terminal.line(
    `run ${run.id} ${run.state}; follow it with ${session.program} rollout status ${bundle} -w`,
  )
  return exitCodes.success
}

/** `ek rollout pause|resume|skip|abort`. What stops writes asks nothing of tiers; what lets them go on is guarded. */
export async function rolloutControl(
  session: Session,
  action: ControlRequest['action'],
  name: string,
  options: Options,
): Promise<ExitCode> {
  const { client } = await session.hub()
  const run = await findRun(client, name)
  const stops = action === 'pause' || action === 'abort'
  const targets = stops ? [] : await identitiesOf(client, run, action)
  session.terminal.plan(
    `run ${run.id} of bundle ${run.bundle}: ${count(run.counts.clusters, 'cluster')}, ${action}`,
  )
  if (options.dryRun === true) return exitCodes.success
  let confirmation: Confirmation = options.reason === undefined ? {} : { reason: options.reason }
  if (stops) await confirmPlain(session, action, options)
  else confirmation = await confirmWrite(session, targets, action, options)
  const after = await client.controlRun({ params: { run: run.id }, body: { action, ...confirmation } })
  session.terminal.line(`run ${after.id} ${after.state}`)
  return exitCodes.success
}

/** `ek rollout approve`: what the run waits for, the guard of its clusters, and the approval. */
export async function rolloutApprove(session: Session, name: string, options: Options): Promise<ExitCode> {
  const { client } = await session.hub()
  const run = await findRun(client, name)
  const targets = await identitiesOf(client, run, 'approve')
  for (const target of targets.slice(0, 10)) printTarget(session.terminal, target)
  printRun(session, run)
  printEffects(session, effectsAhead(run))
  if (options.dryRun === true) return exitCodes.success
  await approveGuarded(session, run, targets, 'approve', options)
  return exitCodes.success
}

/** Approves a run behind the guard of the clusters that it lets be written to. */
export async function approveGuarded(
  session: Session,
  run: Pick<RunView, 'id'>,
  targets: readonly IdentityView[],
  verb: string,
  options: Options,
): Promise<void> {
  const { client } = await session.hub()
  const confirmation = await confirmWrite(session, targets, verb, options)
  const after = await client.approveRun({ params: { run: run.id }, body: confirmation })
  session.terminal.line(`run ${after.id} approved`)
  if (after.waits.length > 0) session.terminal.line(`it waits for ${after.waits.join('; ')}`)
}

/** A run by its id, or the newest of a bundle; the newest of all without a name. */
export async function findRun(client: Client, name: string | undefined): Promise<RunView> {
  if (name?.startsWith('r-') === true) return await client.run({ params: { run: name } })
  const query = { limit: 1, ...(name === undefined ? {} : { bundle: name }) }
  const [newest] = (await client.runs({ query })).items
  if (newest !== undefined) return await client.run({ params: { run: newest.id } })
  if (name !== undefined) await client.bundle({ params: { bundle: name } })
  throw cliFailure('usage', name === undefined ? 'there is no run yet' : `bundle ${name} has no run yet`, {
    hint: 'a run begins when Git says something else than what is in force',
  })
}

/** The records of the clusters that a decision about a run is guarded by. */
export async function identitiesOf(
  client: Client,
  run: RunView,
  decision: Parameters<typeof targetsOfRun>[1],
): Promise<IdentityView[]> {
  const cluster = targetsOfRun(run, decision)
  if (cluster.length === 0) return []
  return (await client.identities({ query: { cluster } })).items
}
