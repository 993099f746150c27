import { type ControlRequest, type RunView, targetsOfRun } from '../../../api/index.ts'
import { queryClient, useAnswer } from '../../data/answers.ts'
import { hub } from '../../data/hub.ts'
import { GuardDialog } from '../../guard/guard-dialog.tsx'
import { Answer } from '../../ui/answer.tsx'
import { counted } from '../../ui/value.tsx'

type Action = ControlRequest['action'] | 'approve'

const titles: Readonly<Record<Action, string>> = {
  approve: 'Approve',
  pause: 'Pause',
  resume: 'Resume',
  skip: 'Skip what the stage waits for',
  abort: 'Abort: release nothing more',
  revert: 'Revert: give every cluster back what it had',
}

/** A decision about a run: what it does is said first, then the guard of the clusters that it lets be written to. */
export function RunDialog({
  run,
  action,
  onClose,
}: {
  readonly run: RunView
  readonly action: Action
  readonly onClose: () => void
}) {
  // What only stops writes is not guarded by tiers.
  const guarded = action !== 'pause' && action !== 'abort'
  const clusters = guarded ? targetsOfRun(run, action) : []
  const identities = useAnswer(
    'identities',
    { query: { cluster: clusters } },
    { when: clusters.length > 0, every: false },
  )
  const targets = guarded ? (identities.data?.items ?? []) : []
  return (
    <GuardDialog
      title={`${titles[action]}: ${run.bundle}`}
      verb={titles[action].split(':')[0] ?? action}
      targets={targets}
      reason={action === 'skip' || action === 'abort' || action === 'revert'}
      ready={clusters.length === 0 || identities.data !== undefined}
      onClose={onClose}
      onConfirm={async (given, key) => {
        const params = { run: run.id }
        const options = { idempotencyKey: key }
        const after =
          action === 'approve'
            ? await hub.approveRun({ params, body: given }, options)
            : await hub.controlRun({ params, body: { action, ...given } }, options)
        void queryClient.invalidateQueries()
        return (
          <p>
            Done. The run is <b>{after.state}</b>
            {after.waits.length === 0 ? '.' : `, and waits: ${after.waits.join('; ')}.`}
          </p>
        )
      }}
    >
      <p>{consequence(action, run)}</p>
      {clusters.length > 0 ? (
        <Answer of={identities} what="the identities of the clusters">
          {({ items }) => (
            <p className="sub">
              {counted(items.length, 'cluster')}:{' '}
              {Object.entries(Object.groupBy(items, ({ environment }) => environment))
                .map(([environment, own]) => `${own?.length ?? 0} in ${environment}`)
                .join(', ')}
            </p>
          )}
        </Answer>
      ) : null}
    </GuardDialog>
  )
}

function consequence(action: Action, run: RunView): string {
  const { done, working, waiting, clusters } = run.counts
  const begun = done + working + run.counts.failed
  switch (action) {
    case 'approve':
      return `The run goes on to the clusters that wait for an approval: ${waiting} of ${clusters} have not been released yet.`
    case 'pause':
      return `No further cluster is released. ${begun} of ${clusters} have the change and keep it; ${waiting} keep what they have.`
    case 'resume':
      return `Clusters are released again, from stage ${run.stage.name} on: ${waiting} of ${clusters} wait.`
    case 'skip':
      return `Stage ${run.stage.name} does not wait any more for: ${run.waits.join('; ')}.`
    case 'abort':
      return `The run ends. ${begun} of ${clusters} clusters keep the change; ${waiting} keep what they had, and get it only with another run.`
    case 'revert':
      return `The ${begun} clusters that have the change get back what they had before, and nothing else is released.`
  }
}
