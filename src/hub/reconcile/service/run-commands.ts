import { apiFailure, type Confirmation, type ControlRequest, type RunView } from '../../../api/index.ts'
import {
  abortRun,
  hasEnded,
  revertRun,
  type RunRecord,
  type RunView as Sight,
} from '../../../core/rollout/index.ts'
import type { Call } from '../../service.ts'
import type { HubParts } from './hub-parts.ts'
import { runView } from './run-answers.ts'

/** How long an abort waits for requests that are on their way to a cluster that does not answer. */
const settleMs = 5_000

/**
 * Changes a run in the name of the caller. An abort is answered when no engine writes anything of the run any more.
 * Throws `changed` where the run's state does not allow it.
 */
export async function controlRun(
  parts: HubParts,
  call: Call,
  id: string,
  request: ControlRequest,
): Promise<RunView | undefined> {
  const record = parts.rollouts.book.find(id)
  if (record === undefined) return undefined
  const { action, reason } = request
  const by = `${pastOf[action]} by ${call.caller.name}${reason === undefined ? '' : `: ${reason}`}`
  const after = await parts.rollouts.command(record.run.bundle, (now, view) => {
    allow(now, id, action, allowed[action])
    return { run: now.run, progress: changed(now, view, action, by) }
  })
  if (action === 'abort' || action === 'revert') await settled(parts, record)
  await note(parts, call, record, `run ${id}: ${by}`, reason)
  return await runView(parts, after)
}

/** Approves what the run waits for: its guarded clusters first, then the stage that it is at. */
export async function approveRun(
  parts: HubParts,
  call: Call,
  id: string,
  { reason }: Confirmation,
): Promise<RunView | undefined> {
  const record = parts.rollouts.book.find(id)
  if (record === undefined) return undefined
  const { name } = call.caller
  let what = ''
  const after = await parts.rollouts.command(record.run.bundle, ({ run, progress }) => {
    allow({ run, progress }, id, 'approve', ['running', 'paused'])
    const whole = run.approval !== undefined && !progress.approvals.some(({ stage }) => stage === undefined)
    what = whole ? 'the run' : `stage ${run.stages[progress.stage]?.name ?? ''}`
    const approval = {
      ...(whole ? {} : { stage: progress.stage }),
      by: name,
      at: new Date(parts.clock.now()).toISOString(),
      ...(reason === undefined ? {} : { reason }),
    }
    return { run, progress: { ...progress, approvals: [...progress.approvals, approval] } }
  })
  await note(parts, call, record, `run ${id}: ${name} approved ${what}`, reason)
  return await runView(parts, after)
}

/** Begins a run of what is held. Throws `changed` when there is nothing to do, or a run is under way. */
export async function startRun(
  parts: HubParts,
  call: Call,
  bundle: string,
  { reason }: Confirmation,
): Promise<RunView | undefined> {
  if (parts.fleet.state.model?.bundles.has(bundle) !== true) return undefined
  const active = parts.rollouts.book.active(bundle)
  if (active !== undefined) {
    throw apiFailure(
      'changed',
      `bundle ${bundle}: cannot start: run ${active.run.id} is ${active.progress.state}`,
      {
        subject: `bundle ${bundle}`,
        hint: 'resume or abort it first',
      },
    )
  }
  const started = await parts.rollouts.start(bundle, {
    name: call.caller.name,
    ...(reason === undefined ? {} : { reason }),
  })
  if (started === undefined) {
    throw apiFailure('changed', `bundle ${bundle}: nothing to start: every cluster is what Git says`, {
      subject: `bundle ${bundle}`,
      hint: 'see where it stands with ek describe bundle',
    })
  }
  if ('message' in started) {
    const { message, hint } = started
    throw apiFailure('changed', `bundle ${bundle}: cannot start: ${message}`, {
      subject: `bundle ${bundle}`,
      hint,
    })
  }
  await note(parts, call, started, `run ${started.run.id} of bundle ${bundle}: started`, reason)
  return await runView(parts, started)
}

const pastOf = {
  pause: 'paused',
  resume: 'resumed',
  skip: 'wait skipped',
  abort: 'aborted',
  revert: 'sent back',
} as const

const allowed = {
  pause: ['running'],
  resume: ['paused', 'stopped'],
  skip: ['running'],
  abort: ['running', 'paused', 'stopped', 'reverting'],
  revert: ['running', 'paused', 'stopped'],
} as const

function changed(
  record: RunRecord,
  view: Sight,
  action: ControlRequest['action'],
  by: string,
): RunRecord['progress'] {
  const { progress } = record
  switch (action) {
    case 'pause':
      return { ...progress, state: 'paused', reason: by, waits: [] }
    case 'resume': {
      const { reason: _reason, ...rest } = progress
      // Who resumes a stopped run accepts the failures that stopped it; their clusters go on trying.
      const failed = Object.keys(progress.members).filter(
        (name) => progress.members[name]?.state === 'failed',
      )
      const excused = progress.state === 'stopped' ? failed : (progress.excused ?? [])
      return { ...rest, state: 'running', excused }
    }
    case 'skip':
      return { ...progress, skipped: [...new Set([...progress.skipped, progress.stage])] }
    case 'abort':
      return abortRun(record, view, by).progress
    case 'revert':
      return revertRun(record, view, by).progress
  }
}

function allow({ progress }: RunRecord, id: string, what: string, states: readonly string[]): void {
  if (!hasEnded(progress.state) && states.includes(progress.state)) return
  throw apiFailure(
    'changed',
    `run ${id}: cannot ${what}: it is ${progress.state}, wanted ${states.join(' or ')}`,
    {
      subject: `run ${id}`,
      hint: 'look at where it stands with ek rollout status',
    },
  )
}

/** Resolves when the engines of the run's clusters have nothing on its way any more. */
async function settled({ pool, clock }: HubParts, { run, progress }: RunRecord): Promise<void> {
  const underWay = Object.keys(run.pins).filter((name) => progress.members[name]?.state === 'released')
  const engines = underWay.flatMap((name) => pool.engine(name) ?? [])
  const late = new AbortController()
  const idle = Promise.all(engines.map((engine) => engine.idle())).then(() => late.abort())
  await Promise.race([idle, clock.sleep(settleMs, late.signal)])
  late.abort()
}

async function note(
  { events }: HubParts,
  call: Call,
  { run }: RunRecord,
  message: string,
  reason: string | undefined,
): Promise<void> {
  await events.record({
    type: 'rollout',
    bundle: run.bundle,
    message,
    actor: call.caller.name,
    requestId: call.requestId,
    ...(reason === undefined ? {} : { reason }),
  })
}
