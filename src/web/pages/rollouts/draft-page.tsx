import { useState } from 'react'
import { type RunView, targetsOfRun } from '../../../api/index.ts'
import { queryClient, useAnswer } from '../../data/answers.ts'
import { useWhyNot } from '../../data/caller.ts'
import { hub } from '../../data/hub.ts'
import { GuardDialog } from '../../guard/guard-dialog.tsx'
import { address } from '../../route/address.ts'
import { Link } from '../../route/link.tsx'
import { Answer } from '../../ui/answer.tsx'
import { Empty } from '../../ui/empty.tsx'
import { usePageTitle } from '../../ui/page-title.ts'
import { counted, shortRevision } from '../../ui/value.tsx'
import { Effects } from './effects.tsx'
import { StageTable } from './stage-table.tsx'
import { Timetable } from './timetable.tsx'

/** The run that would begin now, tried on one cluster of each effect; and, where it is held, the way to begin it. */
export function DraftPage({ bundle }: { readonly bundle: string }) {
  usePageTitle(`${bundle}: what a run would do`)
  const draft = useAnswer('draftRun', { params: { bundle } }, { every: 60_000 })
  const [starting, setStarting] = useState(false)
  const whyNot = useWhyNot('operate')
  return (
    <div className="page">
      <p className="crumbs">
        <Link to={address.bundles()}>Bundles</Link> / <Link to={address.bundle(bundle)}>{bundle}</Link>
      </p>
      <Answer of={draft} what="what a run would do">
        {({ run, problem }) => {
          if (problem !== undefined)
            return (
              <div className="trouble">
                <b>No run can begin: {problem.message}</b>
                <p className="sub">{problem.hint}</p>
              </div>
            )
          if (run === undefined)
            return (
              <Empty
                title="A run would change nothing"
                action={<Link to={address.bundle(bundle)}>See where it runs</Link>}
              >
                Every cluster has what Git declares for {bundle}, or a run brings it already.
              </Empty>
            )
          return (
            <>
              <div className="page-head">
                <h1>
                  {bundle} <code>{shortRevision(run.revision)}</code>
                </h1>
                <div className="actions">
                  <button
                    type="button"
                    className="button primary"
                    disabled={whyNot !== undefined}
                    title={whyNot}
                    onClick={() => setStarting(true)}
                  >
                    Begin the run…
                  </button>
                </div>
              </div>
              <p className="sentence">
                <span>
                  Would change <b>{counted(run.counts.clusters, 'cluster')}</b> in{' '}
                  <b>{counted(run.stages.length, 'stage')}</b>
                </span>
                <span className="as-of">
                  · by dry-runs on one cluster of each effect; nothing was written
                </span>
              </p>
              <div className="two run-two">
                <section aria-label="Stages">
                  <StageTable run={run} />
                  <Timetable run={run} />
                </section>
                <aside aria-label="Plan">
                  <Effects effects={run.effects} />
                </aside>
              </div>
              {starting ? <StartDialog run={run} onClose={() => setStarting(false)} /> : null}
            </>
          )
        }}
      </Answer>
    </div>
  )
}

function StartDialog({ run, onClose }: { readonly run: RunView; readonly onClose: () => void }) {
  const clusters = targetsOfRun(run, 'start')
  const identities = useAnswer('identities', { query: { cluster: clusters } }, { every: false })
  return (
    <GuardDialog
      title={`Begin a run of ${run.bundle}`}
      verb="Begin the run"
      targets={identities.data?.items ?? []}
      ready={identities.data !== undefined}
      onClose={onClose}
      onConfirm={async (given, key) => {
        const begun = await hub.startRun(
          { params: { bundle: run.bundle }, body: given },
          { idempotencyKey: key },
        )
        void queryClient.invalidateQueries()
        return (
          <p>
            It has begun: <Link to={address.run(begun.id)}>{begun.id}</Link>.
          </p>
        )
      }}
    >
      <p>
        Stage {run.stages[0]?.name} is released first; every later stage waits for its gates.{' '}
        {counted(run.counts.clusters, 'cluster')} in all.
      </p>
    </GuardDialog>
  )
}
