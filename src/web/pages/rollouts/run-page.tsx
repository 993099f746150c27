import { useState } from 'react'
import type { ControlRequest, RunView } from '../../../api/index.ts'
import { useAnswer } from '../../data/answers.ts'
import { useWhyNot } from '../../data/caller.ts'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Age } from '../../ui/age.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Icon } from '../../ui/icon.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted, shortRevision } from '../../ui/value.tsx'
import { Effects } from './effects.tsx'
import { RunDialog } from './run-dialog.tsx'
import { isOver } from './run-table.tsx'
import { StageTable } from './stage-table.tsx'
import { Timetable } from './timetable.tsx'

type Action = ControlRequest['action'] | 'approve'

/** One run: how far, what it waits for, what comes next, and the ways to stop it. */
export function RunPage({ id }: { readonly id: string }) {
  const run = useAnswer('run', { params: { run: id } })
  usePageTitle(run.data === undefined ? 'Rollout' : `${run.data.bundle} rollout`)
  return (
    <div className="page">
      <p className="crumbs">
        <Link to={address.rollouts()}>Rollouts</Link> / {run.data?.bundle ?? id}
      </p>
      <Answer of={run} what={`run ${id}`}>
        {(view) => <Inside run={view} />}
      </Answer>
    </div>
  )
}

function Inside({ run }: { readonly run: RunView }) {
  const [action, setAction] = useState<Action>()
  const next = run.timetable.find(
    ({ startsAt }) => startsAt !== undefined && Date.parse(startsAt) > Date.now(),
  )
  const needsApproval =
    run.waits.some((one) => one.includes('approval')) ||
    (run.approval !== undefined && run.approval.by === undefined)
  return (
    <>
      <div className="page-head">
        <div>
          <h1>
            <Link to={address.bundle(run.bundle)} style={{ color: 'inherit' }}>
              {run.bundle}
            </Link>{' '}
            <code title={run.revision}>{shortRevision(run.revision)}</code>
          </h1>
          <span className="sub">
            {run.id} · began <Age at={run.createdAt} /> ago{' '}
            {run.startedBy === undefined ? 'with a commit' : `by ${run.startedBy}`}
          </span>
        </div>
        <Actions run={run} needsApproval={needsApproval} onChoose={setAction} />
      </div>
      <p className="sentence">
        <span>
          <b>{run.state === 'running' ? `Stage ${run.stage.number} of ${run.stage.of}` : run.state}</b>
          {run.reason === undefined ? '' : `: ${run.reason}`}
        </span>
        <span>
          <b>{run.counts.done}</b>/{run.counts.clusters} clusters
        </span>
        {run.counts.failed === 0 ? null : (
          <span>
            <b>{run.counts.failed}</b> failed
          </span>
        )}
        {run.waits.length === 0 ? null : (
          <span>
            waits: <b>{run.waits.join('; ')}</b>
          </span>
        )}
        {next === undefined ? null : <span>next: {next.stage}</span>}
        <span className="as-of">
          · as of <Age at={run.updatedAt} />
        </span>
      </p>
      <div className="two run-two">
        <section aria-label="Stages">
          <StageTable run={run} />
          <Timetable run={run} />
        </section>
        <aside aria-label="Plan">
          <Effects effects={run.effects} />
          <Approvals run={run} />
        </aside>
      </div>
      {action === undefined ? null : (
        <RunDialog run={run} action={action} onClose={() => setAction(undefined)} />
      )}
    </>
  )
}

interface ActionsProps {
  readonly run: RunView
  readonly needsApproval: boolean
  readonly onChoose: (action: Action) => void
}

function Actions({ run, needsApproval, onChoose }: ActionsProps) {
  const whyNot = useWhyNot('operate')
  const whyNotApprove = useWhyNot('approve')
  if (isOver(run.state)) return null
  const button = (action: Action, text: string, primary = false, why = whyNot) => (
    <button
      type="button"
      className={primary ? 'button primary' : 'button'}
      disabled={why !== undefined}
      title={why}
      onClick={() => onChoose(action)}
    >
      {action === 'pause' ? <Icon name="pause" /> : action === 'resume' ? <Icon name="play" /> : null}
      {text}
    </button>
  )
  return (
    <div className="actions">
      {needsApproval ? button('approve', 'Approve…', true, whyNotApprove) : null}
      {run.state === 'running' ? button('pause', 'Pause…', !needsApproval) : null}
      {run.state === 'paused' || run.state === 'stopped' ? button('resume', 'Resume…', true) : null}
      {run.state === 'running' && run.waits.length > 0 ? button('skip', 'Skip…') : null}
      <span className="rule" />
      {button('abort', 'Abort…')}
      {run.state === 'reverting' ? null : button('revert', 'Revert…')}
    </div>
  )
}

/** What a person has to approve, and who did, with what they said. */
function Approvals({ run }: { readonly run: RunView }) {
  if (run.approval === undefined && run.approvals.length === 0) return null
  return (
    <>
      <div className="section-head">
        <h2>Approval</h2>
      </div>
      {run.approval === undefined ? null : (
        <p>
          {run.approval.reason}: {counted(run.approval.clusters, 'cluster')}.{' '}
          {run.approval.by === undefined ? <b>Nobody has approved it yet.</b> : ''}
        </p>
      )}
      {run.approvals.map(({ by, at, stage, reason }) => (
        <p key={by + at} className="sub">
          {by}, <Age at={at} /> ago{stage === undefined ? '' : `, stage ${stage}`}
          {reason === undefined ? '' : `: ${reason}`}
        </p>
      ))}
    </>
  )
}
